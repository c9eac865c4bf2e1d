"""Which figures can stand beside a Dice, proved on masks."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.errors import HepatoScopeError
from core.metrics.aggregate import summarize
from core.metrics.claims import Averaging, Finding, accuracy_range, check_claim, least_spread
from core.metrics.overlap import Overlap

SINGLE, MEAN = Averaging.SINGLE, Averaging.MEAN
counts = st.integers(0, 60)


@st.composite
def images(draw: st.DrawFn) -> Overlap:
    """Counts of one image with something in it."""
    tp, fp, fn, tn = (draw(counts) for _ in range(4))
    assume(tp + fn)
    return Overlap(tp, fp, fn, tp + fp + fn + tn)


def share(image: Overlap) -> float:
    assert image.voxels
    return image.truth_voxels / image.voxels


def verdicts(findings: tuple[Finding, ...]) -> dict[tuple[Averaging, str], bool | None]:
    return {(finding.averaging, finding.subject): finding.possible for finding in findings}


@pytest.mark.parametrize(
    ("dice", "iou", "single"), [(0.94, 0.92, "0.878 to 0.896"), (0.83, 0.81, "0.702 to 0.717")]
)
def test_figures_of_the_publication_can_only_be_means(dice: float, iou: float, single: str) -> None:
    findings = check_claim(dice, iou)
    assert verdicts(findings) == {(SINGLE, "IoU"): False, (MEAN, "IoU"): True}
    assert single in findings[0].reason
    assert f"{iou:g} cannot belong to it" in findings[0].reason


def test_tumor_figures_of_the_publication_take_scores_far_apart() -> None:
    assert least_spread(0.83, 0.81) == pytest.approx(0.262, abs=0.001)
    assert "at least 0.24, where 0.38 would mean" in check_claim(0.83, 0.81)[1].reason


@pytest.mark.parametrize(("dice", "iou"), [(0.94, 0.887), (0.83, 0.709), (0.5, 0.333), (1, 1)])
def test_iou_that_follows_from_the_dice_is_possible_everywhere(dice: float, iou: float) -> None:
    assert set(verdicts(check_claim(dice, iou)).values()) == {True}


@pytest.mark.parametrize(("dice", "iou"), [(0.83, 0.85), (0.83, 0.60)])
def test_iou_above_the_dice_or_far_below_is_no_average_either(dice: float, iou: float) -> None:
    assert set(verdicts(check_claim(dice, iou)).values()) == {False}


@settings(max_examples=50)
@given(images())
def test_figures_of_a_real_mask_pair_are_always_possible(image: Overlap) -> None:
    findings = check_claim(image.dice, image.iou, image.accuracy, share(image))
    assert False not in verdicts(findings).values()


@settings(max_examples=50)
@given(images())
def test_figures_of_a_real_mask_pair_are_possible_when_rounded(image: Overlap) -> None:
    reported = (round(figure, 2) for figure in (image.dice, image.iou, image.accuracy))
    assert False not in verdicts(check_claim(*reported, share(image))).values()


@settings(max_examples=50)
@given(st.lists(images(), min_size=1, max_size=8))
def test_means_over_real_slices_are_always_possible(slices: list[Overlap]) -> None:
    mean = summarize(slices)
    findings = check_claim(mean.dice.mean, mean.iou.mean, mean.accuracy.mean)
    assert all(f.possible is not False for f in findings if f.averaging is MEAN)


@settings(max_examples=50)
@given(st.lists(images(), min_size=1, max_size=8))
def test_scores_spread_at_least_as_much_as_their_means_demand(slices: list[Overlap]) -> None:
    mean = summarize(slices)
    assert mean.dice.sd >= least_spread(mean.dice.mean, mean.iou.mean) - 1e-6


@settings(max_examples=50)
@given(images())
def test_accuracy_of_a_real_mask_pair_is_in_its_range(image: Overlap) -> None:
    low, high = accuracy_range(image.dice, share(image))
    assert low - 1e-9 <= image.accuracy <= high + 1e-9
    assert image.accuracy >= image.iou - 1e-9


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 200))
def test_both_ends_of_the_accuracy_are_reached(found: int, wrong: int, rest: int) -> None:
    missed = Overlap(found, 0, wrong, found + wrong + rest)
    invented = Overlap(found, wrong, 0, found + wrong + rest)
    assert missed.dice == invented.dice
    _, best = accuracy_range(missed.dice, share(missed))
    worst, _ = accuracy_range(invented.dice, share(invented))
    assert missed.accuracy == pytest.approx(best, abs=1e-6)
    assert invented.accuracy == pytest.approx(worst, abs=1e-6)


@settings(max_examples=50)
@given(st.integers(1, 40), counts, counts)
def test_worst_accuracy_is_the_iou_where_the_masks_fill_the_image(
    found: int, invented: int, missed: int
) -> None:
    image = Overlap(found, invented, missed, found + invented + missed)
    worst, _ = accuracy_range(image.dice, share(image))
    assert worst == pytest.approx(image.accuracy, abs=1e-6)
    assert worst == pytest.approx(image.iou, abs=1e-6)


@settings(max_examples=50)
@given(images())
def test_foreground_that_dice_and_accuracy_imply_holds_the_real_one(image: Overlap) -> None:
    found = check_claim(image.dice, accuracy=image.accuracy)
    for finding in found:
        if finding.subject == "foreground share":
            assert finding.low - 1e-6 <= share(image) <= finding.high + 1e-6


def test_accuracy_below_the_iou_is_impossible() -> None:
    assert verdicts(check_claim(0.83, accuracy=0.6))[(SINGLE, "accuracy")] is False
    assert verdicts(check_claim(0.83, accuracy=0.6))[(MEAN, "accuracy")] is False


def test_high_accuracy_with_much_foreground_needs_a_high_dice() -> None:
    known = verdicts(check_claim(0.83, accuracy=0.99, foreground_share=0.2))
    assert (known[(SINGLE, "accuracy")], known[(MEAN, "accuracy")]) == (False, True)
    assert verdicts(check_claim(0.83, accuracy=0.93))[(SINGLE, "accuracy")] is True


def test_network_that_finds_nothing_is_accurate_where_there_is_little_to_find() -> None:
    finding = check_claim(0.83, foreground_share=0.002)[-1]
    assert (finding.subject, finding.low) == ("accuracy of predicting nothing", 0.998)
    assert "accuracy of 0.998 and a Dice of 0" in finding.reason


def test_dice_alone_says_what_it_allows_and_judges_nothing() -> None:
    findings = check_claim(0.94)
    assert verdicts(findings) == {(SINGLE, "IoU"): None, (MEAN, "IoU"): None}
    assert findings[1].low < 0.94 / 1.06 < findings[1].high


def test_more_digits_leave_less_room() -> None:
    assert check_claim(0.94, 0.88)[0].possible
    assert not check_claim(0.9401, 0.8801)[0].possible
    rounded = check_claim(0.94, accuracy=0.99, foreground_share=0.05)[2]
    assert rounded.reason.endswith("0.99 can belong to it, rounded.")


def test_means_that_no_scores_have_spread_not_at_all() -> None:
    assert math.isnan(least_spread(0.8, 0.9))
    assert math.isnan(least_spread(0.8, 0.5))
    assert least_spread(0.5, 1 / 3) == pytest.approx(0)


@pytest.mark.parametrize("figures", [(94, None), (0.94, 92), (-0.1, None), (np.nan, None)])
def test_percent_are_not_taken_for_shares(figures: tuple[float, float | None]) -> None:
    with pytest.raises(HepatoScopeError, match="not between 0 and 1; give percent as a share"):
        check_claim(*figures)


def test_nothing_to_find_is_refused() -> None:
    with pytest.raises(HepatoScopeError, match="leaves nothing to find"):
        check_claim(0.9, foreground_share=0)
