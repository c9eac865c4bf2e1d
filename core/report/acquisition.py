"""How a scan was acquired, as far as its file and the outline of the liver tell."""

import numpy as np
from numpy.typing import NDArray

from core.cascade.measurement import ends_reached
from core.geometry.components import box_where
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
    box = box_where(labels, organ_mask)
    if box is None:
        return NO_LIVER
    reached = ends_reached(box, labels.shape)
    return f"cut off at {' and '.join(reached)}" if reached else WHOLE
