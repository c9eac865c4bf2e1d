"""Which numbers a slice viewer shows: one slice of a volume, packed without loss."""

import zlib
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Plane(StrEnum):
    """The three anatomical planes of a RAS+ volume."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"

    @property
    def axis(self) -> int:
        """Axis of a RAS+ array [X, Y, Z] along which slices of this plane are counted."""
        return {"sagittal": 0, "coronal": 1, "axial": 2}[self.value]


def slice_of(array: NDArray[Any], plane: Plane, index: int) -> NDArray[Any]:
    """Slice a RAS+ array [X, Y, Z] as it is displayed, [rows, columns], a view.

    Radiological convention. Axial: anterior up, the patient's right on the left.
    Coronal: superior up, the patient's right on the left. Sagittal: superior up,
    anterior on the left. In RAS+ all three are the transposed slice with both axes reversed.
    """
    return array[(slice(None),) * plane.axis + (index,)].T[::-1, ::-1]


def slab_of(hu: NDArray[np.int16], plane: Plane, index: int, thickness: int) -> NDArray[np.int16]:
    """Project the brightest of `thickness` slices around `index`, as displayed [rows, columns].

    A maximum intensity projection shows vessels that run through slices; one slice is itself.
    """
    if thickness <= 1:
        return slice_of(hu, plane, index)
    first = max(0, index - (thickness - 1) // 2)
    last = min(hu.shape[plane.axis], index + thickness // 2 + 1)
    slab = hu[(slice(None),) * plane.axis + (slice(first, last),)]
    brightest: NDArray[np.int16] = slab.max(axis=plane.axis)
    return brightest.T[::-1, ::-1]


def pack_slice(hu: NDArray[np.int16], *layers: NDArray[np.uint8]) -> bytes:
    """Pack one slice losslessly for a browser, which inflates it with DecompressionStream.

    Neighbouring voxels of a CT differ by little, so the differences along the rows are
    folded to small unsigned numbers (zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …) and their
    low and high bytes are kept apart. Compared with PNG this is several times faster to
    write, a third smaller, and never passes through a canvas, whose pixels some browsers
    perturb against fingerprinting.

    Parameters
    ----------
    hu : int16 [rows, columns], Hounsfield units.
    layers : uint8 [rows, columns] each, stored as they are after the Hounsfield units.

    Returns
    -------
    bytes
        A zlib stream of rows x columns x (2 + number of layers) bytes.
    """
    flat = np.ascontiguousarray(hu).reshape(-1)
    step = np.empty_like(flat)
    step[:1] = flat[:1]
    np.subtract(flat[1:], flat[:-1], out=step[1:])
    folded = ((step << 1) ^ (step >> 15)).view(np.uint8).reshape(-1, 2)
    # Run-length matching suits noise: full matching costs twice the time for nothing.
    stream = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    parts = [stream.compress(folded[:, byte].tobytes()) for byte in (0, 1)]
    parts += [stream.compress(layer.tobytes()) for layer in layers]
    return b"".join((*parts, stream.flush()))
