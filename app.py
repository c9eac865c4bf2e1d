"""HepatoScope: page configuration and navigation, nothing else."""

import streamlit as st

PAGES = {
    "segment": ("Segment", "biotech"),
    "pipeline": ("Pipeline", "account_tree"),
    "explain": ("Explain", "troubleshoot"),
    "teach": ("Teach", "school"),
    "report": ("Report", "description"),
    "cohort": ("Cohort", "groups"),
    "metrics": ("Metrics", "monitoring"),
    "embeddings": ("Embeddings", "scatter_plot"),
    "about": ("About", "info"),
}

st.set_page_config(
    page_title="HepatoScope", page_icon="pages/common/assets/icon.svg", layout="wide"
)
st.navigation(
    [
        st.Page(
            f"pages/{name}/page.py",
            title=title,
            icon=f":material/{icon}:",
            url_path=name,
            default=name == "segment",
        )
        for name, (title, icon) in PAGES.items()
    ],
    position="top",
).run()
