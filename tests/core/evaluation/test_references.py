"""Published figures beside ours."""

from core.evaluation.references import PUBLICATION, REFERENCES, references_for
from core.metrics.claims import Averaging, check_claim


def test_references_are_shares_with_a_source() -> None:
    assert all(0 < known.low <= known.high < 1 and known.source for known in REFERENCES)


def test_references_come_in_ascending_order() -> None:
    tumors = [known.low for known in references_for("tumor", "dice")]
    assert tumors == sorted(tumors) == [0.674, 0.702, 0.739, 0.75]


def test_figures_of_the_publication_cannot_be_of_single_masks_but_can_be_means() -> None:
    for claim in PUBLICATION:
        verdicts = {found.averaging: found.possible for found in check_claim(claim.dice, claim.iou)}
        assert verdicts == {Averaging.SINGLE: False, Averaging.MEAN: True}
