"""A box of fat with a liver-like ball and a tumor in it, for the viewer's browser tests."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.volume import Volume, volume_from_array
from pages.viewer import slice_viewer

SHAPE = (160, 128, 60)
SPACING = (1.5, 1.5, 3.0)
LESION = (52, 70, 34)


@dataclass(frozen=True, eq=False)
class Layers:
    """What the viewer reads of a segmentation."""

    labels: NDArray[np.uint8]
    liver_probability: NDArray[np.uint8]
    tumor_probability: NDArray[np.uint8]
    liver_threshold: float = 0.5
    tumor_threshold: float = 0.25


def distance_mm(center: tuple[int, int, int]) -> NDArray[np.float32]:
    grid = np.indices(SHAPE, dtype=np.float32)
    steps = [(grid[axis] - center[axis]) * SPACING[axis] for axis in range(3)]
    return np.sqrt(sum(step**2 for step in steps))


def likely(distance: NDArray[np.float32], radius: float) -> NDArray[np.uint8]:
    return np.rint(255 / (1 + np.exp((distance - radius) / 3))).astype(np.uint8)


def scan() -> Volume:
    hu = np.full(SHAPE, -1000, np.float32)
    hu[10:150, 14:114, :] = -100
    hu[76:84, 20:30, :] = 700
    hu[distance_mm((65, 66, 30)) < 60] = 60
    hu[distance_mm(LESION) < 18] = 25
    hu += np.random.default_rng(0).normal(0, 12, SHAPE)
    # A corner whose gray tells the slice: four of 255 steps from one to the next.
    hu[136:148, 96:112, :] = -40 + 200 * np.arange(SHAPE[2]) / SHAPE[2]
    return volume_from_array(hu, np.diag((*SPACING, 1.0)), source="ball", digest="ball")


def segmentation() -> Layers:
    liver, tumor = distance_mm((65, 66, 30)), distance_mm(LESION)
    labels = (liver < 60).astype(np.uint8)
    labels[(tumor < 18) & (liver < 60)] = 2
    return Layers(labels, likely(liver, 60), likely(tumor, 18))


def main() -> None:
    st.set_page_config(layout="wide", page_title="Viewer")
    if "scan" not in st.session_state:
        st.session_state.scan, st.session_state.layers = scan(), segmentation()
    st.subheader("A ball in a box")
    with st.sidebar:
        segmented = st.toggle("Segmented", value=True)
        row = st.radio("Go to", ["nowhere", "lesion", "corner"])
        page = st.radio("Page", ["viewer", "other"])
    goto = {"nowhere": None, "lesion": LESION, "corner": (0, 0, 0)}[row]
    if page == "viewer":
        state = slice_viewer(
            st.session_state.scan,
            st.session_state.layers if segmented else None,
            key="demo",
            goto=goto,
            follow=lambda now: st.caption(f"Python knows: {now.voxel}"),
        )
        st.caption(f"When the page was drawn: {state.voxel}")


if __name__ == "__main__":
    main()
