"""Surfaces as STL, read back."""

import numpy as np

from core.geometry.stl import HEADER_BYTES, TRIANGLE, to_stl
from core.geometry.surfaces import Mesh, mesh_of
from tests.scene import affine_of, draw


def test_stl_encloses_the_volume_of_its_mesh() -> None:
    mesh = mesh_of(draw()[1] > 0, affine_of())
    content = to_stl(mesh)
    (count,) = np.frombuffer(content, "<u4", 1, HEADER_BYTES)
    triangles = np.frombuffer(content, TRIANGLE, offset=HEADER_BYTES + 4)
    assert len(triangles) == count == len(mesh.faces)
    first, second, third = np.moveaxis(triangles["corners"].astype(float), 1, 0)
    enclosed = np.einsum("ij,ij->i", first, np.cross(second, third)).sum() / 6000
    assert abs(enclosed / mesh.volume_ml - 1) < 1e-3
    lengths = np.linalg.norm(triangles["normal"], axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-3)


def test_nothing_is_an_empty_stl() -> None:
    nothing = Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    assert len(to_stl(nothing)) == HEADER_BYTES + 4
