"""The explanations made of a visitor's cases, and the job that makes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from core.cascade.segmentation import Progress, Segmentation
from core.explainers.attribution import Attribution
from core.explainers.backgrounds import Background
from core.explainers.explain import explain, judge_curves
from core.explainers.faithfulness import Curves
from core.explainers.question import Asked, Posed, pose
from core.explainers.registry import methods
from core.study import Study
from pages.common import jobs
from pages.common.queues import Uses
from pages.explain.memo import content
from pages.explain.worker import explainer

ATTRIBUTION_TAB = "Attribution"
MOST_KEPT = 32
LOADING = "Loading the network"


class Key:
    """Keys of what the view keeps for one visitor."""

    ASKED = "explain-asked"
    BACKGROUND = "explain-background"
    COMPARED = "explain-compared"
    CURVES = "explain-curves"
    MADE = "explain-made"
    METHOD = "explain-method"
    RANGES = "explain-ranges"
    SAMPLES = "explain-samples"
    SEED = "explain-seed"
    SLICE = "explain-slice"
    TARGET = "explain-target"


@dataclass(frozen=True)
class Wish:
    """What a visitor wants explained, and how.

    Parameters
    ----------
    of : names the scan and its result.
    z : axial slice.
    lesion : number of the lesion whose probability is explained; None for the whole slice.
    samples : None for the method's own number.
    """

    of: tuple[object, ...]
    z: int
    asked: Asked
    lesion: int | None
    method: str
    background: Background
    samples: int | None
    seed: int


@dataclass(frozen=True, eq=False)
class Made:
    """An explanation with the slice that was asked about."""

    posed: Posed
    found: Attribution
    curves: Curves | None = None


def made() -> dict[Wish, Made]:
    """List what was explained in this session, the oldest first."""
    kept: dict[Wish, Made] = st.session_state.setdefault(Key.MADE, {})
    return kept


def posed_for(case: Study, segmentation: Segmentation, wish: Wish) -> Posed:
    """Put the question of `wish`."""
    return pose(
        case.volume,
        segmentation,
        wish.z,
        wish.asked,
        lesion=wish.lesion,
        background=wish.background,
    )


def begin_explaining(
    case: Study, segmentation: Segmentation, wishes: Sequence[Wish], *, test: bool
) -> None:
    """Begin to explain in the background, and where `test` put each map to the test."""
    known = made()
    missing = [
        wish for wish in wishes if wish not in known or (test and known[wish].curves is None)
    ]
    titles = {wish: methods()[wish.method].title for wish in missing}

    def work(progress: Progress, cancelled: Callable[[], bool]) -> dict[Wish, Made]:
        progress(LOADING, 0.0)
        return {
            wish: _make(case, segmentation, wish, known.get(wish), test, progress, cancelled)
            for wish in missing
        }

    def keep(found: dict[Wish, Made]) -> None:
        kept = {wish: one for wish, one in made().items() if wish not in found} | found
        st.session_state[Key.MADE] = dict(list(kept.items())[-MOST_KEPT:])

    title = f"Explaining slice {wishes[0].z + 1} of {case.title}"
    stages = (LOADING, *titles.values())
    jobs.begin(jobs.Job(title, stages, work, keep, Uses.NETWORKS, case, ATTRIBUTION_TAB))


def _make(
    case: Study,
    segmentation: Segmentation,
    wish: Wish,
    known: Made | None,
    test: bool,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Made:
    posed = known.posed if known else posed_for(case, segmentation, wish)
    title = methods()[wish.method].title

    def tell(share: float) -> None:
        progress(LOADING, 1.0)
        progress(title, share * (0.8 if test else 1.0))

    found = known.found if known else None
    if found is None:
        found = explainer().ask(
            explain, posed.question, wish.method, wish.samples, wish.seed,
            progress=tell, cancelled=cancelled,
        )  # fmt: skip
    curves = None
    if test:
        tell(1.0)
        curves = explainer().ask(
            judge_curves, posed.question, found.values, wish.seed, cancelled=cancelled
        )
    progress(title, 1.0)
    return Made(posed, found, curves)


def of(case: Study, segmentation: Segmentation) -> tuple[object, ...]:
    """Name what an explanation is of."""
    return content(case, segmentation)
