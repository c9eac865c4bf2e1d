"""The last few results of a view, so that a run of the page does not work twice."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.cascade.segmentation import Made
from core.study import Study

Result = TypeVar("Result")


def remembered(key: str, of: tuple[object, ...], make: Callable[[], Result], most: int) -> Result:
    """Give what `make` gave for the same `of`, or ask it; the session keeps the `most` latest.

    Nothing is kept of what raises.
    """
    kept: dict[tuple[object, ...], Result] = st.session_state.setdefault(key, {})
    result = kept.pop(of) if of in kept else make()
    kept[of] = result
    while len(kept) > most:
        del kept[next(iter(kept))]
    return result


def content(case: Study, segmentation: Made) -> tuple[object, ...]:
    """Name a scan and its result: bytes, networks and thresholds."""
    models = tuple(sorted(segmentation.models.items()))
    thresholds = (segmentation.liver_threshold, segmentation.tumor_threshold)
    return case.id, segmentation.preset, models, *thresholds
