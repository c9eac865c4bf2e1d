"""The liver and its tumors as surfaces to turn."""

import plotly.graph_objects as go
import streamlit as st

from core.cascade.segmentation import Segmentation
from core.geometry.surfaces import Mesh, mesh_of
from core.labels import organ_mask, tumor_mask
from core.study import Study
from pages.common.memory import Slot, content

MESHES = Slot[tuple[Mesh, Mesh]]("surfaces")
# Those of the slice viewer.
LIVER_COLOR, TUMOR_COLOR = "#2ecc71", "#ff4040"


def surface_view(case: Study, segmentation: Segmentation) -> None:
    """Draw the surfaces of the case's labels; they are made once for each result."""
    with st.spinner("Building the surfaces"):
        liver, tumor = _meshes(case, segmentation)
    if not len(liver.faces):
        st.info("No liver was found, so there is no surface to show.")
        return
    figure = go.Figure(
        [
            _trace(liver, "Liver", LIVER_COLOR, opacity=0.35 if len(tumor.faces) else 0.9),
            *([_trace(tumor, "Tumors", TUMOR_COLOR, opacity=1.0)] if len(tumor.faces) else []),
        ]
    )
    hidden = {"visible": False}
    figure.update_layout(
        height=520,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"x": 0, "y": 1},
        scene={
            "aspectmode": "data",
            "xaxis": hidden,
            "yaxis": hidden,
            "zaxis": hidden,
            # Seen from the front: the patient's right is on the left of the screen.
            "camera": {"eye": {"x": 0, "y": 1.4, "z": 0.25}, "up": {"x": 0, "y": 0, "z": 1}},
        },
    )
    st.plotly_chart(figure, key="surface", alt="Surface of the liver and its tumors")
    st.caption("Seen from the front. Drag to turn, scroll to zoom, click a name to hide it.")


def _meshes(case: Study, segmentation: Segmentation) -> tuple[Mesh, Mesh]:
    def make() -> tuple[Mesh, Mesh]:
        masks = organ_mask(segmentation.labels), tumor_mask(segmentation.labels)
        liver, tumor = (mesh_of(mask, case.volume.affine) for mask in masks)
        return liver, tumor

    return MESHES.made(case.id, content(case, segmentation), make)


def _trace(mesh: Mesh, name: str, color: str, opacity: float) -> go.Mesh3d:
    x, y, z = mesh.vertices_mm.T
    i, j, k = mesh.faces.T
    return go.Mesh3d(
        x=x, y=y, z=z, i=i, j=j, k=k,
        name=name, color=color, opacity=opacity, showlegend=True, hoverinfo="name",
        lighting={"ambient": 0.45, "diffuse": 0.8, "specular": 0.15, "roughness": 0.7},
    )  # fmt: skip
