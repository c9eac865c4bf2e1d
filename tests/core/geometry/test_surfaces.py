"""Surfaces around masks."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry.surfaces import Mesh, mesh_of

Triple = tuple[float, float, float]


def sphere(
    radius_mm: float, spacing: Triple, center_mm: Triple = (0, 0, 0)
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Draw a sphere that fills its grid; return it with an affine that puts it in place."""
    sides = [int(radius_mm / step) + 1 for step in spacing]
    axes = [np.arange(-n, n + 1) * step for n, step in zip(sides, spacing, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = np.subtract(center_mm, [axis[-1] for axis in axes])
    return x**2 + y**2 + z**2 <= radius_mm**2, affine


def is_closed(mesh: Mesh) -> bool:
    """Tell whether every edge joins two triangles, which run along it in opposite senses."""
    edges = Counter((int(face[i]), int(face[i - 1])) for face in mesh.faces for i in range(3))
    return all(count == 1 and edges[b, a] == 1 for (a, b), count in edges.items())


@settings(max_examples=15, deadline=None)
@given(st.tuples(st.floats(0.6, 2), st.floats(0.6, 2), st.floats(0.8, 5)))
def test_sphere_encloses_its_volume_at_any_spacing(spacing: Triple) -> None:
    mask, affine = sphere(20, spacing)
    mesh = mesh_of(mask, affine)
    mask_ml = np.count_nonzero(mask) * np.prod(spacing) / 1000
    assert mesh.volume_ml == pytest.approx(mask_ml, rel=0.05)


@pytest.mark.parametrize("radius", [3, 6])
def test_small_lesion_keeps_its_volume_too(radius: float) -> None:
    mask, affine = sphere(radius, (0.8, 0.8, 2))
    mask_ml = np.count_nonzero(mask) * 0.8 * 0.8 * 2 / 1000
    assert mesh_of(mask, affine).volume_ml == pytest.approx(mask_ml, rel=0.1)


def test_organ_cut_off_by_the_scan_still_has_a_closed_surface() -> None:
    mesh = mesh_of(np.ones((12, 12, 6), np.bool_), np.diag([2, 2, 4, 1.0]))
    assert is_closed(mesh)
    assert mesh.volume_ml > 0


def test_surface_lies_around_the_patient_coordinates_of_the_mask() -> None:
    mask, affine = sphere(15, (1, 1.5, 3), center_mm=(-60, 35, 1200))
    vertices = mesh_of(np.pad(mask, [(5, 0), (0, 7), (2, 2)]), affine).vertices_mm
    shift = np.array([5 * 1, 0, 2 * 3])
    assert vertices.mean(axis=0) - shift == pytest.approx([-60, 35, 1200], abs=0.5)
    radii = np.linalg.norm(vertices - shift - [-60, 35, 1200], axis=1)
    assert radii == pytest.approx(15, abs=2)


def test_mirrored_grid_does_not_turn_the_surface_inside_out() -> None:
    mask, affine = sphere(10, (1, 1, 1))
    affine[0] *= -1
    assert mesh_of(mask, affine).volume_ml == pytest.approx(4.19, rel=0.05)


def test_large_organ_stays_within_its_faces() -> None:
    mask, affine = sphere(70, (1.5, 1.5, 1.5))
    mesh = mesh_of(mask, affine, max_faces=5000)
    assert 2000 < len(mesh.faces) <= 5000
    assert mesh.volume_ml == pytest.approx(1437, rel=0.05)


def test_lesion_of_one_voxel_is_drawn_beside_a_large_one() -> None:
    mask, affine = sphere(20, (0.7, 0.7, 1))
    mask = np.pad(mask, [(0, 20), (0, 0), (0, 0)])
    mask[-1, 30, 20] = True
    mesh = mesh_of(mask, affine, max_faces=2000)
    lone_mm = affine[:3] @ [mask.shape[0] - 1, 30, 20, 1]
    assert np.linalg.norm(mesh.vertices_mm - lone_mm, axis=1).min() < 4


def test_empty_mask_has_an_empty_surface() -> None:
    mesh = mesh_of(np.zeros((4, 4, 4), np.bool_), np.eye(4))
    assert mesh.vertices_mm.shape == mesh.faces.shape == (0, 3)
    assert mesh.volume_ml == 0


def test_mesh_has_the_types_a_browser_takes() -> None:
    mesh = mesh_of(*sphere(8, (1, 1, 1)))
    assert mesh.vertices_mm.dtype == np.float32
    assert mesh.faces.dtype == np.int32
    assert mesh.faces.max() < len(mesh.vertices_mm)


def test_too_few_faces_to_draw_anything_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 100, got 8"):
        mesh_of(np.ones((4, 4, 4), np.bool_), np.eye(4), max_faces=8)
