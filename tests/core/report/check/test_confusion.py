"""The check on the written sentences, by their true verdicts."""

import math

import pytest

from bench.confusion import Confusion, confusion, read_sentences
from core.report.check import Verdict
from tests.core.report.check.cases import CASES, SENTENCES

ALL = read_sentences(SENTENCES)


def of_split(split: str) -> Confusion:
    return confusion([one for one in ALL if one.split == split], CASES)


def test_the_sentences_are_many_and_of_all_kinds() -> None:
    assert len(ALL) >= 200
    assert len({one.text + one.case for one in ALL}) == len(ALL)
    assert {one.verdict for one in ALL} == set(Verdict)
    assert {one.case for one in ALL} == set(CASES)


def test_shares_are_those_counted_by_hand() -> None:
    counts = {(true, called): 0 for true in Verdict for called in Verdict}
    counts[Verdict.SUPPORTED, Verdict.SUPPORTED] = 3
    counts[Verdict.UNSUPPORTED, Verdict.SUPPORTED] = 1
    counts[Verdict.SUPPORTED, Verdict.UNSUPPORTED] = 2
    found = Confusion(counts)
    assert found.precision(Verdict.SUPPORTED) == 0.75
    assert found.recall(Verdict.SUPPORTED) == 0.6
    assert (found.total, found.right) == (6, 3)
    assert math.isnan(found.recall(Verdict.CONTRADICTED))


# (split, precision and recall of supported, precision and recall of contradicted): a little
# below what is measured. On “held_out” and “fresh” the first score, before anything in them was
# known, is in first_score.md; bench/report_check.py prints the present one.
@pytest.mark.parametrize(
    ("split", "supported", "contradicted"),
    [
        ("dev", (0.98, 0.98), (0.98, 0.98)),
        ("held_out", (0.98, 0.96), (0.95, 0.94)),
        ("later", (0.98, 0.93), (0.98, 0.97)),
        ("fresh", (0.98, 0.85), (0.95, 0.93)),
    ],
)
def test_precision_and_recall_hold(
    split: str, supported: tuple[float, float], contradicted: tuple[float, float]
) -> None:
    found = of_split(split)
    for verdict, least in (
        (Verdict.SUPPORTED, supported),
        (Verdict.CONTRADICTED, contradicted),
    ):
        measured = (found.precision(verdict), found.recall(verdict))
        print(f"{split}: {verdict.value} precision and recall {measured}")
        assert measured[0] >= least[0]
        assert measured[1] >= least[1]
