"""Scores on held-out slices."""

from typing import Any

import numpy as np
import pytest

from core.training.data import Batches
from core.training.judge import averages, patient_dice, slice_scores
from core.training.pack import pack_cases
from tests.core.training.sample import SLICES, TINY, cases

LARGE, SMALL = "phantom/volume-0", "phantom/volume-1"


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Batches:
    """One patient with three slices of tumor, one with a single slice."""
    seen = cases("volume-0", tumor_slices=3) + cases("volume-1", tumor_slices=1)
    pack = pack_cases(seen, TINY, "tumor", tmp_path_factory.mktemp("packs"))
    return Batches(pack, "tumor", batch_size=4)


def sees_only(patient: str, batches: Batches) -> Any:
    """A network that is right about one patient and finds nothing in the others."""
    numbers = iter(range(len(batches)))

    def answer(inputs: Any, training: bool) -> Any:
        assert not training
        number = next(numbers)
        mine = np.array([who == patient for who in batches.patients(number)])
        return batches[number][1] * mine[:, None, None, None]

    return answer


@pytest.mark.parametrize("patient", [LARGE, SMALL])
def test_patients_weigh_the_same_whatever_their_tumors_weigh(
    batches: Batches, patient: str
) -> None:
    scores = slice_scores(sees_only(patient, batches), batches)
    assert patient_dice(scores) == pytest.approx(0.5)


def test_every_slice_is_scored_and_healthy_ones_are_left_out(batches: Batches) -> None:
    scores = averages(slice_scores(sees_only(LARGE, batches), batches))
    # A slice of the volume shows no liver, so the tumor network never meets it.
    assert scores["per_slice"]["scored"] == 4
    assert scores["per_slice"]["left_out_both_empty"] == 2 * (SLICES - 1) - 4
    assert scores["per_slice"]["mean_dice"] == pytest.approx(3 / 4)
