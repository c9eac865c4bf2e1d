"""A ball as a scanner shows it: blurred within the slice, averaged over its thickness."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

Floats = NDArray[np.float32]

# A slice is thick: a lesion is averaged over so many planes of it.
PLANES = 5


def ball_weight(
    shape: tuple[int, ...],
    spacing: tuple[float, float, float],
    at: list[int],
    radius_mm: float,
    blur_mm: float,
) -> Floats:
    """Share of every voxel [X, Y, Z] that a blurred ball about voxel `at` fills, 0..1.

    A ball convolved with a Gaussian has a closed form, and keeps its volume.
    """
    x, y = (
        ((np.arange(size) - place) * mm) ** 2
        for size, place, mm in zip(shape[:2], at[:2], spacing[:2], strict=True)
    )
    in_plane = x[:, None] + y[None, :]
    weight = np.zeros(shape, np.float32)
    planes = (np.arange(PLANES) + 0.5) / PLANES - 0.5
    for z in range(shape[2]):
        heights = (z - at[2] + planes) * spacing[2]
        if np.abs(heights).min() > radius_mm + 4 * blur_mm:
            continue
        filled = [_blurred_ball(np.sqrt(in_plane + h * h), radius_mm, blur_mm) for h in heights]
        weight[..., z] = np.mean(filled, axis=0)
    return weight


def _blurred_ball(away: NDArray[np.float64], radius: float, sigma: float) -> NDArray[np.float64]:
    """Value, at the distance `away` from its center, of a ball convolved with a Gaussian."""
    away = np.maximum(away, 1e-3 * sigma)
    width = sigma * np.sqrt(2)
    near, far = (away - radius) / width, (away + radius) / width
    rims = np.exp(-(near**2)) - np.exp(-(far**2))
    value = 0.5 * (erf(far) - erf(near)) - sigma / (away * np.sqrt(2 * np.pi)) * rims
    clipped: NDArray[np.float64] = np.clip(value, 0, 1)
    return clipped
