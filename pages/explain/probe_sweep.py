"""How dark or how large a lesion must be before the network sees it: two curves."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.study import Study
from core.whatif.probe.edit import Lesion
from core.whatif.probe.sweep import (
    CONTRASTS_HU,
    DIAMETERS_MM,
    STAGES,
    Dose,
    threshold_contrast,
    threshold_diameter,
    to_csv,
)
from pages.common import jobs
from pages.common.charts import COLORS, GRAY, axes, framed, show
from pages.common.downloads import file_stem
from pages.common.memory import content
from pages.common.widgets import download
from pages.explain.probe_state import PROBE_TAB, SWEEPS, Swept, begin_sweep

if TYPE_CHECKING:
    import plotly.graph_objects as go

COUNT = len(CONTRASTS_HU) + len(DIAMETERS_MM)


def sweep_view(
    case: Study, segmentation: Segmentation, wanted: Callable[[], tuple[Lesion, int]]
) -> None:
    """Offer the sweep around the lesion of the moment, or show its curves."""
    st.subheader("How dark, how large must it be?", anchor=False)
    st.markdown(
        f"{COUNT} lesions are put into the place chosen above, one after another: "
        f"{len(CONTRASTS_HU)} contrasts with the diameter chosen above, then {len(DIAMETERS_MM)} "
        "diameters with its contrast. A contrast of 0 is the control, new texture and no lesion."
    )
    if jobs.show_running(PROBE_TAB, case):
        return
    swept = SWEEPS.get(case.id)
    jobs.offer(
        "Measure the curves" if swept is None else "Measure anew", "show_chart",
        lambda: begin_sweep(case, segmentation, *wanted()),
        type="primary" if swept is None else "secondary", key="probe-sweep",
    )  # fmt: skip
    if swept is None:
        st.caption("Half a minute or so, beside the page; it can be cancelled.")
    elif swept.of != content(case, segmentation):
        st.info("The curves measured before were those of another result of this scan.")
    else:
        _show(case, swept)


def _show(case: Study, swept: Swept) -> None:
    lesion, doses = swept.lesion, swept.doses
    x, y, z = lesion.at
    st.caption(f"At voxel {x + 1}, {y + 1} of slice {z + 1}.")
    contrast, diameter = threshold_contrast(doses), threshold_diameter(doses)
    left, right = st.columns(2, gap="medium")
    darker = _curve(
        _of(doses, STAGES[0]), "contrast_hu", "Contrast against the liver (HU)", contrast
    )
    with left:
        found = (
            "No darker lesion is half called."
            if contrast is None
            else f"Half of it is called from {contrast:.0f} HU on."
        )
        show(darker, "probe-by-contrast", f"{lesion.diameter_mm:g} mm. {found}")
    with right:
        level = "Contrast" if lesion.hu is None else "Level"
        value = lesion.contrast_hu if lesion.hu is None else lesion.hu
        found = (
            "The curve never rises to one half."
            if diameter is None
            else f"Half of it is called from {diameter:.0f} mm on."
        )
        show(
            _curve(_of(doses, STAGES[1]), "diameter_mm", "Diameter (mm)", diameter),
            "probe-by-diameter",
            f"{level} {value:g} HU. {found}",
        )
    download(
        "Both curves (CSV)",
        lambda: to_csv(doses).encode(),
        f"{file_stem(case)}-probe-curves.csv",
        key="probe-download-curves",
    )
    st.caption(
        "One place of one scan: move it and measure anew before you believe a threshold. The "
        "camera above a curve saves it as PNG."
    )


def _of(doses: Sequence[Dose], curve: str) -> list[Dose]:
    return [dose for dose in doses if dose.curve == curve]


def _curve(doses: Sequence[Dose], by: str, name: str, threshold: float | None) -> "go.Figure":
    import plotly.graph_objects as go

    x = [getattr(dose, by) for dose in doses]
    figure = go.Figure()
    for label, values, color, dash in (
        ("Mean tumor probability", [dose.tumor_probability for dose in doses], COLORS[0], "solid"),
        ("Share called tumor", [dose.called_share for dose in doses], COLORS[1], "dash"),
        ("Without the lesion", [dose.before for dose in doses], GRAY, "dot"),
    ):
        figure.add_scatter(
            x=x, y=values, name=label, mode="lines" if dash == "dot" else "lines+markers",
            line={"color": color, "dash": dash}, hovertemplate="%{x:g}: %{y:.2f}",
        )  # fmt: skip
    if threshold is not None:
        figure.add_vline(x=threshold, line_color=GRAY, line_width=1, line_dash="dot")
    axes(figure, name, "Over the lesion").update_yaxes(range=[-0.03, 1.03])
    return framed(figure, 340)
