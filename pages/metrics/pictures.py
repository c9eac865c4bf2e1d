"""Images behind the records, made when asked for and kept for one visitor."""

import os
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import Cancelled, HepatoScopeError
from core.evaluation import Run
from core.evaluation.cases import Place
from core.evaluation.images import (
    CaseImages,
    find_case,
    is_drawn,
    pictures,
    preset_of,
    read_images,
    telling_error,
)
from core.io.datasets import LabelledCase
from core.process.progress import Progress
from pages.common.jobs import Job, begin, running, show_progress
from pages.common.memory import Slot
from pages.common.queues import Uses

FOLDER = "HEPATOSCOPE_DATA"
NO_FOLDER = (
    "Runs hold figures only, no images. Where this program runs beside the scans, set "
    f"`{FOLDER}` to the folder that holds `slices/<data set>`: truth, prediction and errors are "
    "then drawn here."
)
STAGES = ("Reading and segmenting once more",)
LATER = "The pictures are drawn when the work that runs is done."

# What was read, and why there is no prediction; without images why there are none.
Read = tuple[CaseImages | None, str]
# A picture, or why there is none.
Thumbnail = NDArray[np.uint8] | str

IMAGES = Slot[Read]("metrics-case-images", keep=2)
THUMBNAILS = Slot[Thumbnail]("metrics-thumbnails", keep=48)
ASKED = Slot[tuple[object, ...]]("metrics-pictures-asked")
# What is open over the page, and what is to be opened once more.
RECORD = Slot[tuple[Run, Place]]("metrics-record")
RECORD_AGAIN = Slot[tuple[Run, Place]]("metrics-record-again")


def may_have_images(run: Run) -> bool:
    """Whether a folder of images is set at all, or the cases of a run can be drawn again."""
    return bool(os.environ.get(FOLDER)) or all(map(is_drawn, run.cases["dataset"]))


def images_of(run: Run, place: Place) -> Read | None:
    """Give the images of a case; None where they are at hand and were not read yet."""
    kept = IMAGES.get(of=_case_of(run, place))
    if kept is not None:
        return kept
    try:
        _case(place)
    except HepatoScopeError as error:
        return None, str(error)
    return None


def thumbnail_of(run: Run, place: Place) -> Thumbnail | None:
    """Give the errors of a slice, or of the most telling slice of a case; None where not drawn.

    Without a prediction it shows the truth.
    """
    return THUMBNAILS.get(of=(run.digest, place))


def draw_later(
    run: Run, places: tuple[Place, ...], job_of: Callable[[Run, tuple[Place, ...]], Job], key: str
) -> None:
    """Begin once to read what is missing of `places`; where that came to nothing, offer it."""
    if not places:
        return
    if running() is not None:
        st.caption(LATER)
        return
    wish = run.digest, places, key
    again = ASKED.get() == wish
    if not again or st.button("Draw the pictures", icon=":material/image:", key=f"draw-{key}"):
        ASKED.put(wish)
        begin(job_of(run, places))
        if running() is not None:
            show_progress(f"cancel-{key}")


def record_job(run: Run, places: tuple[Place, ...]) -> Job:
    """Describe the reading of one case."""
    (place,) = places

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Read:
        progress(STAGES[0], 0.0)
        return _read(run, place, cancelled)

    def keep(found: Read) -> None:
        IMAGES.put(found, of=_case_of(run, place))
        _open_again()

    return Job(f"Reading the images of {place.case}", STAGES, work, keep, Uses.NETWORKS)


def gallery_job(run: Run, places: tuple[Place, ...]) -> Job:
    """Describe the drawing of cards; of their cases nothing else is kept."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> dict[Place, Thumbnail]:
        drawn: dict[Place, Thumbnail] = {}
        for _, group in groupby(sorted(places, key=_place_order), _place_order):
            progress(STAGES[0], len(drawn) / len(places))
            some = tuple(group)
            found = _read(run, some[0], cancelled)
            drawn |= {place: _thumbnail(found, place) for place in some}
        return drawn

    def keep(drawn: dict[Place, Thumbnail]) -> None:
        for place, picture in drawn.items():
            THUMBNAILS.put(picture, of=(run.digest, place))
        _open_again()

    return Job(f"Drawing the cards of {run.name}", STAGES, work, keep, Uses.NETWORKS)


def _read(run: Run, place: Place, cancelled: Callable[[], bool]) -> Read:
    preset, reason = None, ""
    try:
        preset = preset_of(run)
    except HepatoScopeError as error:
        reason = str(error)
    try:
        return read_images(run, _case(place), place, preset, cancelled=cancelled), reason
    except Cancelled:
        raise
    except HepatoScopeError as error:
        return None, str(error)


def _thumbnail(found: Read, place: Place) -> Thumbnail:
    images, reason = found
    if images is None:
        return reason
    index = telling_error(images, place.target) if place.slice is None else place.slice
    drawn = pictures(images, place.target, index)
    # Every other pixel: a card is narrow.
    return np.ascontiguousarray(drawn.get("errors", drawn["truth"])[::2, ::2])


def _case(place: Place) -> LabelledCase:
    folder = os.environ.get(FOLDER)
    return find_case(Path(folder) if folder else None, place)


def _place_order(place: Place) -> tuple[str, str]:
    return place.dataset, place.case


def _case_of(run: Run, place: Place) -> tuple[str, ...]:
    return run.digest, place.dataset, place.case


def _open_again() -> None:
    """Let a record that was open while its images were read come back with them."""
    if (record := RECORD.get()) is not None:
        RECORD_AGAIN.put(record)
