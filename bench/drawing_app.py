"""The page that `bench.drawing` times: a viewer of a scan of 512² pixels, to be drawn on."""

from types import SimpleNamespace
from typing import Any

import streamlit as st

from core.phantom import make_phantom
from pages.viewer import slice_viewer


class Layers(SimpleNamespace):
    """Labels and probabilities that can be referred to weakly."""


class Nobody:
    """Takes nothing, so that the browser's own work is timed."""

    @property
    def state(self) -> dict[str, float]:
        """Nothing was taken."""
        return {"applied": 0.0, "undo": 0.0, "redo": 0.0}

    def take(self, edits: Any) -> bool:
        """Let all edits wait."""
        return False


@st.cache_resource
def scene() -> tuple[Any, Any]:
    """Draw a phantom, once for the server."""
    phantom = make_phantom(1, shape=(512, 512, 24))
    labels = phantom.labels
    layers = Layers(
        labels=labels, liver_probability=labels, tumor_probability=labels,
        liver_threshold=0.5, tumor_threshold=0.5,
    )  # fmt: skip
    return phantom.volume, layers


st.set_page_config(layout="wide")
volume, layers = scene()
slice_viewer(volume, layers, key="bench-drawing", hand=Nobody())
