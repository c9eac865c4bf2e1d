"""Two answers to one scan, compared."""

import math

import numpy as np
import pytest

from core.evaluation.two_answers import agreement_of, slice_of_dispute


def two_livers() -> tuple[np.ndarray, np.ndarray]:
    """Two boxes of liver, one shifted by a voxel, with a lesion in the second alone."""
    first, second = (np.zeros((12, 10, 8), np.uint8) for _ in range(2))
    first[2:8, 2:8, 1:7], second[3:9, 2:8, 1:7] = 1, 1
    second[5, 5, 4] = 2
    return first, second


def test_volumes_of_agreement_and_dispute_add_up() -> None:
    found = agreement_of(*two_livers(), voxel_ml=0.5)
    organ, tumor = found["organ"], found["tumor"]
    assert (organ.both_ml, organ.only_first_ml, organ.only_second_ml) == (90, 18, 18)
    assert organ.dice == pytest.approx(5 / 6)
    assert (tumor.dice, tumor.only_second_ml) == (0, 0.5)


def test_nothing_in_both_has_no_dice() -> None:
    nothing = np.zeros((4, 4, 4), np.uint8)
    assert math.isnan(agreement_of(nothing, nothing, 1.0)["tumor"].dice)


def test_the_slice_of_most_dispute_is_shown_else_the_fullest() -> None:
    first, second = two_livers()
    assert slice_of_dispute(first, second, "tumor") == 4
    first[2:6, 2:8, 5] = 0
    assert slice_of_dispute(first, first, "organ") in (1, 2, 3, 4, 6)
