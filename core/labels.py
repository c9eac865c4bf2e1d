"""The labels of a segmentation, as in LiTS: 0 is background."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LIVER, TUMOR = 1, 2


def organ_mask(labels: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Select the liver with its tumors: labels 1 and 2 of an array of any shape."""
    organ: NDArray[np.bool_] = labels == LIVER
    organ |= labels == TUMOR
    return organ


def tumor_mask(labels: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Select tumor: label 2 of an array of any shape."""
    tumor: NDArray[np.bool_] = labels == TUMOR
    return tumor
