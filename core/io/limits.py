"""How large and how small a scan may be, checked before a voxel is read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableScan, UnsupportedScan
from core.volume import spacing_of

# 2,288 slices of 512 x 512: longer than a whole-body CT, and 1.2 GB as int16.
MAX_VOXELS = 600_000_000
# Fewer slices than this show no organ; fewer pixels across are a strip, not a slice.
MIN_SLICES = 4
MIN_ACROSS = 16
MAX_FILES = 20_000
# Deflate cannot shrink anything further (zlib's technical details).
DEFLATE_MAX_RATIO = 1032
# Scans shrink to a third or a half, drawn ones to a twentieth: what grows more than this, and to
# more than a little, is no scan.
MAX_GROWTH, FREE_GROWTH_BYTES = 100, 64 * 2**20
# Pixels of one picture of a slice.
MAX_PICTURE_PIXELS = 4096 * 4096
# What reading one scan may take in all: twice `MAX_VOXELS` and what decoders need beside.
READING_MB, READING_SECONDS, READING_FILE_MB = 6_000, 600, 4_400
# Metadata that a NIfTI file may carry before its voxels, or after them.
MAX_EXTRA_BYTES = 64 * 2**20
SPACING_MM = (0.05, 30.0)


@dataclass(frozen=True)
class ZipLimits:
    """How much of a zip may be unpacked.

    Parameters
    ----------
    files, inflated_bytes : at most so many.
    growth : how many times larger than stored it may be, unpacked.
    content : what the zip should hold instead, for messages.
    """

    files: int
    inflated_bytes: int
    content: str
    growth: float = MAX_GROWTH


SCAN_ZIP = ZipLimits(MAX_FILES, 4 * 2**30, "one CT series")
RUN_ZIP = ZipLimits(200, 256 * 2**20, "the folder of one run")


def grows_too_much(stored: int, inflated: int, growth: float = MAX_GROWTH) -> bool:
    """Whether `stored` bytes that become `inflated` ones or more can be no scan."""
    return inflated > max(FREE_GROWTH_BYTES, growth * stored)


def check_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Return `shape` (voxels along three axes) if a scan may have it.

    Raises UnreadableScan for an axis without voxels and UnsupportedScan for a single
    slice, a strip, or more than `MAX_VOXELS`.
    """
    across = " × ".join(str(size) for size in shape)
    if min(shape) < 1:
        raise UnreadableScan(
            f"The file declares {across} voxels, so it holds no image; export the scan again."
        )
    smallest, middle, largest = sorted(shape)
    if smallest < MIN_SLICES or middle < MIN_ACROSS:
        raise UnsupportedScan(
            f"The image is {across} voxels, but a CT volume of at least {MIN_SLICES} slices of "
            f"{MIN_ACROSS} × {MIN_ACROSS} is needed; choose the whole series."
        )
    if smallest * middle * largest > MAX_VOXELS:
        raise UnsupportedScan(
            f"The file declares {across} voxels, more than the {MAX_VOXELS // 10**6} million that "
            "can be read here; crop it to the abdomen or resample it."
        )
    i, j, k = shape
    return i, j, k


def check_spacing(affine: NDArray[np.float64]) -> None:
    """Raise UnreadableScan unless `affine` (4, 4) has voxels of a plausible size in mm."""
    low, high = SPACING_MM
    if not np.isfinite(affine).all():
        raise UnreadableScan(
            "The position of the voxels in the patient is not a number; export the scan again."
        )
    spacing = spacing_of(affine)
    size = " × ".join(f"{step:.4g}" for step in spacing)
    if min(spacing) < low or max(spacing) > high:
        raise UnreadableScan(
            f"The voxels would be {size} mm, outside {low:g} to {high:g} mm; check the voxel size "
            "and its unit, and export the scan again."
        )
    if abs(np.linalg.det(affine[:3, :3])) < 1e-3 * np.prod(spacing):
        raise UnreadableScan(
            f"The axes of the voxels ({size} mm) lie in one plane, so the scan has no depth; "
            "export it again."
        )
