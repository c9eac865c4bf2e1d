"""The one way in which scaled numbers become the int16 of a Volume."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_int16(values: NDArray[Any]) -> NDArray[np.int16]:
    """Round `values` [any shape] to the nearest int16; those beyond its range saturate."""
    limits = np.iinfo(np.int16)
    whole = values if values.dtype.kind in "iu" else np.rint(values)
    clipped: NDArray[Any] = np.clip(whole, limits.min, limits.max)
    return clipped.astype(np.int16)
