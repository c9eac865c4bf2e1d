"""Surfaces drawn without a graphics card: orthographic, hidden parts removed, Lambert's shading."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.surfaces import Mesh

Points = NDArray[np.float32]

# From the front, a little from the patient's right and from above: most of the liver is there.
AZIMUTH, ELEVATION = np.deg2rad(20), np.deg2rad(12)
TO_LIGHT = np.array([-0.35, 0.55, 0.75], np.float32)
AMBIENT = 0.38
FILLED = 0.86
WINDOWS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
MOST_TESTS = 4_000_000


@dataclass(frozen=True)
class Camera:
    """Looks at surfaces from the front.

    Parameters
    ----------
    turn : (3, 3), from RAS millimeters to right, up and towards the viewer.
    middle : RAS point in the middle of the picture.
    per_mm : pixels a millimeter; parallel rays make it the same everywhere.
    side : of the picture in pixels.
    """

    turn: NDArray[np.float64]
    middle: NDArray[np.float64]
    per_mm: float
    side: int

    def project(self, points_mm: NDArray[np.floating]) -> Points:
        """Bring RAS points (N, 3) to x, y in pixels, y downwards, and nearness in pixels."""
        seen = (points_mm - self.middle) @ self.turn.T * self.per_mm
        seen[:, 1] *= -1
        seen[:, :2] += self.side / 2
        projected: Points = seen.astype(np.float32)
        return projected


def camera_for(vertices_mm: Points, side: int) -> Camera:
    """Aim at `vertices_mm` (N, 3), at least one, so that they fill most of the picture."""
    viewer = np.array([np.sin(AZIMUTH), np.cos(AZIMUTH), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    right = np.cross(up, viewer)
    towards = np.cos(ELEVATION) * viewer + np.sin(ELEVATION) * up
    turn = np.stack([right, np.cross(towards, right), towards])
    seen = vertices_mm @ turn.T
    low, high = seen.min(axis=0), seen.max(axis=0)
    extent = max(float((high - low)[:2].max()), 1.0)
    return Camera(turn, (low + high) / 2 @ turn, FILLED * side / extent, side)


@dataclass(frozen=True)
class Drawn:
    """What of a surface is seen: both [side, side].

    Parameters
    ----------
    nearness : float32, pixels towards the viewer; -inf where there is no surface.
    brightness : float32, 0 to 1 by Lambert's law; 0 where there is no surface.
    """

    nearness: NDArray[np.float32]
    brightness: NDArray[np.float32]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where there is a surface."""
        return np.isfinite(self.nearness)


def draw_surface(mesh: Mesh, camera: Camera) -> Drawn:
    """Draw the front of a closed surface, its shading smooth across triangles."""
    nearness = np.full(camera.side**2, -np.inf, np.float32)
    brightness = np.zeros(camera.side**2, np.float32)
    if len(mesh.faces):
        corners = camera.project(mesh.vertices_mm)
        lit = _lit(mesh, camera)
        faces = _front(corners, mesh.faces)
        for pixels, near, light in _covered(corners, lit, faces, camera.side):
            np.maximum.at(nearness, pixels, near)
            nearest = near >= nearness[pixels]
            brightness[pixels[nearest]] = light[nearest]
    shape = (camera.side, camera.side)
    return Drawn(nearness.reshape(shape), brightness.reshape(shape))


def _lit(mesh: Mesh, camera: Camera) -> NDArray[np.float32]:
    """Brightness of every vertex, whose normal is the mean of those of its triangles."""
    a, b, c = (mesh.vertices_mm[mesh.faces[:, corner]] for corner in range(3))
    across = np.cross(b - a, c - a)
    normals = np.stack(
        [
            np.bincount(mesh.faces.ravel(), across[:, axis].repeat(3), len(mesh.vertices_mm))
            for axis in range(3)
        ],
        axis=1,
    )
    normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    cosine = normals @ camera.turn.T @ (TO_LIGHT / np.linalg.norm(TO_LIGHT))
    lit: NDArray[np.float32] = (AMBIENT + (1 - AMBIENT) * np.maximum(cosine, 0)).astype(np.float32)
    return lit


def _front(corners: Points, faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Triangles that face the viewer."""
    a, b, c = (corners[faces[:, corner], :2] for corner in range(3))
    front: NDArray[np.int32] = faces[_double_area(a, b, c) < 0]
    return front


def _double_area(a: Points, b: Points, c: Points) -> NDArray[np.float32]:
    """Twice the signed area; negative for counter-clockwise ones, since y points down."""
    ab, ac = b - a, c - a
    area: NDArray[np.float32] = ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]
    return area


def _covered(
    corners: Points, lit: NDArray[np.float32], faces: NDArray[np.int32], side: int
) -> "list[tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]]":
    """Pixels that triangles cover, with nearness and brightness, in pieces of like size."""
    low = np.ceil(corners[faces, :2].min(axis=1) - 0.5).astype(np.int64)
    high = np.floor(corners[faces, :2].max(axis=1) - 0.5).astype(np.int64)
    extent = (high - low).max(axis=1) + 1
    pieces = []
    for smaller, window in zip((0, *WINDOWS), WINDOWS, strict=False):
        chosen = np.flatnonzero((extent > smaller) & (extent <= window))
        parts = np.array_split(chosen, len(chosen) * window**2 // MOST_TESTS + 1)
        pieces += [
            _test(corners[faces[part]], lit[faces[part]], low[part], window, side)
            for part in parts
            if len(part)
        ]
    return pieces


def _test(
    triangles: Points, lit: NDArray[np.float32], low: NDArray[np.int64], window: int, side: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Test the pixels of a square `window` at `low` against each of `triangles` (N, 3, 3)."""
    offsets = np.stack(np.meshgrid(*[np.arange(window)] * 2, indexing="xy"), axis=-1).reshape(-1, 2)
    pixels = low[:, None] + offsets
    at = (pixels + 0.5).astype(np.float32)
    a, b, c = (triangles[:, None, corner, :2] for corner in range(3))
    whole = _double_area(a, b, c)
    weights = np.stack([_double_area(b, c, at), _double_area(c, a, at), _double_area(a, b, at)], -1)
    weights /= whole[..., None]
    inside = (weights >= 0).all(axis=-1) & ((pixels >= 0) & (pixels < side)).all(axis=-1)
    rows, spots = np.nonzero(inside)
    weight = weights[rows, spots]
    x, y = pixels[rows, spots].T
    near = np.einsum("ij,ij->i", weight, triangles[rows, :, 2])
    light = np.einsum("ij,ij->i", weight, lit[rows])
    return y * side + x, near.astype(np.float32), light.astype(np.float32)
