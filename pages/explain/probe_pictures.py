"""One slice before and after a change: the scan, and what both networks say of it."""

import streamlit as st

from core.draw.canvas import png
from core.draw.colors import DOUBT, RGB
from core.draw.crop import Closeup
from core.draw.sheet import grid
from core.study import Study
from core.whatif.probe.reaction import Answers
from pages.common.charts import color_bar
from pages.common.downloads import file_stem
from pages.common.widgets import show_picture
from pages.explain.probe_state import Probed

COLUMNS = ("Scan, as called", "Liver probability", "Tumor probability")


def pictures(case: Study, closeup: Closeup, answer: Probed, z: int) -> None:
    """Draw the slice `z`, or the one nearest to it that was asked about."""
    asked = range(case.volume.shape[2])[answer.edit.part]
    index = min(range(len(asked)), key=lambda one: abs(asked[one] - z))
    if asked[index] != z:
        untouched = not asked[0] <= z <= asked[-1]
        why = "was not changed" if untouched else "was not asked about"
        st.caption(f"Slice {z + 1} {why}: this is slice {asked[index] + 1}, the nearest that was.")
    before, after = _drawn(case, closeup, answer, asked[index], index)
    for column, name, first, second in zip(
        st.columns(3, gap="small"), COLUMNS, before, after, strict=True
    ):
        with column:
            st.markdown(f"**{name}**")
            show_picture(first, "Before")
            show_picture(second, "After")
    bar, take = st.columns([3, 1], vertical_alignment="center")
    with bar:
        color_bar(DOUBT, "Probability 0", "1")
    take.download_button(
        "Pictures",
        lambda: png(grid([before, after])),
        f"{file_stem(case)}-probe-slice-{asked[index] + 1}.png",
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        key="probe-download-pictures",
        help="These six pictures as one PNG: before above, after below.",
    )


def _drawn(
    case: Study, closeup: Closeup, answer: Probed, z: int, index: int
) -> tuple[list[RGB], list[RGB]]:
    ring = answer.edit.weight[..., index] >= 0.5
    rows = []
    for hu, answers in (
        (case.volume.hu[..., z], answer.reaction.before),
        (answer.edit.hu[..., index], answer.reaction.after),
    ):
        said: Answers = answers
        row = [
            closeup.outlined(hu, said.labels[..., index]),
            closeup.ringed(closeup.heat(hu, said.liver[..., index]), ring),
            closeup.ringed(closeup.heat(hu, said.tumor[..., index]), ring),
        ]
        rows.append(row)
    return rows[0], rows[1]
