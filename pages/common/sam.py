"""The SAM that answers all visitors of this host."""

from contextlib import suppress
from threading import Thread

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import BadCheckpoint, HepatoScopeError
from core.foundation.sam.checkpoint import SHIPPED, find
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import EncodedSlice
from core.foundation.sam.process import SamProcess
from core.foundation.sam.prompts import Prompt
from core.geometry.slices import Plane
from core.study import Study
from pages.common.memory import Slot

# By what was looked at: checkpoint, slice, window.
ENCODED = Slot[EncodedSlice]("sam-encoded-slices", keep=4)


@st.cache_resource(show_spinner=False, on_release=lambda process: process.close())
def sam_process() -> SamProcess:
    """Give the process that answers all visitors of this host."""
    return SamProcess()


def warm_shipped() -> None:
    """Let the SAM that is shipped load while the visitor looks for what to ask it."""
    checkpoint, process = find(SHIPPED), sam_process()
    if checkpoint is None or process.holds(checkpoint):
        return

    def load() -> None:
        # What is wrong with it is told to who asks it.
        with suppress(HepatoScopeError):
            process.load(checkpoint)

    Thread(target=load, name="load SAM", daemon=True).start()


def ask_shipped(
    case: Study,
    plane: Plane,
    index: int,
    gray: NDArray[np.uint8],
    pixel: tuple[float, float],
    prompt: Prompt,
) -> MaskSet:
    """Ask the SAM that is shipped about a slice, which it looks at only once.

    Parameters
    ----------
    plane, index : of the slice.
    gray, pixel, prompt : as `core.foundation.sam.outline` has them.

    Raises
    ------
    BadCheckpoint
        It is not here, or does not fit into the memory.
    """
    checkpoint = find(SHIPPED)
    if checkpoint is None:
        raise BadCheckpoint("The SAM that is shipped is not here; fetch the folder “weights” anew.")
    place = (case.id, checkpoint.stamp, plane, index)
    seen = ENCODED.get(case.id, place)
    found, taken, _ = sam_process().answer(checkpoint, gray, pixel, prompt, seen)
    ENCODED.put(taken, case.id, place)
    return found
