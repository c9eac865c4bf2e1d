"""Why did the network say so? Explanations that are themselves put to the test."""

import streamlit as st

from pages.common.frame import errors_shown
from pages.common.method import NOT_ASKED
from pages.common.opening import open_case, open_page, segmented_case
from pages.common.widgets import choose, draw_view

# Modules of pages.explain with the view they hold; only the one that is open is loaded.
VIEWS = {
    "Attribution": ("attribution", "attribution_view"),
    "Probe": ("probe", "probe_view"),
    "Stress lab": ("stress", "stress_view"),
    "SAM": ("sam", "sam_view"),
    "Painted lesions": ("painted", "painted_view"),
}
# Asks no network of ours.
OF_ANY_LABELS = ("SAM",)
TRUST = "How far to trust it"
VIEW = "explain-view"


def page() -> None:
    open_page(
        "Why did the network say so?",
        "See which pixels an answer rests on, paint a lesion away and ask again, disturb the scan, "
        "or let a network that never saw a liver have a try.",
    )
    view = choose("View", [*VIEWS, TRUST], VIEW, hidden=True, linked=True)
    with errors_shown():
        if view == TRUST:
            from pages.explain.faithfulness import faithfulness_view

            faithfulness_view()
        else:
            _with_case(view)


def _with_case(view: str) -> None:
    case = open_case("Explanations are", "neurology")
    if case is None:
        return
    segmentation = segmented_case(case, "there is no answer to explain", view)
    if segmentation is None:
        return
    if segmentation.brought is not None and view not in OF_ANY_LABELS:
        st.info(NOT_ASKED, icon=":material/upload_file:")
    else:
        draw_view("explain", VIEWS[view], case, segmentation)


page()
