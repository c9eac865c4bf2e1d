"""The true labels of a visitor's cases: of the demo case, or brought to the Metrics page."""

from dataclasses import dataclass

import streamlit as st

from core.evaluation.own_case import PackedLabels
from core.phantom import make_phantom
from core.study import Study
from pages.common.memory import Slot
from pages.common.scan_source import DEMO_SEED


@dataclass(frozen=True)
class Truth:
    """A ground truth that was accepted for a case.

    Parameters
    ----------
    notes : what was done to lay it on the scan.
    """

    name: str
    labels: PackedLabels
    notes: tuple[str, ...] = ()


TRUTHS = Slot[Truth]("truth")


def truth_of(case: Study) -> PackedLabels | None:
    """Give the true labels of a case, where they are known."""
    if case.volume.synthetic:
        digest, labels = _demo_truth()
        if digest == case.volume.digest:
            return labels
    brought = TRUTHS.get(case.id)
    return None if brought is None else brought.labels


@st.cache_resource(max_entries=1, show_spinner="Drawing the demo case once more, for its truth")
def _demo_truth() -> tuple[str, PackedLabels]:
    phantom = make_phantom(DEMO_SEED)
    return phantom.volume.digest, PackedLabels.of(phantom.labels)
