"""What the liver looks like where it has no lesion: its level, its noise, its texture, its edges.

Texture is made by random phases (Galerne, Gousseau and Morel, Random Phase Textures: Theory and
Synthesis, IEEE Transactions on Image Processing 2011): it has the power spectrum of the liver
around it, and no structure that stands in the scan.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter, map_coordinates

from core.errors import HepatoScopeError
from core.geometry.components import Region
from core.labels import organ_mask, tumor_mask
from core.volume import AIR_HU, Volume

Floats = NDArray[np.float32]
Spacing = tuple[float, float, float]

# Around the lesions nothing counts as parenchyma: their rim is wider than their label.
CLEAR_MM = 3.0
# Vessels are what stands out of the liver by more, once noise is smoothed away.
VESSEL_SD, VESSEL_HU, SMOOTH_MM = 3.0, 15.0, 1.5
CELL_MM = 3.0
FEWEST = 60
# Normal distribution: its standard deviation is so many median absolute deviations.
MAD_TO_SD = 1.4826
SKIN_HU = -100


@dataclass(frozen=True, eq=False)
class Liver:
    """The liver in a box of a scan, as it would be without lesions; arrays [X, Y, Z] of the box.

    Parameters
    ----------
    region : the box, in voxels of the scan.
    hu : float32, the scan itself.
    organ : bool, the liver with its lesions.
    base : float32 HU, the level of the tumor-free liver, smooth, continued into lesions.
    texture : float32 HU about 0, new noise with the spectrum and size of the liver's own.
    noise_hu : standard deviation of the liver about its level, without vessels.
    """

    region: Region
    hu: Floats
    organ: NDArray[np.bool_]
    base: Floats
    texture: Floats
    noise_hu: float


def liver_in(
    volume: Volume,
    labels: NDArray[np.uint8],
    region: Region,
    *,
    reach_mm: float = 12.0,
    seed: int = 0,
) -> Liver:
    """Look at the tumor-free liver in a box of `volume`, and make new texture like it.

    Parameters
    ----------
    labels : uint8 [X, Y, Z], 0 background, 1 liver, 2 tumor.
    region : the box; it should hold some liver around what is to be changed.
    reach_mm : how far the level of the liver is averaged (standard deviation of the weights).
    seed : of the texture.

    Raises
    ------
    HepatoScopeError
        There is hardly any tumor-free liver in the box.
    """
    hu, found = volume.hu[region].astype(np.float32), labels[region]
    healthy = parenchyma(hu, found, volume.spacing)
    if np.count_nonzero(healthy) < FEWEST:
        raise HepatoScopeError(
            "There is hardly any liver without tumor around this place to take its texture from; "
            "choose a place with more healthy liver around it."
        )
    base = smooth_inside(hu, healthy, volume.spacing, reach_mm)
    rest = np.where(healthy, hu - base, np.float32(0))
    noise = float(np.std(rest[healthy]))
    texture = texture_like(rest, healthy, np.random.default_rng(seed)) * np.float32(noise)
    return Liver(region, hu, organ_mask(found), base, texture, noise)


def parenchyma(hu: Floats, labels: NDArray[np.uint8], spacing: Spacing) -> NDArray[np.bool_]:
    """Select liver without its rim, lesions with their surroundings, and vessels; [X, Y, Z]."""
    flat = np.ones((3, 3, 1), bool)
    organ = binary_erosion(organ_mask(labels), flat, border_value=1)
    wide = max(1, round(CLEAR_MM / min(spacing[:2])))
    kept: NDArray[np.bool_] = organ & ~binary_dilation(tumor_mask(labels), flat, wide)
    if not kept.any():
        return kept
    smoothed = gaussian_filter(hu, [SMOOTH_MM / spacing[0], SMOOTH_MM / spacing[1], 0])
    level = np.median(smoothed[kept])
    apart = np.abs(smoothed - level)
    spread = MAD_TO_SD * float(np.median(apart[kept]))
    kept &= apart <= max(VESSEL_SD * spread, VESSEL_HU)
    return kept


def smooth_inside(hu: Floats, mask: NDArray[np.bool_], spacing: Spacing, sigma_mm: float) -> Floats:
    """Average `hu` over the surroundings within `mask`, and continue the average outside it.

    Normalized convolution with a Gaussian (Knutsson and Westin, CVPR 1993) on cells of about
    3 mm. Where nothing of the mask is near, the median of all of it stands.
    """
    steps = [max(1, round(CELL_MM / side)) for side in spacing]
    level = np.float32(np.median(hu[mask]))
    parts = (np.where(mask, hu - level, np.float32(0)), mask.astype(np.float32))
    sigma = [sigma_mm / (side * step) for side, step in zip(spacing, steps, strict=True)]
    above, weight = (
        gaussian_filter(_cells(part, steps), sigma, mode="constant", truncate=3) for part in parts
    )
    coarse = above / np.maximum(weight, np.float32(1e-4))
    places = [
        (np.arange(size) + 0.5) / step - 0.5 for size, step in zip(hu.shape, steps, strict=True)
    ]
    grid = np.meshgrid(*places, indexing="ij")
    fine = map_coordinates(coarse, grid, order=1, mode="nearest", output=np.float32)
    return np.asarray(fine + level, np.float32)


def texture_like(rest: Floats, mask: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Make texture [X, Y, Z] of standard deviation 1 like `rest`, which is 0 outside `mask`.

    Each slice has the mean power spectrum of the slices; neighbors share as much as there.
    """
    power = np.mean(np.abs(np.fft.rfft2(rest, axes=(0, 1))) ** 2, axis=2)
    power[0, 0] = 0
    if not power.any():
        return np.zeros(rest.shape, np.float32)
    white = rng.standard_normal(rest.shape).astype(np.float32)
    shared = _shared(rest, mask)
    for z in range(1, rest.shape[2]):
        white[..., z] = shared * white[..., z - 1] + np.sqrt(1 - shared**2) * white[..., z]
    shaped = np.fft.rfft2(white, axes=(0, 1)) * np.sqrt(power)[..., None]
    texture = np.fft.irfft2(shaped, s=rest.shape[:2], axes=(0, 1))
    return np.asarray(texture / texture.std(), np.float32)


def noise_of(volume: Volume, labels: NDArray[np.uint8], z: int) -> float:
    """Measure the noise of the liver in axial slice `z`: standard deviation in HU, 0 without any.

    Vessels and lesions are left out; what varies slowly is no noise.
    """
    hu, found = volume.hu[..., z : z + 1].astype(np.float32), labels[..., z : z + 1]
    healthy = parenchyma(hu, found, volume.spacing)
    if np.count_nonzero(healthy) < FEWEST:
        return 0.0
    rest = (hu - smooth_inside(hu, healthy, volume.spacing, 6.0))[healthy]
    return MAD_TO_SD * float(np.median(np.abs(rest - np.median(rest))))


def edge_sigma_mm(volume: Volume, z: int) -> float:
    """Measure how blurred axial slice `z` is, as the standard deviation of a Gaussian in mm.

    A sharp edge of H HU, so blurred, rises by H / (sigma sqrt(2 pi)) a mm at most. The edge
    between skin and air is such a one; the median along it is taken. Never less than a third of
    a pixel nor more than three; one pixel where the slice shows no air.
    """
    hu = volume.hu[..., z].astype(np.float32)
    pixel = max(volume.spacing[:2])
    middle, height = (AIR_HU + SKIN_HU) / 2, SKIN_HU - AIR_HU
    steep = np.hypot(*np.gradient(hu, *volume.spacing[:2]))
    edge = (np.abs(hu - middle) < height / 6) & (steep > height / (8 * pixel))
    if np.count_nonzero(edge) < 10:
        return pixel
    sigma = height / (float(np.median(steep[edge])) * np.sqrt(2 * np.pi))
    # The slope was taken over two pixels, which blurs by itself.
    own = sigma**2 - pixel**2 / 3
    return float(np.clip(np.sqrt(max(own, 0)), pixel / 3, 3 * pixel))


def _cells(values: Floats, steps: list[int]) -> Floats:
    """Average [X, Y, Z] over cells of `steps` voxels; those at the far end repeat the last."""
    spare = [(0, -size % step) for size, step in zip(values.shape, steps, strict=True)]
    whole = np.pad(values, spare, mode="edge")
    x, y, z = (size // step for size, step in zip(whole.shape, steps, strict=True))
    parts = whole.reshape(x, steps[0], y, steps[1], z, steps[2])
    mean: Floats = parts.mean(axis=(1, 3, 5), dtype=np.float32)
    return mean


def _shared(rest: Floats, mask: NDArray[np.bool_]) -> float:
    """Correlation of neighboring slices where both are within `mask`, 0 to 0.99."""
    both = mask[..., 1:] & mask[..., :-1]
    if np.count_nonzero(both) < FEWEST:
        return 0.0
    one, other = rest[..., 1:][both], rest[..., :-1][both]
    size = float(np.sqrt(np.mean(one**2) * np.mean(other**2)))
    return float(np.clip(np.mean(one * other) / size, 0, 0.99)) if size else 0.0
