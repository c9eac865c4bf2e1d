"""The walk: a strip of all stages, one of them on stage, and the steps to the next and back."""

import streamlit as st

from core.study import Study
from core.walkthrough.moment import Moment
from core.walkthrough.thumbs import thumb_of
from pages.common.method import segment_button
from pages.pipeline.controls import moved_notice, slice_control
from pages.pipeline.features import feature_thumbnail
from pages.pipeline.source import source_view
from pages.pipeline.stage import stage
from pages.pipeline.state import STOP, moment_of
from pages.pipeline.stops import BY_NAME, STOPS, Stop, number_of
from pages.pipeline.tiles import STRIP, Tile, tiles

TEXT_PIXELS = 880
LOCKED = "🔒"


def walk(case: Study, *, usable: bool, busy: bool) -> None:
    """Show one stage of the case, and the way to the others.

    Parameters
    ----------
    usable : the scan may be segmented.
    busy : a job is running.
    """
    moment = moment_of(case)
    stop = BY_NAME[STOP.get() or STOPS[0].name]
    _strip(moment, stop)
    slice_control(case)
    _heading(stop)
    moved_notice(case, moment)
    if stop.segmented and moment.result is None:
        _offer(case, usable=usable, busy=busy)
        source_view(stop.code)
    else:
        stage(case, moment, stop)
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
    tiles(shown, stop.name, key="pipeline-strip", layout=STRIP, label="Stages", on_pick=_go)


def _thumb(moment: Moment, stop: Stop) -> bytes | None:
    if stop.name == "features":
        return feature_thumbnail(moment)
    return thumb_of(stop.name, moment)


def _sign(stop: Stop, moment: Moment) -> str:
    return LOCKED if stop.segmented and moment.result is None else "▦"


def _go(name: str) -> None:
    STOP.put(name)


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
                key=f"pipeline-previous-{where}",
            )  # fmt: skip
        if index + 1 < len(STOPS):
            after = STOPS[index + 1]
            st.button(
                f"Next: {after.title}", icon=":material/arrow_forward:", type="primary",
                on_click=_go, args=(after.name,), key=f"pipeline-next-{where}",
            )  # fmt: skip


def _offer(case: Study, *, usable: bool, busy: bool) -> None:
    with st.container(border=True):
        st.markdown(
            "**From here on the networks have to speak.** Segment the scan, and all stages that "
            "follow are filled with what they say about it."
        )
        if busy:
            st.caption("The networks are at work, see above; this page then goes on by itself.")
        else:
            segment_button(case, usable)
