"""The page that `bench.embeddings_page` times: one map of 50,000 drawn points, or none."""

import numpy as np
import streamlit as st

from pages.embeddings import Points, patch_map
from pages.embeddings.colors import categories, scale

COUNT = 50_000
PATIENTS = 12

st.set_page_config(layout="wide")
which = st.query_params.get("which", "ours")
color = st.radio("Color", ["Tumor fraction", "Patient", "Density"], horizontal=True)

random = np.random.default_rng(0)
group = random.integers(0, PATIENTS, COUNT)
middle = random.normal(0, 20, (PATIENTS, 2))
positions = (middle[group] + random.normal(0, 3, (COUNT, 2))).astype(np.float32)
values = {
    "Tumor fraction": random.random(COUNT),
    "Patient": group,
    "Density": np.linalg.norm(positions, axis=1),
}[color].astype(np.float32)

if which == "none":
    st.write("No map")
elif which == "ours":
    named = color == "Patient"
    points = Points(
        layout="bench",
        positions=positions,
        values=values,
        title=color,
        palette=categories(PATIENTS) if named else scale(),
        names={number: f"patient {number}" for number in range(PATIENTS)} if named else {},
        flags=np.zeros(COUNT, np.uint8),
        token="",
        label="50,000 points",
    )
    patch_map(points, key="bench-map", on_done=lambda: None)
else:
    import plotly.graph_objects as go

    marker = {"size": 3, "color": values, "colorscale": "Viridis"}
    figure = go.Figure(
        go.Scattergl(x=positions[:, 0], y=positions[:, 1], mode="markers", marker=marker)
    )
    st.plotly_chart(figure.update_layout(height=560), key="bench-plotly", on_select="rerun")
