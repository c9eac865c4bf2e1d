"""Images behind the records, made when asked for and kept for one visitor."""

import os
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import HepatoScopeError
from core.evaluation import Run
from core.evaluation.cases import Place
from core.evaluation.images import (
    CaseImages,
    find_case,
    pictures,
    preset_of,
    read_images,
    telling_error,
)
from pages.common.jobs import turn
from pages.metrics.state import Key

FOLDER = "HEPATOSCOPE_DATA"
NO_FOLDER = (
    "Runs hold figures only, no images. Where this program runs beside the scans, set "
    f"`{FOLDER}` to the folder that holds `slices/<data set>`: truth, prediction and errors are "
    "then drawn here."
)
MAX_CASES = 2
MAX_THUMBNAILS = 48


def may_have_images() -> bool:
    """Whether a folder of images is set at all."""
    return bool(os.environ.get(FOLDER))


def images_of(run: Run, place: Place) -> tuple[CaseImages, str]:
    """Read and segment a case, or take it from those kept; and why there is no prediction.

    Raises HepatoScopeError where there is no image, which says why.
    """
    folder = os.environ.get(FOLDER)
    kept: dict[tuple[str, ...], tuple[CaseImages, str]] = st.session_state.setdefault(
        Key.IMAGES, {}
    )
    key = run.digest, place.dataset, place.case
    if key not in kept:
        case = find_case(Path(folder) if folder else None, place)
        reason, preset = "", None
        try:
            preset = preset_of(run)
        except HepatoScopeError as error:
            reason = str(error)
        with turn():
            kept[key] = read_images(run, case, place, preset), reason
        while len(kept) > MAX_CASES:
            del kept[next(iter(kept))]
    return kept[key]


def thumbnail(run: Run, place: Place) -> NDArray[np.uint8]:
    """Draw the errors of a slice, or of the most telling slice of a case; without them the truth.

    Raises as `images_of` does.
    """
    kept: dict[tuple[str, Place], NDArray[np.uint8]] = st.session_state.setdefault(
        Key.THUMBNAILS, {}
    )
    key = run.digest, place
    if key not in kept:
        images, _ = images_of(run, place)
        index = telling_error(images, place.target) if place.slice is None else place.slice
        drawn = pictures(images, place.target, index)
        # Every other pixel: a card is narrow.
        kept[key] = np.ascontiguousarray(drawn.get("errors", drawn["truth"])[::2, ::2])
        while len(kept) > MAX_THUMBNAILS:
            del kept[next(iter(kept))]
    return kept[key]
