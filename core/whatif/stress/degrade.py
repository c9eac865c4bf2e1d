"""Make a scan worse: first the patient, then the scanner, then what is reconstructed of it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from core.geometry.fits import axial_view, from_axial_view, resize
from core.geometry.slab import slab_of
from core.labels import organ_mask
from core.phantom.canvas import quantum_noise
from core.volume import AIR_HU, Volume
from core.whatif.healthy_liver import noise_of
from core.whatif.stress.knobs import Stress

Floats = NDArray[np.float32]

UNENHANCED_HU = 55
# Iodine is smooth at this scale, noise is not.
IODINE_MM = 2.0
EDGE_MM = 0.7
FWHM_TO_SD = 1 / 2.3548
SEVERAL = 5


def degrade(
    volume: Volume,
    stress: Stress,
    organ: NDArray[np.bool_],
    *,
    noise_hu: float,
    seed: int = 0,
    part: slice = slice(None),
) -> Volume:
    """Degrade the axial slices `part` of `volume`; each looks as it would in the whole scan.

    No stress at all gives the slices back bit by bit.

    Parameters
    ----------
    organ : bool [X, Y, Z], the liver with its tumors, for what changes the liver alone.
    noise_hu : standard deviation of the scan's own noise, which fewer photons make grow.
    seed : of the noise; that of a slice does not depend on `part`.
    """
    if stress == Stress():
        return slab_of(volume, part)
    limits = np.iinfo(np.int16)
    places = range(volume.shape[2])[part]
    hu = np.empty((*volume.shape[:2], len(places)), np.int16)
    for index, image in enumerate(_reconstructed(volume, stress, organ, noise_hu, seed, places)):
        hu[..., index] = np.clip(np.rint(image), limits.min, limits.max)
    return slab_of(volume, part, hu)


def degrade_labels(
    labels: NDArray[np.uint8], stress: Stress, spacing: tuple[float, float, float]
) -> NDArray[np.uint8]:
    """Move labels [X, Y, Z] as the patient is moved: the nearest voxel, 0 from outside."""
    if not stress.degrees:
        return labels
    turned = turn(axial_view(labels), stress.degrees, spacing, smooth=False)
    return np.ascontiguousarray(from_axial_view(turned))


def scan_noise(volume: Volume, labels: NDArray[np.uint8]) -> float:
    """Measure the noise of a scan in its liver: the median over several slices, in HU."""
    seen = np.flatnonzero(organ_mask(labels).any(axis=(0, 1)))
    if not len(seen):
        return 0.0
    chosen = np.unique(np.linspace(seen[0], seen[-1], SEVERAL + 2).astype(int)[1:-1])
    measured = [noise_of(volume, labels, int(z)) for z in chosen]
    return float(np.median([noise for noise in measured if noise] or [0.0]))


def turn(
    slices: NDArray[np.uint8] | Floats,
    degrees: float,
    spacing: tuple[float, float, float],
    *,
    smooth: bool,
) -> NDArray[np.uint8] | Floats:
    """Turn displayed slices [N, rows, columns] counter-clockwise about their middle.

    Parameters
    ----------
    spacing : of the volume; pixels need not be square.
    smooth : interpolate cubically and fill with air; else take the nearest and fill with 0.
    """
    rows, columns = slices.shape[1:]
    angle, ratio = np.deg2rad(degrees), spacing[1] / spacing[0]
    # Pillow asks where each pixel of the result comes from.
    back = np.array(
        [[np.cos(angle), -np.sin(angle) * ratio], [np.sin(angle) / ratio, np.cos(angle)]]
    )
    middle = np.array([columns / 2, rows / 2])
    origin = np.column_stack([back, middle - back @ middle]).ravel().tolist()
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    turned = np.empty_like(slices)
    for target, image in zip(turned, slices, strict=True):
        picture = Image.fromarray(np.ascontiguousarray(image))
        target[...] = picture.transform(
            (columns, rows), Image.Transform.AFFINE, origin, how, fillcolor=AIR_HU if smooth else 0
        )
    return turned


def _reconstructed(
    volume: Volume,
    stress: Stress,
    organ: NDArray[np.bool_],
    noise_hu: float,
    seed: int,
    places: range,
) -> Iterator[Floats]:
    """Yield the slices at `places` [X, Y]: neighbors averaged, then made coarser."""
    half, last = stress.slices // 2, volume.shape[2] - 1
    scanned: dict[int, Floats] = {}
    for z in places:
        window = range(max(0, z - half), min(last, z + half) + 1)
        scanned = {
            other: scanned[other]
            if other in scanned
            else _scanned(volume, stress, organ, noise_hu, seed, other)
            for other in window
        }
        image = np.asarray(np.mean(list(scanned.values()), axis=0), np.float32)
        yield coarsened(image, stress.coarser) if stress.coarser > 1 else image


def _scanned(
    volume: Volume,
    stress: Stress,
    organ: NDArray[np.bool_],
    noise_hu: float,
    seed: int,
    z: int,
) -> Floats:
    """Scan one slice [X, Y] of the patient: changed and turned, blurred, with fewer photons."""
    image = _patient(volume, stress, organ[..., z], z)
    if stress.blur_mm:
        sigma = [stress.blur_mm * FWHM_TO_SD / side for side in volume.spacing[:2]]
        image = gaussian_filter(image, sigma)
    missing = noise_hu * float(np.sqrt(1 / stress.dose - 1))
    if missing:
        rng = np.random.default_rng([seed, z])
        shape = (*volume.shape[:2], 1)
        image += quantum_noise(rng, shape, volume.spacing, missing)[..., 0]
    return image


def _patient(volume: Volume, stress: Stress, organ: NDArray[np.bool_], z: int) -> Floats:
    image = volume.hu[..., z].astype(np.float32)
    if organ.any() and (stress.enhancement != 1 or stress.shift_hu):
        soft = _smoothed(organ.astype(np.float32), volume, EDGE_MM)
        added = np.float32(stress.shift_hu) * soft
        # What is smooth within the liver, so that fat and lung beside it take no part.
        level = _smoothed(np.where(organ, image, 0).astype(np.float32), volume, IODINE_MM)
        level /= np.maximum(_smoothed(organ.astype(np.float32), volume, IODINE_MM), 0.05)
        iodine = np.maximum(level - UNENHANCED_HU, 0)
        image = image + added + soft * iodine * np.float32(stress.enhancement - 1)
    if stress.degrees:
        shown = axial_view(image[..., None])
        image = from_axial_view(turn(shown, stress.degrees, volume.spacing, smooth=True))[..., 0]
    return image


def coarsened(image: Floats, factor: float) -> Floats:
    """Average [X, Y] to pixels `factor` times larger, and interpolate it back linearly."""
    x, y = image.shape
    small = resize(image[None], max(1, round(x / factor)), max(1, round(y / factor)))
    large: Floats = resize(small, x, y)[0]
    return large


def _smoothed(image: Floats, volume: Volume, sigma_mm: float) -> Floats:
    smoothed: Floats = gaussian_filter(image, [sigma_mm / side for side in volume.spacing[:2]])
    return smoothed
