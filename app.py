"""HepatoScope: page configuration and navigation, nothing else."""

import streamlit as st

from pages.shared.entrance import enter

st.set_page_config(
    page_title="HepatoScope", page_icon="pages/shared/assets/icon.svg", layout="wide"
)
page = st.navigation(
    [
        st.Page("pages/segment.py", title="Segment", icon=":material/biotech:", default=True),
        st.Page("pages/pipeline.py", title="Pipeline", icon=":material/account_tree:"),
        st.Page("pages/explain.py", title="Explain", icon=":material/troubleshoot:"),
        st.Page("pages/report.py", title="Report", icon=":material/description:"),
        st.Page("pages/metrics.py", title="Metrics", icon=":material/monitoring:"),
        st.Page("pages/embeddings.py", title="Embeddings", icon=":material/scatter_plot:"),
        st.Page("pages/about.py", title="About", icon=":material/info:"),
    ],
    position="top",
)
enter()
page.run()
