"""A closed surface around a mask, light enough to turn around in a browser."""

from dataclasses import dataclass
from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray

from core.geometry.components import bounding_box, find_components
from core.volume import spacing_of

FINEST_MM = 1.5
SMOOTHING = 0.6
COARSEN = 1.15
FEWEST_FACES = 100
MARGIN = 2
LOWEST_LEVEL = 0.15
LEVEL_STEPS = 6
VOLUME_TOLERANCE = 0.01


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh.

    Parameters
    ----------
    vertices_mm : float32 (N, 3), RAS millimetres.
    faces : int32 (M, 3), indices of vertices, counter-clockwise seen from outside.
    """

    vertices_mm: NDArray[np.float32]
    faces: NDArray[np.int32]

    @property
    def volume_ml(self) -> float:
        """Enclosed volume in mL, by the divergence theorem."""
        return _enclosed(self.vertices_mm, self.faces) / 1000


def mesh_of(mask: NDArray[np.bool_], affine: NDArray[np.float64], max_faces: int = 40_000) -> Mesh:
    """Draw a closed surface around `mask`.

    The mask is averaged over cells, lightly smoothed, and cut at one half by marching
    cubes (Lewiner et al. 2003); where that would shrink it, it is cut lower, so that the
    surface encloses the volume of the mask. Cells are as fine as `max_faces` allows but no
    finer than about 1.5 mm: 2 to 3 mm for a liver, less for lesions. A component too
    small for its cell is drawn as one cell rather than lost.

    Parameters
    ----------
    mask : bool [X, Y, Z]; an empty one gives an empty mesh.
    affine : (4, 4), voxel index to RAS millimetres.
    max_faces : at most so many triangles, unless the mask has more components than
        that leaves room for. At least 100.

    Raises
    ------
    ValueError
        If `max_faces` is below 100.
    """
    if max_faces < FEWEST_FACES:
        raise ValueError(f"max_faces must be at least {FEWEST_FACES}, got {max_faces}")
    box = bounding_box(mask)
    if box is None:
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    placed = affine.copy()
    placed[:3, 3] += affine[:3, :3] @ [side.start for side in box]
    return _as_fine_as_possible(mask[box], placed, max_faces)


def _as_fine_as_possible(
    crop: NDArray[np.bool_], affine: NDArray[np.float64], max_faces: int
) -> Mesh:
    spacing = np.array(spacing_of(affine))
    components = find_components(crop).numbered
    cell_mm = max(FINEST_MM, _cell_for(crop, spacing, max_faces))
    while True:
        factors = np.maximum(1, np.rint(cell_mm / spacing)).astype(np.int64)
        mesh = _mesh_on_cells(components, affine, factors)
        if len(mesh.faces) <= max_faces or np.all(factors >= crop.shape):
            return mesh
        cell_mm *= COARSEN


def _cell_for(crop: NDArray[np.bool_], spacing: NDArray[np.float64], max_faces: int) -> float:
    """Estimate the cell size in mm at which the surface of `crop` takes `max_faces`."""
    area = 0.0
    for axis in range(3):
        steps = np.count_nonzero(np.diff(crop, axis=axis, prepend=False, append=False))
        area += steps * float(np.prod(np.delete(spacing, axis)))
    # Stairs of voxels have about 1.5 times the area of the smooth surface they follow,
    # on which marching cubes spends some three triangles a cell.
    return float(np.sqrt(3 * area / 1.5 / max_faces))


def _mesh_on_cells(
    components: NDArray[Any], affine: NDArray[np.float64], factors: NDArray[np.int64]
) -> Mesh:
    """Mesh numbered `components` [X, Y, Z] on cells of `factors` voxels along each axis."""
    from scipy.ndimage import gaussian_filter

    filled = gaussian_filter(_cell_means(components > 0, factors), SMOOTHING)
    _keep_small_components(filled, components, factors)
    cell_voxels = float(np.prod(factors))
    corners, faces = _cut_at_volume(filled, np.count_nonzero(components) / cell_voxels)
    # The middle of cell i lies between the voxels it averages; MARGIN cells stand before it.
    voxels = (corners - MARGIN) * factors + (factors - 1) / 2
    vertices = voxels @ affine[:3, :3].T + affine[:3, 3]
    if np.linalg.det(affine[:3, :3]) < 0:
        faces = faces[:, ::-1]
    return Mesh(vertices.astype(np.float32), np.ascontiguousarray(faces, dtype=np.int32))


def _cut_at_volume(
    filled: NDArray[np.float32], volume: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cut `filled` [X, Y, Z] at the level whose surface encloses `volume` cells.

    Cutting at one half takes the tips off what is only a few cells large.
    """
    from skimage.measure import marching_cubes

    low, high, level = LOWEST_LEVEL, 0.5, 0.5
    for _ in range(LEVEL_STEPS):
        corners, faces, *_ = marching_cubes(filled, level, gradient_direction="ascent")
        excess = _enclosed(corners, faces) - volume
        if abs(excess) <= VOLUME_TOLERANCE * volume or (excess > 0 and level == high):
            break
        low, high = (level, high) if excess > 0 else (low, level)
        level = (low + high) / 2
    return corners.astype(np.float64), faces


def _enclosed(vertices: NDArray[Any], faces: NDArray[Any]) -> float:
    """Signed volume inside a closed mesh, by the divergence theorem."""
    a, b, c = vertices.astype(np.float64)[faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def _cell_means(mask: NDArray[np.bool_], factors: NDArray[np.int64]) -> NDArray[np.float32]:
    """Share of each cell that `mask` [X, Y, Z] fills, with MARGIN empty cells around."""
    margins = [
        (MARGIN * factor, MARGIN * factor + -size % factor)
        for size, factor in zip(mask.shape, factors, strict=True)
    ]
    padded = np.pad(mask, margins)
    x, y, z = (size // factor for size, factor in zip(padded.shape, factors.tolist(), strict=True))
    fx, fy, fz = factors
    means: NDArray[np.float32] = padded.reshape(x, fx, y, fy, z, fz).mean(
        axis=(1, 3, 5), dtype=np.float32
    )
    return means


def _keep_small_components(
    filled: NDArray[np.float32], components: NDArray[Any], factors: NDArray[np.int64]
) -> None:
    """Fill one cell of each component that averaging and smoothing took below one half."""
    drawn = filled > 0.5
    for axis, factor in enumerate(factors):
        inside = drawn.take(range(MARGIN, drawn.shape[axis] - MARGIN), axis)
        drawn = inside.repeat(factor, axis).take(range(components.shape[axis]), axis)
    lost = np.bincount(components[drawn], minlength=int(components.max()) + 1) == 0
    lost[0] = False
    centroids = cc3d.statistics(components)["centroids"][lost]
    cells = np.rint(centroids).astype(np.int64) // factors + MARGIN
    filled[tuple(cells.T)] = 1
