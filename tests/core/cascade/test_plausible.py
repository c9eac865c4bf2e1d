"""Results that no patient has."""

from dataclasses import replace

import numpy as np
import pytest

from core.cascade.measurement import measure
from core.cascade.plausible import implausible
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
