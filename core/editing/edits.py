"""What a reader may do to labels. Places are voxels (x, y, z); whole numbers are their middles."""

import base64
import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.errors import BadEdits
from core.geometry.slices import Plane

# Of a brush, and of smoothing.
MOST_MM = 200.0
Place = tuple[float, float, float]
Voxel = tuple[int, int, int]


class Target(StrEnum):
    """What is drawn; tumor is part of the organ."""

    ORGAN = "organ"
    TUMOR = "tumor"


@dataclass(frozen=True)
class Pen:
    """What becomes of the voxels that are drawn over.

    Parameters
    ----------
    target : what they are to belong to.
    erase : they no longer do: tumor becomes liver, the organ background, with its tumor.
    outside : tumor may be drawn beyond the organ, which grows with it; else it stays inside.
    """

    target: Target
    erase: bool = False
    outside: bool = False


@dataclass(frozen=True)
class Stroke:
    """A line of a brush.

    Parameters
    ----------
    path : where the brush went; one place is a dab.
    plane : of the slice that is drawn on; None for a ball, which reaches through slices.
    """

    pen: Pen
    path: tuple[Place, ...]
    radius_mm: float
    plane: Plane | None = None

    def __post_init__(self) -> None:
        _check_mm(self.radius_mm)


@dataclass(frozen=True)
class Polygon:
    """An outline on one slice of `plane`, that of its first corner; it closes itself."""

    pen: Pen
    plane: Plane
    corners: tuple[Place, ...]


@dataclass(frozen=True)
class Marked:
    """Voxels that were found for the reader: by SAM, by growing from a click.

    They are kept as they were found, so that replaying needs neither.

    Parameters
    ----------
    corner, size : of the box that holds them, in voxels.
    bits : one a voxel of the box in C order, packed, deflated, as base64; see `marked`.
    how : how they were found.
    """

    pen: Pen
    corner: Voxel
    size: Voxel
    bits: str
    how: str

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Unpack them, bool of `size`; BadEdits where they cannot be."""
        count = self.size[0] * self.size[1] * self.size[2]
        room = (count + 7) // 8
        try:
            inflate = zlib.decompressobj()
            packed = inflate.decompress(base64.b64decode(self.bits, validate=True), room + 1)
        except (ValueError, zlib.error) as error:
            raise BadEdits(DAMAGED) from error
        if len(packed) != room or not inflate.eof:
            raise BadEdits(DAMAGED)
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count)
        return bits.reshape(self.size).astype(bool)


@dataclass(frozen=True)
class Fill:
    """Close the holes of the target: on the slice `index` of `plane`, or in 3-D without a plane."""

    target: Target
    plane: Plane | None = None
    index: int = 0


@dataclass(frozen=True)
class Smooth:
    """Smooth the piece of the target that holds a voxel, by a Gaussian of so many mm."""

    target: Target
    at: Voxel
    sigma_mm: float

    def __post_init__(self) -> None:
        _check_mm(self.sigma_mm)


@dataclass(frozen=True)
class Between:
    """Draw the target on the slices between two of `plane`, by their shapes."""

    target: Target
    plane: Plane
    first: int
    last: int


class Act(StrEnum):
    """What is done with a lesion."""

    DELETE = "delete"
    KEEP = "keep"


@dataclass(frozen=True)
class Lesion:
    """Delete the lesion that holds a voxel, or keep it alone: what goes becomes liver."""

    at: Voxel
    act: Act


@dataclass(frozen=True)
class Split:
    """Part the lesion that holds two voxels between them; a seam of liver keeps the parts apart."""

    one: Voxel
    other: Voxel


@dataclass(frozen=True)
class Merge:
    """Join the lesions that hold two voxels by a bridge where they are nearest."""

    one: Voxel
    other: Voxel


Edit = Stroke | Polygon | Marked | Fill | Smooth | Between | Lesion | Split | Merge
DAMAGED = "A mask in these corrections is damaged; save them again where they were made."


@dataclass(frozen=True)
class Correction:
    """An edit, and who made it when.

    Parameters
    ----------
    by : a name that the reader typed; empty for nobody's.
    at : time in UTC, as ISO 8601 has it; empty where it is not known.
    """

    edit: Edit
    by: str = ""
    at: str = ""


def _check_mm(size: float) -> None:
    if not 0 < size <= MOST_MM:
        raise ValueError(f"a size of 0 to {MOST_MM:.0f} mm is needed, not {size}")


def marked(pen: Pen, corner: Voxel, mask: NDArray[np.bool_], how: str) -> Marked:
    """Keep a `mask` [X, Y, Z] that begins at the voxel `corner`."""
    bits = base64.b64encode(zlib.compress(np.packbits(mask).tobytes())).decode()
    x, y, z = mask.shape
    return Marked(pen, corner, (x, y, z), bits, how)
