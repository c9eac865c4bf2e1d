"""A surface as binary STL, for 3-D programs and printers."""

import numpy as np

from core.geometry.surfaces import Mesh

HEADER_BYTES = 80
# Which way the numbers count, as 3-D Slicer writes and reads it.
HEADER = b"HepatoScope, research use only. SPACE=RAS, millimeters"
TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def to_stl(mesh: Mesh) -> bytes:
    """Write a mesh as binary STL, in RAS millimeters; a mesh without faces gives no triangles."""
    triangles = np.zeros(len(mesh.faces), TRIANGLE)
    corners = mesh.vertices_mm[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(across, axis=1, keepdims=True)
    triangles["normal"] = np.divide(across, length, out=np.zeros_like(across), where=length > 0)
    triangles["corners"] = corners
    count = np.uint32(len(triangles)).tobytes()
    return HEADER.ljust(HEADER_BYTES, b" ") + count + triangles.tobytes()
