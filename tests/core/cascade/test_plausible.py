"""Results that no patient has."""

from dataclasses import replace

import numpy as np
import pytest

from core.cascade.findings import Lesion
from core.cascade.measurement import measure
from core.cascade.plausible import fluid_lesions, implausible
from tests import scene


@pytest.mark.parametrize(
    ("ml", "words"),
    [
        (250, "250 mL, smaller than 300 mL, is one that hardly any adult has"),
        (400, "400 mL is outside the usual 500–3500 mL"),
        (3900, "3900 mL is outside the usual 500–3500 mL"),
        (4200, "4200 mL, larger than 4000 mL, is one that hardly any adult has"),
    ],
)
def test_liver_of_no_usual_size_is_doubted_once(ml: float, words: str) -> None:
    (warning,) = implausible(ml, 100, 0)
    assert words in warning


def test_usual_liver_is_not_doubted() -> None:
    assert list(implausible(1500, 100, 0.2)) == []


def test_liver_on_the_right_is_not_doubted() -> None:
    _, labels = scene.draw()
    assert measure(scene.scan(), labels).warnings == ()


def test_liver_on_the_left_is_doubted() -> None:
    drawn, (_, labels) = scene.scan(), scene.draw()
    mirrored = replace(drawn, hu=np.ascontiguousarray(drawn.hu[::-1]))
    (warning,) = measure(mirrored, np.ascontiguousarray(labels[::-1])).warnings
    assert "lies on the patient's left" in warning


def test_scan_without_a_trunk_tells_nothing_of_sides() -> None:
    drawn, (_, labels) = scene.scan(), scene.draw()
    air = replace(drawn, hu=np.full_like(drawn.hu, -1000))
    told = measure(air, np.ascontiguousarray(labels[::-1])).warnings
    assert not any("left" in warning for warning in told)


def test_lesions_as_dense_as_fluid_are_named() -> None:
    def lesion(number: int, mean_hu: float) -> Lesion:
        place = ((0.0, 0.0), (1.0, 1.0))
        return Lesion(number, 1, 9, 8, mean_hu, 5, (0, 0, 0), (0, 0, 0), 0, place, place, 0, 1, "")

    (said,) = fluid_lesions([lesion(1, 60), lesion(2, 11), lesion(3, -4)], 100)
    assert said.startswith("Lesions 2 (11 HU), 3 (-4 HU): as dense as fluid")
    assert not list(fluid_lesions([lesion(1, 11)], 25)), "of a fatty liver nothing is told"
    assert not list(fluid_lesions([lesion(1, 11)], None))
