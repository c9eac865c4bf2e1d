"""The one way in which stored numbers become the int16 of a Volume."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_int16(values: NDArray[Any]) -> NDArray[np.int16]:
    """Round `values` [any shape] to the nearest int16; those beyond its range saturate."""
    limits = np.iinfo(np.int16)
    whole = values if values.dtype.kind in "iu" else np.rint(values)
    clipped: NDArray[Any] = np.clip(whole, limits.min, limits.max)
    return clipped.astype(np.int16)


# Numbers between these are no CT, signed or not: beyond metal, and below any padding.
NEVER = (2**13, 2**16 - 2**12)


def signed(stored: NDArray[Any]) -> NDArray[Any] | None:
    """Read 16-bit numbers [any shape] as signed where their header wrongly calls them unsigned.

    Then what is negative lies just below 65,536. None where that is not so.
    """
    if stored.dtype.kind != "u" or stored.dtype.itemsize != 2:
        return None
    low, high = NEVER
    if not (stored >= high).any() or ((stored >= low) & (stored < high)).any():
        return None
    return stored.view(stored.dtype.str.replace("u", "i"))


def sign_extended(stored: NDArray[Any], bits: int) -> NDArray[Any]:
    """Give negative numbers of `bits` bits their sign, where a code stream knew of none.

    Parameters
    ----------
    stored : signed integers [any shape] by the header; those of `bits` bits stay as they are.
    """
    unused = 8 * stored.dtype.itemsize - bits
    if stored.dtype.kind != "i" or unused <= 0 or int(stored.max(initial=0)) < 1 << (bits - 1):
        return stored
    return (stored << unused) >> unused
