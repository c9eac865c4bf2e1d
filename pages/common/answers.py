"""What other networks answered to a case before it was segmented again."""

from dataclasses import dataclass

from core.cascade.findings import Findings
from core.evaluation.own_case import PackedLabels
from core.study import Study
from pages.common.memory import Slot


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer without its probabilities, and who gave it: a preset, or whoever brought it."""

    preset: str
    labels: PackedLabels
    findings: Findings


# By preset.
ANSWERS = Slot[Answer]("other-answers", keep=3)


def keep_answer(case: Study) -> None:
    """Keep the present answer to a case, which another one is about to replace."""
    found = case.segmentation
    if found is not None and case.findings is not None:
        packed = PackedLabels.of(found.labels)
        ANSWERS.put(Answer(found.maker, packed, case.findings), case.id, found.maker)


def others_than(case: Study) -> dict[str, Answer]:
    """List the answers of other networks to a case by their preset."""
    now = None if case.segmentation is None else case.segmentation.maker
    return {name: one for name, one in ANSWERS.all(case.id).items() if name != now}
