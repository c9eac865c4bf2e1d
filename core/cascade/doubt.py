"""What the disagreement of the views says of a result: in figures, as a picture, as a file."""

import gzip
from dataclasses import dataclass

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.segmentation import Segmentation
from core.cascade.uncertainty import MOST, Disagreement
from core.draw.preview import SOFT_TISSUE, Style, overlay
from core.geometry.components import Region, bounding_box, find_components
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import apply_window
from core.io.export import labels_to_nifti
from core.labels import LIVER, organ_mask, tumor_mask
from core.volume import Volume

RGB = NDArray[np.uint8]

# Standard deviation from which a voxel counts as doubtful: answers of 0.4 and 0.6, say.
DOUBTFUL = 0.1
# From no doubt to FULL and more; lightness only rises, so that it reads without color vision.
COLORS = ((52, 16, 90), (135, 33, 107), (203, 65, 73), (246, 144, 36), (252, 250, 160))
FULL = 0.4
MARGIN_MM = 25.0
# Longer side of a picture in pixels.
SIDE = 640


@dataclass(frozen=True)
class LesionDoubt:
    """How sure the networks are of one lesion.

    Parameters
    ----------
    number : in the `Findings` of the same labels, 1 for the largest.
    mean_probability : of tumor over its voxels, 0..1.
    mean_disagreement : mean over its voxels of the standard deviation over the views, 0..0.5.
    """

    number: int
    volume_ml: float
    mean_probability: float
    mean_disagreement: float


@dataclass(frozen=True)
class DoubtSummary:
    """The disagreement by organ and lesion: means of the standard deviation, 0..0.5.

    Parameters
    ----------
    inside : of the liver network over the organ without its rim; None without any.
    rim : of the liver network over the rim: voxels of the organ that touch its outside and
        voxels outside that touch it, at a face; None without an organ.
    uncalled_ml : liver tissue not called tumor, of whose tumor probability the views disagree
        by `DOUBTFUL` or more, in mL.
    lesions : largest first.
    """

    inside: float | None
    rim: float | None
    uncalled_ml: float
    lesions: tuple[LesionDoubt, ...]


def summarize_doubt(
    volume: Volume, segmentation: Segmentation, found: Disagreement
) -> DoubtSummary:
    """Sum up `found` over the organ and the lesions that `segmentation` calls in `volume`."""
    box = bounding_box(organ_mask(segmentation.labels))
    if box is None:
        return DoubtSummary(None, None, 0.0, ())
    wider = _widened(box, volume.shape)
    rim, core = _rim_and_core(organ_mask(segmentation.labels[wider]))
    liver = found.liver[wider]
    labels, tumor = segmentation.labels[box], found.tumor[box]
    uncalled = np.count_nonzero(tumor[labels == LIVER] >= DOUBTFUL * 255 / MOST)
    return DoubtSummary(
        _mean(liver[core], MOST) if core.any() else None,
        _mean(liver[rim], MOST),
        uncalled * volume.voxel_ml,
        _lesions(labels, segmentation.tumor_probability[box], tumor, volume.voxel_ml),
    )


def doubt_pictures(
    volume: Volume, labels: NDArray[np.uint8], doubt: NDArray[np.uint8], z: int, center: Region
) -> tuple[RGB, RGB]:
    """Draw an axial slice with the outlines of its labels, and the same slice with the doubt.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of `volume`.
    doubt : uint8 [X, Y], the map of that slice; 255 = 0.5.
    z : of the slice.
    center : box of what is to be seen; some of its surroundings are shown with it.

    Returns
    -------
    Two of uint8 [rows, columns, 3], square pixels, `SIDE` long, in radiological convention.
    """
    x, y, _ = _widened(center, volume.shape, [MARGIN_MM / step for step in volume.spacing])
    spacing = volume.spacing[:2]
    gray = _upright(apply_window(volume.hu[x, y, z], SOFT_TISSUE), spacing, smooth=True)
    called = _upright(labels[x, y, z], spacing, smooth=False)
    share = _upright(doubt[x, y], spacing, smooth=True).astype(np.float32) * (MOST / 255 / FULL)
    stops = np.linspace(0, 1, len(COLORS))
    color = np.stack([np.interp(share, stops, part) for part in zip(*COLORS, strict=True)], -1)
    # Where nothing is in doubt the slice shows through.
    opacity = 0.85 * np.clip(share * 4, 0, 1)[..., None]
    drawn = np.rint(gray[..., None] * (1 - opacity) + color * opacity).astype(np.uint8)
    return overlay(gray, called, style=Style.CONTOUR), drawn


def telling_slice(doubt: NDArray[np.uint8]) -> int:
    """Find the axial slice of a map [X, Y, Z] with the most disagreement in all."""
    return int(doubt.sum(axis=(0, 1), dtype=np.int64).argmax())


def doubt_to_nifti(volume: Volume, doubt: NDArray[np.uint8], what: str) -> bytes:
    """Encode a map as the .nii.gz that lies voxel by voxel on the input of `volume`.

    Parameters
    ----------
    doubt : uint8 [X, Y, Z] on the grid of `volume`, 255 = 0.5. The header scales it, so that
        other programs read standard deviations of 0 to 0.5.
    what : network it is of, for the header.
    """
    image = nib.Nifti1Image.from_bytes(gzip.decompress(labels_to_nifti(volume, doubt)))
    scaled = nib.Nifti1Image(np.asanyarray(image.dataobj), None, image.header)
    scaled.header.set_slope_inter(MOST / 255, 0)
    scaled.header["descrip"] = f"HepatoScope: disagreement on {what}"[:79].encode()
    return gzip.compress(scaled.to_bytes(), compresslevel=6, mtime=0)


def _lesions(
    labels: NDArray[np.uint8],
    probability: NDArray[np.uint8],
    doubt: NDArray[np.uint8],
    voxel_ml: float,
) -> tuple[LesionDoubt, ...]:
    """Sum up the lesions of an organ's box, numbered as `core.cascade.measurement` numbers them."""
    called = tumor_mask(labels)
    if not called.any():
        return ()
    parts = find_components(called)
    masks = [
        (region, parts.numbered[region] == number) for number, region in enumerate(parts.regions, 1)
    ]
    return tuple(
        LesionDoubt(
            number,
            voxels * voxel_ml,
            _mean(probability[region][mask], 1.0),
            _mean(doubt[region][mask], MOST),
        )
        for number, (voxels, (region, mask)) in enumerate(
            zip(parts.voxels, masks, strict=True), start=1
        )
    )


def _rim_and_core(organ: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Part a mask [X, Y, Z] into the voxels on either side of its surface, and its inside."""
    from scipy.ndimage import binary_dilation, binary_erosion

    # Beyond the end of the scan the organ may go on: no surface there.
    core = binary_erosion(organ, border_value=1)
    return binary_dilation(organ) & ~core, core


def _widened(
    box: Region, shape: tuple[int, ...], by: list[float] | None = None
) -> tuple[slice, slice, slice]:
    """Widen a box on all sides by so many voxels along each axis, 1 unless told, in `shape`."""
    x, y, z = (
        slice(max(0, side.start - round(more)), min(size, side.stop + round(more)))
        for side, size, more in zip(box, shape, by or (1, 1, 1), strict=True)
    )
    return x, y, z


def _mean(levels: NDArray[np.uint8], top: float) -> float:
    """Mean of 8-bit values of which 255 stands for `top`."""
    return float(levels.mean(dtype=np.float64)) * top / 255


def _upright(
    part: NDArray[np.uint8], spacing: tuple[float, ...], *, smooth: bool
) -> NDArray[np.uint8]:
    """Lay a slice [X, Y] as displayed, with square pixels, `SIDE` long."""
    width, height = (count * step for count, step in zip(part.shape, spacing, strict=True))
    scale = SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shown = Image.fromarray(np.ascontiguousarray(slice_of(part[:, :, None], Plane.AXIAL, 0)))
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(shown.resize(size, how))
