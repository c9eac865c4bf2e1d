"""How a scan was acquired, as far as its file and the outline of the liver tell."""

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import bounding_box
from core.labels import organ_mask
from core.volume import Volume

WHOLE = "the whole liver"
NO_LIVER = "no liver"


def slice_thickness(volume: Volume) -> tuple[float, str]:
    """Thickness of the slices in mm, and how it is known."""
    headers = volume.dicom_headers
    named = headers[0].get("SliceThickness") if headers else None
    if named:
        return float(named), "DICOM header"
    return round(volume.spacing[2], 4), "taken to be the distance of the slices"


def coverage_of(labels: NDArray[np.uint8]) -> str:
    """Say how much of the liver the scan shows, as far as its outline tells."""
    box = bounding_box(organ_mask(labels))
    if box is None:
        return NO_LIVER
    low = [side.start == 0 for side in box]
    high = [side.stop == size for side, size in zip(box, labels.shape, strict=True)]
    places = {
        "the lowest slice": low[2],
        "the highest slice": high[2],
        "the edge of the image": any(low[:2] + high[:2]),
    }
    reached = [place for place, touched in places.items() if touched]
    return f"cut off at {' and '.join(reached)}" if reached else WHOLE
