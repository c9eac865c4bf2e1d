"""What the color of a point can say."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from pages.common.charts import COLORS
from pages.embeddings.exchange import RGB

CONTINUOUS = {
    "tumor_fraction": "Tumor fraction",
    "liver_fraction": "Liver fraction",
    "mean_hu": "Mean HU",
    "sd_hu": "SD of HU",
    "reconstruction_error": "Reconstruction error",
    "neighbour_distance": "Distance to other patients",
    "glcm_contrast": "Texture: contrast",
    "glcm_homogeneity": "Texture: homogeneity",
    "lbp_entropy": "Texture: pattern entropy",
    "density": "Density on the t-SNE map",
}
CATEGORICAL = {
    "patient": "Patient",
    "split": "Split",
    "kmeans": "Cluster (KMeans)",
    "hdbscan": "Cluster (HDBSCAN)",
}
NAMES = {**CONTINUOUS, **CATEGORICAL}
# One patch of a thousand may be far off; colors are for the others.
SPREAD = (0.005, 0.995)


@st.cache_data(show_spinner=False)
def scale() -> list[RGB]:
    """Colors of continuous values, low to high, legible on white and on black."""
    from plotly.colors import sample_colorscale, unlabel_rgb

    steps = np.linspace(0.12, 0.93, 64).tolist()
    return [_whole(unlabel_rgb(color)) for color in sample_colorscale("Viridis", steps)]


@st.cache_data(show_spinner=False)
def categories(count: int) -> list[RGB]:
    """Colors of `count` categories; beyond some thirty they repeat."""
    from plotly.colors import hex_to_rgb, qualitative

    known = [*COLORS, *qualitative.Dark24]
    return [_whole(hex_to_rgb(color)) for color in (known * (count // len(known) + 1))[:count]]


def _whole(color: tuple[float, ...]) -> RGB:
    red, green, blue = (round(part) for part in color)
    return red, green, blue


def colored(
    table: pd.DataFrame, column: str
) -> tuple[NDArray[np.float32], list[RGB], dict[int, str]]:
    """Give the values of `column`, their palette, and the names of categories by code."""
    if column in CONTINUOUS:
        values = table[column].to_numpy(np.float32)
        defined = values[np.isfinite(values)]
        if len(defined):
            values = np.clip(values, *np.quantile(defined, SPREAD))
        return values, scale(), {}
    if column in ("kmeans", "hdbscan"):
        codes = table[column].to_numpy()
        names = {int(code): _group(int(code)) for code in np.unique(codes)}
        return codes.astype(np.float32), categories(int(codes.max(initial=0)) + 1), names
    known = sorted(table[column].unique(), key=lambda name: (len(name), name))
    code = {name: number for number, name in enumerate(known)}
    values = table[column].map(code).to_numpy(np.float32)
    return values, categories(len(known)), {number: name or "–" for name, number in code.items()}


def _group(code: int) -> str:
    return "in none" if code < 0 else str(code + 1)
