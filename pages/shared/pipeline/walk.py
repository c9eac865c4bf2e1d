"""The walk: a strip of all stages, one of them on stage, and the steps to the next and back."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.segmentation import Networks
from core.stages import answers, inputs, scan
from core.stages.drawing import montage_png
from core.stages.moment import Content, Moment, Number, Picture, numbers_csv
from core.stages.thumbs import thumb_of
from pages.shared.downloads import file_stem
from pages.shared.frame import plain
from pages.shared.method import segment_button
from pages.shared.pipeline.charts import histogram_chart, threshold_chart
from pages.shared.pipeline.controls import (
    moved_notice,
    slice_control,
    threshold_control,
    window_control,
)
from pages.shared.pipeline.features import feature_stage, feature_thumbnail
from pages.shared.pipeline.source import source_view
from pages.shared.pipeline.state import Key, histogram_of, moment_of, networks_of
from pages.shared.pipeline.stops import BY_NAME, STOPS, Stop, number_of
from pages.shared.pipeline.tiles import STRIP, Tile, tiles
from pages.shared.session import Case
from pages.shared.surface_view import surface_view

TEXT_PIXELS = 880
LOCKED = "🔒"


def walk(case: Case, *, usable: bool, busy: bool) -> None:
    """Show one stage of the case, and the way to the others.

    Parameters
    ----------
    usable : the scan may be segmented.
    busy : a job is running.
    """
    moment = moment_of(case)
    stop = BY_NAME[st.session_state.setdefault(Key.STOP, STOPS[0].name)]
    _strip(moment, stop)
    slice_control(case)
    _heading(stop)
    moved_notice(case, moment)
    if stop.segmented and moment.result is None:
        _offer(case, usable=usable, busy=busy)
    else:
        _stage(case, moment, stop)
    source_view(stop.code)
    _steps(stop, "below")


def _strip(moment: Moment, stop: Stop) -> None:
    """Draw all stages as they are at this moment; those to come wait for the segmentation."""
    shown = [
        Tile(
            each.name,
            f"{number}. {each.title}",
            picture=_thumb(moment, each),
            sign=_sign(each, moment),
        )
        for number, each in enumerate(STOPS, 1)
    ]
    tiles(shown, stop.name, key=Key.STRIP, layout=STRIP, label="Stages", on_pick=_go)


def _thumb(moment: Moment, stop: Stop) -> bytes | None:
    if stop.name == "features":
        return feature_thumbnail(moment)
    return thumb_of(stop.name, moment)


def _sign(stop: Stop, moment: Moment) -> str:
    return LOCKED if stop.segmented and moment.result is None else "▦"


def _go(name: str) -> None:
    st.session_state[Key.STOP] = name


def _heading(stop: Stop) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.subheader(f"{number_of(stop.name)} · {stop.title}", anchor=False)
    with right:
        _steps(stop, "above")
    with st.container(width=TEXT_PIXELS):
        st.markdown(stop.what)
        if stop.try_it:
            st.caption(f":material/lightbulb: {stop.try_it}")


def _steps(stop: Stop, where: str) -> None:
    """Offer the stages before and after."""
    index = number_of(stop.name) - 1
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if index > 0:
            before = STOPS[index - 1]
            st.button(
                before.title, icon=":material/arrow_back:", on_click=_go, args=(before.name,),
                key=f"{Key.PREVIOUS}-{where}",
            )  # fmt: skip
        if index + 1 < len(STOPS):
            after = STOPS[index + 1]
            st.button(
                f"Next: {after.title}", icon=":material/arrow_forward:", type="primary",
                on_click=_go, args=(after.name,), key=f"{Key.NEXT}-{where}",
            )  # fmt: skip


def _offer(case: Case, *, usable: bool, busy: bool) -> None:
    with st.container(border=True):
        st.markdown(
            "**From here on the networks have to speak.** Segment the scan, and all stages that "
            "follow are filled with what they say about it."
        )
        if busy:
            st.caption("The networks are at work, see above; this page then goes on by itself.")
        else:
            segment_button(case, usable)


def _stage(case: Case, moment: Moment, stop: Stop) -> None:
    """Draw the controls, charts and pictures of a stage, then its numbers and files."""
    if stop.name == "window":
        window_control(case)
    elif stop.name in ("threshold", "pieces"):
        threshold_control(case, "liver")
    elif stop.name == "labels":
        threshold_control(case, "tumor")
    if stop.name == "features":
        content = feature_stage(moment)
    else:
        content = content_of(stop.name, case, moment)
    if stop.name == "surface" and moment.result is not None:
        surface_view(case, moment.result.segmentation)
        _aside(case, moment, stop, content)
    elif len(content.pictures) == 1:
        _one_picture(case, moment, stop, content)
    else:
        _pictures(content.pictures)
        _aside(case, moment, stop, content)


def _one_picture(case: Case, moment: Moment, stop: Stop, content: Content) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _pictures(content.pictures)
    with right:
        _aside(case, moment, stop, content)


def _pictures(pictures: Sequence[Picture]) -> None:
    """Set pictures side by side, three in a row at most."""
    across = 2 if len(pictures) == 4 else min(3, len(pictures))
    for first in range(0, len(pictures), across):
        row = pictures[first : first + across]
        for column, picture in zip(st.columns(across, gap="medium"), row, strict=False):
            column.image(picture.image, caption=picture.caption, width="stretch")


def _aside(case: Case, moment: Moment, stop: Stop, content: Content) -> None:
    """Draw the chart of a stage, its numbers and what can be taken home."""
    if stop.name in ("hounsfield", "window"):
        histogram_chart(moment, histogram_of(case))
    elif stop.name == "threshold":
        threshold_chart(moment, "liver")
    elif stop.name == "labels":
        threshold_chart(moment, "tumor")
    st.markdown(_table(content.numbers))
    _downloads(case, moment, stop, content)


def _table(numbers: Sequence[Number]) -> str:
    rows = [f"| {plain(each.name)} | **{plain(each.text)}** |" for each in numbers]
    return "\n".join(("| In this case | |", "|:--|--:|", *rows))


def _downloads(case: Case, moment: Moment, stop: Stop, content: Content) -> None:
    stem = f"{file_stem(case)}-{number_of(stop.name):02}-{stop.name}"
    with st.container(horizontal=True):
        st.download_button(
            "Picture (PNG)",
            partial(montage_png, [picture.image for picture in content.pictures]),
            f"{stem}.png",
            on_click="ignore",
            icon=":material/image:",
            key="pipeline-png",
        )
        st.download_button(
            "Numbers (CSV)",
            partial(numbers_csv, [(stop.title, content.numbers)]),
            f"{stem}.csv",
            on_click="ignore",
            icon=":material/table:",
            key="pipeline-csv",
        )


def content_of(name: str, case: Case, moment: Moment) -> Content:
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


def _networks(case: Case) -> Networks:
    assert case.segmentation is not None
    return networks_of(case.segmentation)
