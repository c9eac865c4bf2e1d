"""A voxel grid on which bodies are painted with the partial volume of their edges."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from core.phantom.shapes import Array, Field, Point, Shape
from core.volume import AIR_HU

Box: TypeAlias = tuple[slice, slice, slice]

KERNEL_MM = 0.6
NOISE_GRAIN_MM = 0.9


@dataclass(frozen=True, eq=False)
class Canvas:
    """A CT in the making.

    Parameters
    ----------
    hu : float32 [X, Y, Z], RAS+, painted in place.
    axes : the voxel centres in RAS mm along x, y and z, shaped to broadcast.
    spacing : voxel size in mm.
    """

    hu: Array
    axes: tuple[Array, Array, Array]
    spacing: Point

    @classmethod
    def blank(cls, shape: tuple[int, int, int], spacing: Point) -> "Canvas":
        """Air on a grid whose middle is the origin of the patient's millimetres."""
        lines = [
            (np.arange(n, dtype=np.float32) - (n - 1) / 2) * mm
            for n, mm in zip(shape, spacing, strict=True)
        ]
        x, y, z = lines
        axes = (x[:, None, None], y[None, :, None], z[None, None, :])
        return cls(np.full(shape, AIR_HU, np.float32), axes, spacing)

    def box(self, shape: Shape) -> Box:
        """Voxels around a body, with a margin; empty where it lies outside the grid."""
        x, y, z = (
            _stretch(axis.ravel(), low, high, 2 * mm)
            for axis, low, high, mm in zip(
                self.axes, shape.low, shape.high, self.spacing, strict=True
            )
        )
        return x, y, z

    def within(self, box: Box) -> tuple[Array, Array, Array]:
        """Give the axes of a box."""
        x, y, z = self.axes
        return x[box[0]], y[:, box[1]], z[:, :, box[2]]

    def crop(self, box: Box) -> "Canvas":
        """Copy a box of this canvas, to be painted apart."""
        return Canvas(self.hu[box].copy(), self.within(box), self.spacing)

    def lay(self, painted: "Canvas", box: Box, share: Array) -> None:
        """Lay a painted crop back on its box where `share` (0..1) lets it show."""
        self.hu[box] += share * (painted.hu - self.hu[box])

    def field(self, shape: Shape, box: Box) -> Array:
        """Evaluate a body's field on a box, float32."""
        size = tuple(part.stop - part.start for part in box)
        return np.broadcast_to(shape.field(*self.within(box)), size)

    def coverage(self, shape: Shape, box: Box) -> Array:
        """Share of every voxel of a box that lies in the body, 0..1 float32."""
        return coverage(self.field(shape, box), 0.5 * min(self.spacing))

    def paint(self, shape: Shape, hu: float | Field, mask: Shape | None = None) -> None:
        """Fill a body with `hu`, a number or a field; `mask` confines the paint."""
        box = self.box(shape if mask is None else shape & mask)
        if any(part.stop <= part.start for part in box):
            return
        share = self.coverage(shape, box)
        if mask is not None:
            share = share * self.coverage(mask, box)
        value = hu(*self.within(box)) if callable(hu) else hu
        self.hu[box] += share * (value - self.hu[box])


def _stretch(line: Array, low: float, high: float, margin: float) -> slice:
    first, last = np.searchsorted(line, [low - margin, high + margin])
    return slice(int(first), int(last))


def coverage(field: Array, least: float) -> Array:
    """Share of each voxel inside, from the field [X, Y, Z] at the voxel centres.

    Within a voxel the field is taken as linear: it varies by the sum of its differences
    along the axes, so that a surface that cuts thick slices at a slant gets a wide edge.
    `least` mm bounds that variation from below.
    """
    change = np.zeros(field.shape, np.float32)
    for axis in range(3):
        if field.shape[axis] > 1:
            change += np.abs(_difference(field, axis))
    share = 0.5 - field / np.maximum(change, np.float32(least))
    return np.clip(share, 0, 1)


def _difference(field: Array, axis: int) -> Array:
    """Half the difference of the two neighbours; at the border, of the voxel and its one."""
    f = np.moveaxis(field, axis, 0)
    change = np.empty(field.shape, np.float32)
    c = np.moveaxis(change, axis, 0)
    np.subtract(f[2:], f[:-2], out=c[1:-1])
    c[1:-1] *= 0.5
    np.subtract(f[1], f[0], out=c[0])
    np.subtract(f[-1], f[-2], out=c[-1])
    return change


def blur(image: Array, spacing: Point) -> Array:
    """Blur slices [X, Y, Z] as a scanner's soft-tissue kernel does."""
    for axis in (0, 1):
        image = gaussian_filter1d(image, KERNEL_MM / spacing[axis], axis, truncate=3)
    return image


def quantum_noise(
    rng: np.random.Generator, shape: tuple[int, int, int], spacing: Point, sd_hu: float
) -> Array:
    """Noise [X, Y, Z] of `sd_hu` with a band of frequencies like that of filtered backprojection.

    The ramp filter takes away low frequencies and the kernel the high ones; here a
    difference of Gaussians within each slice.
    """
    white = rng.standard_normal(shape, dtype=np.float32)
    fine = white
    for axis in (0, 1):
        fine = gaussian_filter1d(fine, NOISE_GRAIN_MM / spacing[axis], axis, truncate=3)
    coarse = fine
    for axis in (0, 1):
        coarse = gaussian_filter1d(coarse, 2 * NOISE_GRAIN_MM / spacing[axis], axis, truncate=3)
    band: NDArray[np.float32] = fine - np.float32(0.7) * coarse
    return band * np.float32(sd_hu / max(float(band.std()), 1e-6))
