"""The explanations made of a visitor's cases, and the job that makes them."""

from collections.abc import Callable, Sequence

from core.cascade.segmentation import Segmentation
from core.explainers.explain import explain, judge_curves
from core.explainers.question import Posed, pose
from core.explainers.registry import methods
from core.process.progress import Progress
from core.study import Study
from pages.common import jobs
from pages.common.explanations import EXPLANATIONS, Explained, Wish
from pages.common.queues import Uses
from pages.explain.worker import explainer

ATTRIBUTION_TAB = "Attribution"
LOADING = "Loading the network"


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
    known = EXPLANATIONS.all(case.id)
    missing = [
        wish for wish in wishes if wish not in known or (test and known[wish].curves is None)
    ]
    titles = {wish: methods()[wish.method].title for wish in missing}

    def work(progress: Progress, cancelled: Callable[[], bool]) -> dict[Wish, Explained]:
        progress(LOADING, 0.0)
        return {
            wish: _make(case, segmentation, wish, known.get(wish), test, progress, cancelled)
            for wish in missing
        }

    def keep(found: dict[Wish, Explained]) -> None:
        for wish, one in found.items():
            EXPLANATIONS.put(one, case.id, wish)

    title = f"Explaining slice {wishes[0].z + 1} of {case.title}"
    stages = (LOADING, *titles.values())
    jobs.begin(jobs.Job(title, stages, work, keep, Uses.NETWORKS, case, ATTRIBUTION_TAB))


def _make(
    case: Study,
    segmentation: Segmentation,
    wish: Wish,
    known: Explained | None,
    test: bool,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Explained:
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
    return Explained(posed, found, curves)
