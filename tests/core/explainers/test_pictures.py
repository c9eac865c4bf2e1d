"""How values of a map are written."""

import pytest

from core.explainers.pictures import signed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-5.9e-4, "−0.00059"),
        (0.1234, "+0.12"),
        (-12.0, "−12"),
        (0.0996, "+0.10"),
        (3.14e-7, "+3.1 × 10⁻⁷"),
        (0.0, "0"),
    ],
)
def test_value_is_written_with_two_digits_that_count(value: float, written: str) -> None:
    assert signed(value) == written
