"""Where the networks are in doubt: measured beside the page, shown as a map and by lesion."""

from functools import partial

import streamlit as st

from core.cascade.doubt import VIEWS
from core.cascade.doubt_summary import DOUBTFUL, DoubtSummary
from core.cascade.segmentation import Segmentation
from core.draw.colors import DOUBT
from core.draw.doubt import FULL, doubt_pictures
from core.evaluation.own_case import PackedLabels
from core.geometry.components import Region
from core.io.export import doubt_to_nifti
from core.study import Study
from pages.common import jobs
from pages.common.charts import color_bar
from pages.common.downloads import file_stem
from pages.common.glossary import see
from pages.common.method import NOT_ASKED
from pages.common.uncertainty_state import (
    DOUBT_TAB,
    DOUBTS,
    Doubt,
    content,
    measure_doubt,
    with_lesions,
)
from pages.common.widgets import choose, download, show_figures, show_picture, show_table
from pages.viewer import viewer_state

MAPS = {"tumor": "Tumors", "liver": "Liver"}
WHAT = (
    f"The networks are asked about every slice {len(VIEWS)} times, as it is and a little changed "
    "(brighter, darker, shifted, larger, smaller and turned), and **doubt is how far their answers "
    "lie apart**. It marks places to look at twice; it is not the chance of an error, and where "
    "all answers agree they can still all be wrong."
)
# From which mean disagreement inside a lesion on what is said of it.
WORDS = {0.1: "They contradict each other", 0.05: "The answers differ", 0.0: "The answers agree"}


def uncertainty_view(case: Study, segmentation: Segmentation) -> None:
    """Offer to measure the doubt of a result, or show it."""
    st.markdown(WHAT)
    if segmentation.brought is not None:
        st.info(NOT_ASKED, icon=":material/upload_file:")
        return
    if jobs.show_running(DOUBT_TAB, case):
        return
    doubt = DOUBTS.get(case.id)
    if doubt is None or doubt.of != content(segmentation):
        _offer(case, segmentation, outdated=doubt is not None)
    else:
        _show(case, segmentation, with_lesions(case, segmentation, doubt))


def _offer(case: Study, segmentation: Segmentation, *, outdated: bool) -> None:
    if outdated:
        st.info(
            "The doubt measured before was that of another result: the networks or the outline of "
            "the liver have changed since.",
            icon=":material/update:",
        )
    label = "Measure the doubt"
    jobs.offer(label, "help", measure_doubt, case, segmentation, key="measure-doubt")
    seconds = len(VIEWS) * sum(segmentation.seconds.values())
    about = "less than a minute" if seconds < 50 else f"up to {max(1, round(seconds / 60))} min"
    st.caption(f"It takes {about} here and runs beside the page: go on looking meanwhile.")


def _show(case: Study, segmentation: Segmentation, doubt: Doubt) -> None:
    if doubt.organ is None:
        st.info("No liver was found, so there is nothing to be in doubt about.")
        return
    _figures(doubt.summary)
    _pictures(case, segmentation, doubt, doubt.organ)
    _lesions(doubt.summary)
    _downloads(case, doubt)


def _figures(summary: DoubtSummary) -> None:
    shown = {
        "Doubt inside the liver": (
            "–" if summary.inside is None else f"{summary.inside:.3f}",
            "Of the liver network: mean standard deviation of its probability over the views, "
            "0 to 0.5, over the liver without its rim.",
        ),
        "Doubt at its rim": (
            "–" if summary.rim is None else f"{summary.rim:.3f}",
            "The same over the voxels on either side of the outline. Some is always there: an "
            "outline lies between voxels.",
        ),
        "Doubtful, not called": (
            f"{summary.uncalled_ml:,.1f} mL",
            "Liver tissue that was not called tumor although the answers of the tumor network "
            f"differ by {DOUBTFUL:g} or more: where a lesion may have been missed.",
        ),
    }
    show_figures({label: (value, tip + see("Doubt")) for label, (value, tip) in shown.items()})


def _pictures(case: Study, segmentation: Segmentation, doubt: Doubt, organ: Region) -> None:
    """Draw one slice plain and with its doubt, at a place of the visitor's choice."""
    name = str(choose("Doubt about", MAPS, "doubt-about"))
    worst, key = doubt.worst[name] + 1, f"doubt-slice-{case.id[:8]}-{name}"
    st.session_state.setdefault(key, worst)
    slider, jump = st.columns([4, 1], vertical_alignment="bottom")
    z = slider.slider(
        f"Axial slice; {worst} has the most doubt",
        1,
        case.volume.shape[2],
        key=key,
        persist_state="session",
    )
    jump.button(
        "As above",
        icon=":material/my_location:",
        on_click=_follow_viewer,
        args=(key,),
        help="Go to the axial slice that the planes above show.",
        width="stretch",
    )
    axial = doubt.maps[name].axial(z - 1)
    plain, drawn = doubt_pictures(case.volume, segmentation.labels, axial, z - 1, organ)
    left, right = st.columns(2, gap="medium")
    show_picture(plain, f"Slice {z} with the outlines of liver and tumors", at=left)
    show_picture(drawn, f"Doubt about {MAPS[name].lower()} in it", at=right)
    color_bar(DOUBT, "0, all agree", f"{FULL:g} and more (0.5 is the most)")


def _follow_viewer(key: str) -> None:
    if (state := viewer_state("segment-viewer")) is not None:
        st.session_state[key] = state.voxel[2] + 1


def _lesions(summary: DoubtSummary) -> None:
    if not summary.lesions:
        st.info("No tumor is called at this threshold, so there is no lesion to doubt.")
        return
    rows = [
        {
            "Lesion": lesion.number,
            "Volume (mL)": lesion.volume_ml,
            "In words": _words(lesion.mean_disagreement),
            "Mean doubt": lesion.mean_disagreement,
            "Mean probability": lesion.mean_probability,
        }
        for lesion in summary.lesions
    ]
    tip = "Standard deviation of the probability over the views, mean over its voxels."
    columns = {
        "Volume (mL)": "%.2f",
        "Mean probability": ("%.2f", "Of tumor, over its voxels."),
        "Mean doubt": ("%.3f", tip),
    }
    show_table(rows, columns)
    st.caption("Numbered as in the table of lesions above.")


def _words(doubt: float) -> str:
    return next(words for least, words in WORDS.items() if doubt >= least)


def _downloads(case: Study, doubt: Doubt) -> None:
    with st.container(horizontal=True):
        for name in doubt.maps:
            download(
                f"Doubt about {MAPS[name].lower()} (NIfTI)",
                partial(_nifti, case, doubt.maps[name], name),
                f"{file_stem(case)}-doubt-{name}.nii.gz",
                key=f"download-doubt-{name}",
            )
    st.caption("On the grid of your file, voxel by voxel: standard deviations from 0 to 0.5.")


def _nifti(case: Study, packed: PackedLabels, name: str) -> bytes:
    return doubt_to_nifti(case.volume, packed.whole(), name)
