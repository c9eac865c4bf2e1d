"""Which lobe a lesion may lie in, as far as the outline of the liver alone can tell.

The lobes meet at Cantlie's plane, from the gallbladder to the inferior vena cava, and a mask
shows neither. By that plane the left lobe held about 31 % of the liver in 10 people (right,
middle and left vein areas in Teleuhan, Med J Hiroshima Univ 2003), with a standard deviation
near 9 %. So what lies to the left of all but the leftmost 15 % of the liver's volume is called
left, what lies right of its middle is called right, and nothing is said of the rest.
"""

import numpy as np
from numpy.typing import NDArray

LEFT_BELOW, RIGHT_ABOVE = 0.15, 0.5
LEFT, RIGHT, UNKNOWN = "left", "right", "not determined"
METHOD = (
    "approximate: by the share of the liver's volume that lies further to the patient's left "
    f"({100 * LEFT_BELOW:.0f} % and less: left; {100 * RIGHT_ABOVE:.0f} % and more: right; "
    "between them not determined); vessels and gallbladder, which part the lobes, are not known"
)


def lobe_of(organ: NDArray[np.integer], x: float) -> str:
    """Name the lobe, or that it is not determined.

    Parameters
    ----------
    organ : voxels of the liver on each sagittal plane [X] of the RAS+ volume.
    x : of the lesion's centroid, in voxels along the same axis, from 0.
    """
    planes = np.arange(len(organ))
    covered = np.clip(x + 0.5 - planes, 0, 1)
    share = float((organ * covered).sum() / organ.sum())
    center = float(np.average(planes, weights=organ))
    if share <= LEFT_BELOW:
        return LEFT
    return RIGHT if share >= RIGHT_ABOVE and x > center else UNKNOWN
