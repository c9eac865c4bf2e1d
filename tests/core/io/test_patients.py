"""Nobody is on both sides of a split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadDataset
from core.io.datasets import LabelledCase
from core.io.patients import patient_of, refuse_leaks, split_by_patient


def case(name: str, dataset: str = "lits-a") -> LabelledCase:
    def read() -> None:
        raise AssertionError("nobody needs to read a scan to know its patient")

    return LabelledCase(name, dataset, "train", read)  # type: ignore[arg-type]


def folder(*numbers: int, dataset: str = "lits-a") -> list[LabelledCase]:
    return [case(f"volume-{number}", dataset) for number in numbers]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (case("volume-0"), case("volume-1", "lits-b")),
        (case("volume-6"), case("volume-10")),
        (case("volume-14"), case("volume-15")),
        (case("case-10034", "msd-liver"), case("volume-15")),  # renumbered, then grouped
        (case("case-10061", "msd-liver"), case("volume-39")),
        (case("volume-4", "lits-a"), case("volume-4", "lits-b")),
        (case("liver_4", "Task03_Liver"), case("volume-4", "LiTS")),
        (case("volume-0", "LITS17"), case("volume-1", "lits-a")),
    ],
)
def test_scans_of_one_patient_are_known_as_such(one: LabelledCase, other: LabelledCase) -> None:
    assert patient_of(one) == patient_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (case("volume-1"), case("volume-10")),
        (case("case-10004", "msd-liver"), case("volume-4")),
        (case("volume-4", "phantoms"), case("volume-4", "lits-a")),
        (case("volume-4", "phantoms"), case("volume-4", "more-phantoms")),
    ],
)
def test_different_patients_are_told_apart(one: LabelledCase, other: LabelledCase) -> None:
    assert patient_of(one) != patient_of(other)


@given(st.sets(st.integers(0, 60), min_size=12), st.floats(0.05, 0.6), st.integers(0, 99))
def test_no_patient_stands_on_both_sides(numbers: set[int], fraction: float, seed: int) -> None:
    cases = folder(*numbers) + folder(*numbers, dataset="lits-b")
    training, validation = split_by_patient(cases, fraction=fraction, seed=seed)
    sides = [{patient_of(case) for case in side} for side in (training, validation)]
    assert not sides[0] & sides[1]
    assert len(training) + len(validation) == len(cases)
    assert len(sides[1]) == max(1, round(fraction * len(sides[0] | sides[1])))


def test_same_seed_gives_the_same_split() -> None:
    cases = folder(*range(20, 40))
    names = [
        [case.name for case in split_by_patient(some, seed=3)[1]] for some in (cases, cases[::-1])
    ]
    assert sorted(names[0]) == sorted(names[1])
    assert names[0] != [case.name for case in split_by_patient(cases, seed=4)[1]]


def test_named_patients_are_held_out_with_all_their_scans() -> None:
    cases = [*folder(11, 22, 3), case("case-10012", "msd-liver")]  # 10012 is volume-11
    training, validation = split_by_patient(cases, validation_patients=["volume-11"])
    assert [case.name for case in validation] == ["volume-11", "case-10012"]
    assert [case.name for case in training] == ["volume-22", "volume-3"]


def test_unknown_validation_patient_is_refused() -> None:
    with pytest.raises(BadDataset, match=r"validation patients \['volume-99'\]"):
        split_by_patient(folder(3, 4), validation_patients=["volume-99"])


@pytest.mark.parametrize("numbers", [(3,), (6, 7, 8, 9, 10)])
def test_single_patient_cannot_be_split(numbers: tuple[int, ...]) -> None:
    with pytest.raises(BadDataset, match=r"1 patient\(s\) are too few"):
        split_by_patient(folder(*numbers))


def test_leak_is_refused_by_name() -> None:
    with pytest.raises(BadDataset, match="volume-6 stand both in training"):
        refuse_leaks(folder(3, 7), folder(4, 9))
    refuse_leaks(folder(3, 7), folder(4, 5))
