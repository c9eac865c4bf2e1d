"""The liver and its lesions as surfaces to turn, with sides and numbers."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.cascade.findings import Lesion
from core.cascade.segmentation import Segmentation
from core.draw.colors import COLORS
from core.geometry.surfaces import Mesh, mesh_of
from core.labels import LIVER, TUMOR, organ_mask, tumor_mask
from core.study import Study
from pages.common.memory import Slot, content

MESHES = Slot[tuple[Mesh, Mesh]]("surfaces")
LIVER_COLOR, TUMOR_COLOR = (f"rgb{COLORS[label]}" for label in (LIVER, TUMOR))
# Legible on both themes, and on what they stand on.
NUMBER_COLOR, PICKED_COLOR, SIDE_COLOR = "#ffffff", "#ffd666", "#b7791f"
SIDES = {
    "R": np.array([1, 0, 0]),
    "L": np.array([-1, 0, 0]),
    "A": np.array([0, 1, 0]),
    "P": np.array([0, -1, 0]),
    "S": np.array([0, 0, 1]),
    "I": np.array([0, 0, -1]),
}


def surface_view(
    case: Study,
    segmentation: Segmentation,
    lesions: Sequence[Lesion] = (),
    picked: int | None = None,
) -> None:
    """Draw the surfaces of the case's labels; they are made once for each result.

    Parameters
    ----------
    lesions : measured on these labels: their numbers are written where they lie.
    picked : number of the lesion that lights up.
    """
    with st.spinner("Building the surfaces"):
        liver, tumor = _meshes(case, segmentation)
    if not len(liver.faces):
        st.info("No liver was found, so there is no surface to show.")
        return
    figure = go.Figure(
        [
            _trace(liver, "Liver", LIVER_COLOR, opacity=0.35 if len(tumor.faces) else 0.9),
            *([_trace(tumor, "Lesions", TUMOR_COLOR, opacity=1.0)] if len(tumor.faces) else []),
            *([_numbers(lesions, picked)] if lesions else []),
            _sides(liver),
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
    st.plotly_chart(figure, key="surface", alt="Surface of the liver and its lesions")
    st.caption(
        "Seen from the front; R, L, A, P, S and I are the patient's sides. Drag to turn, scroll to "
        "zoom, click a name to hide it."
    )


def _numbers(lesions: Sequence[Lesion], picked: int | None) -> go.Scatter3d:
    """Write the numbers of lesions in front of them; the picked one stands out."""
    x, y, z = zip(*(lesion.centroid_mm for lesion in lesions), strict=True)
    y = tuple(
        at + lesion.longest_diameter_mm / 2 + 6 for at, lesion in zip(y, lesions, strict=True)
    )
    chosen = [lesion.number == picked for lesion in lesions]
    return go.Scatter3d(
        x=x,
        y=y,
        z=z,
        mode="text",
        name="Numbers",
        text=[f"<b>{lesion.number}</b>" for lesion in lesions],
        textfont={
            "size": [30 if one else 16 for one in chosen],
            "color": [PICKED_COLOR if one else NUMBER_COLOR for one in chosen],
        },
        hovertext=[
            f"Lesion {one.number}: {one.longest_diameter_mm:.1f} mm, {one.volume_ml:.2f} mL"
            for one in lesions
        ],
        hoverinfo="text",
    )


def _sides(liver: Mesh) -> go.Scatter3d:
    """Name the patient's six sides around the liver."""
    low, high = liver.vertices_mm.min(axis=0), liver.vertices_mm.max(axis=0)
    middle, reach = (low + high) / 2, (high - low) / 2 + 12
    letters, places = zip(
        *((name, middle + reach * way) for name, way in SIDES.items()), strict=True
    )
    x, y, z = np.array(places).T
    return go.Scatter3d(
        x=x, y=y, z=z, mode="text", text=letters, name="Sides", hoverinfo="skip",
        textfont={"size": 16, "color": SIDE_COLOR},
    )  # fmt: skip


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
