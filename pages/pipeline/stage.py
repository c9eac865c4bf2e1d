"""One stage of the case: its controls, pictures, chart, numbers, files and code."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.cascade.networks import Networks
from core.draw.colors import HEAT
from core.draw.sheet import montage_png
from core.study import Study
from core.walkthrough import answers, inputs, scan
from core.walkthrough.moment import Content, Moment, Number, Picture, numbers_csv
from core.walkthrough.scan import affine_text
from pages.common.charts import color_bar
from pages.common.downloads import file_stem
from pages.common.frame import plain
from pages.common.surface_view import surface_view
from pages.common.widgets import download, show_picture
from pages.pipeline.charts import histogram_chart, threshold_chart
from pages.pipeline.controls import threshold_control, window_control
from pages.pipeline.features import feature_stage
from pages.pipeline.source import source_view
from pages.pipeline.state import histogram_of, networks_of
from pages.pipeline.stops import Stop, number_of


def stage(case: Study, moment: Moment, stop: Stop) -> None:
    """Draw the controls, pictures, chart, numbers and code of a stage, each where it fits."""
    _controls(case, stop)
    if stop.name == "features":
        content = feature_stage(moment)
    else:
        content = content_of(stop.name, case, moment)
    figures = partial(_figures, case, moment, stop, content)
    if stop.name in CHARTS and len(content.pictures) > 1:
        _pictures(content.pictures)
        _beside(figures, lambda: CHARTS[stop.name](case, moment))
        source_view(stop.code)
    elif len(content.pictures) > 1:
        _pictures(content.pictures)
        _beside(figures, lambda: source_view(stop.code))
    elif stop.name == "surface":
        result, _ = moment.known
        surface_view(case, result.segmentation, result.findings.lesions)
        _beside(figures, lambda: source_view(stop.code))
    else:
        left, right = st.columns(2, gap="large")
        with left:
            _pictures(content.pictures)
        with right:
            if stop.name in CHARTS:
                CHARTS[stop.name](case, moment)
            figures()
        source_view(stop.code)


CHARTS: dict[str, Callable[[Study, Moment], None]] = {
    "hounsfield": lambda case, moment: histogram_chart(moment, histogram_of(case)),
    "window": lambda case, moment: histogram_chart(moment, histogram_of(case)),
    "threshold": lambda _, moment: threshold_chart(moment, "liver"),
    "labels": lambda _, moment: threshold_chart(moment, "tumor"),
}


def _controls(case: Study, stop: Stop) -> None:
    if stop.name == "window":
        window_control(case)
    elif stop.name in ("threshold", "pieces"):
        threshold_control(case, "liver")
    elif stop.name == "labels":
        threshold_control(case, "tumor")


def _beside(first: Callable[[], None], second: Callable[[], None]) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        first()
    with right:
        second()


def _pictures(pictures: Sequence[Picture]) -> None:
    """Set pictures side by side, three in a row at most."""
    across = 2 if len(pictures) == 4 else min(3, len(pictures))
    for first in range(0, len(pictures), across):
        row = pictures[first : first + across]
        for column, picture in zip(st.columns(across, gap="medium"), row, strict=False):
            show_picture(picture.image, picture.caption, at=column)


def _figures(case: Study, moment: Moment, stop: Stop, content: Content) -> None:
    """Draw the numbers of a stage, and what can be taken home of it."""
    if stop.name in HEATED:
        color_bar(HEAT, *HEATED[stop.name])
    st.markdown(_table(content.numbers))
    if stop.name == "file":
        st.caption("The affine of the file: from voxel (i, j, k) to millimeters in the patient")
        st.code(affine_text(case.volume), language=None, wrap_lines=True)
    _downloads(case, stop, content)


HEATED = {
    "features": ("lowest answer", "highest answer"),
    "liver": ("0: surely no liver", "1: surely liver"),
    "tumor": ("0: surely no tumor", "1: surely tumor"),
}


def _table(numbers: Sequence[Number]) -> str:
    rows = [f"| {plain(each.name)} | **{plain(each.text)}** |" for each in numbers]
    return "\n".join(("| In this case | |", "|:--|--:|", *rows))


def _downloads(case: Study, stop: Stop, content: Content) -> None:
    stem = f"{file_stem(case)}-{number_of(stop.name):02}-{stop.name}"
    with st.container(horizontal=True):
        download(
            "Picture (PNG)",
            partial(montage_png, [picture.image for picture in content.pictures]),
            f"{stem}.png",
            key="pipeline-png",
            icon=":material/image:",
        )
        download(
            "Numbers (CSV)",
            partial(numbers_csv, [(stop.title, content.numbers)]),
            f"{stem}.csv",
            key="pipeline-csv",
            icon=":material/table:",
        )


def content_of(name: str, case: Study, moment: Moment) -> Content:
    """Say and picture one stage of the case, all but the feature maps."""
    match name:
        case "hounsfield":
            return scan.hounsfield_stage(moment, histogram_of(case))
        case "liver":
            return answers.liver_stage(moment, _networks(case))
        case _:
            return STAGES[name](moment)


STAGES = {
    "file": scan.file_stage,
    "window": scan.window_stage,
    "orientation": scan.orientation_stage,
    "slice": scan.slice_stage,
    "network": inputs.network_stage,
    "threshold": answers.threshold_stage,
    "pieces": answers.pieces_stage,
    "masked": inputs.masked_stage,
    "tumor": answers.tumor_stage,
    "labels": answers.labels_stage,
    "surface": answers.surface_stage,
}


def _networks(case: Study) -> Networks:
    assert case.segmentation is not None
    return networks_of(case.segmentation)
