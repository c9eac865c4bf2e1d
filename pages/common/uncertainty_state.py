"""The doubt that was measured of a visitor's cases, and the job that measures it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from core.cascade.doubt import STAGES, Disagreement, disagreement
from core.cascade.doubt_summary import DoubtSummary, summarize_doubt, telling_slice
from core.cascade.labelled import Made
from core.cascade.segmentation import Segmentation
from core.evaluation.own_case import PackedLabels
from core.geometry.components import Region, box_where
from core.labels import organ_mask
from core.process.progress import Progress
from core.study import Study
from pages.common import jobs
from pages.common.memory import Slot
from pages.common.queues import Uses

DOUBT_TAB = ":material/help: Doubt"


@dataclass(frozen=True, eq=False)
class Doubt:
    """The doubt measured of a case.

    Parameters
    ----------
    of : what it was measured of; another result needs another measurement.
    maps : by network, packed.
    worst : axial slice with the most disagreement, by network.
    called : how the lesions of `summary` were.
    """

    of: tuple[object, ...]
    maps: dict[str, PackedLabels]
    worst: dict[str, int]
    organ: Region | None
    summary: DoubtSummary
    called: tuple[object, ...]

    def whole(self) -> Disagreement:
        """Unpack the maps."""
        unpacked = {name: packed.whole() for name, packed in self.maps.items()}
        return Disagreement(unpacked["liver"], unpacked["tumor"], (), 0.0)


DOUBTS = Slot[Doubt]("doubt")


def measure_doubt(case: Study, segmentation: Segmentation) -> None:
    """Begin to measure the doubt of a result in the background."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Doubt:
        found = disagreement(case.volume, segmentation, progress=progress, cancelled=cancelled)
        maps = {"liver": found.liver, "tumor": found.tumor}
        return Doubt(
            content(segmentation),
            {name: PackedLabels.of(array) for name, array in maps.items()},
            {name: telling_slice(array) for name, array in maps.items()},
            box_where(segmentation.labels, organ_mask),
            summarize_doubt(case.volume, segmentation, found),
            segmentation.called,
        )

    def keep(doubt: Doubt) -> None:
        DOUBTS.put(doubt, case.id)

    title = f"Measuring the doubt in {case.title}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.NETWORKS, case, DOUBT_TAB))


def content(segmentation: Made) -> tuple[object, ...]:
    """Name what the maps depend on beside the scan: networks, and the liver they looked into."""
    models = tuple(sorted(segmentation.models.items()))
    return segmentation.preset, models, segmentation.liver_threshold


def with_lesions(case: Study, segmentation: Segmentation, doubt: Doubt) -> Doubt:
    """Sum the maps up anew where the lesions are others by now."""
    if doubt.called == segmentation.called:
        return doubt
    with st.spinner("Summing up the doubt of these lesions"):
        summary = summarize_doubt(case.volume, segmentation, doubt.whole())
    doubt = replace(doubt, summary=summary, called=segmentation.called)
    DOUBTS.put(doubt, case.id)
    return doubt
