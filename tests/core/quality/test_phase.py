"""The arterial phase is noticed by the aorta, or by what the series is called."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset

from core.quality import Severity, check
from core.quality.phase import aorta_hu
from core.quality.sample import take_sample
from core.volume import Volume, volume_from_array

SHAPE, SPACING = (130, 110, 40), (3.0, 3.0, 5.0)


def body(description: str = "", **tubes: tuple[float, float, float, float]) -> Volume:
    """An elliptic body with upright tubes: (x, y) in mm from its middle, radius in mm, HU."""
    x, y, _ = (np.indices(SHAPE).T - (np.array(SHAPE) - 1) / 2).T * np.array(SPACING)[
        :, None, None, None
    ]
    hu: NDArray[np.float64] = np.where((x / 170) ** 2 + (y / 120) ** 2 < 1, 50.0, -1000.0)
    hu[(x / 170) ** 2 + (y / 120) ** 2 < 0.8] = 60
    hu[((x / 170) ** 2 + (y / 120) ** 2 > 0.8) & (hu > 0)] = -100
    for right, ahead, radius, level in tubes.values():
        hu[(x - right) ** 2 + (y - ahead) ** 2 <= radius**2] = level
    hu += np.random.default_rng(0).normal(0, 12, SHAPE)
    header = Dataset()
    header.SeriesDescription = description
    return volume_from_array(
        np.clip(hu, -1024, 3000).astype(np.int16),
        np.diag([*SPACING, 1.0]),
        source="ct",
        digest="0",
        dicom_headers=(header,),
    )


def codes(volume: Volume) -> set[str]:
    return {finding.code for finding in check(volume)}


def test_an_aorta_as_bright_as_in_the_arterial_phase_is_a_warning() -> None:
    scan = body(aorta=(-15, -40, 11, 320))
    assert aorta_hu(take_sample(scan)) == pytest.approx(320, abs=8)
    (finding,) = (each for each in check(scan) if each.code == "arterial")
    assert finding.severity is Severity.WARNING
    assert "at 320 HU" in finding.reason.replace("319", "320").replace("321", "320")


@pytest.mark.parametrize(
    "tube",
    [
        (-15, -40, 11, 160),  # an aorta in the venous phase
        (0, -70, 24, 280),  # a dense vertebra
        (140, 0, 11, 320),  # a line beside the middle
        (-15, -40, 4, 320),  # a small vessel
        (-15, -40, 11, 1500),  # metal
    ],
)
def test_what_is_no_arterial_aorta_is_none(tube: tuple[float, float, float, float]) -> None:
    assert "arterial" not in codes(body(tube=tube))


def test_a_bright_spot_through_few_slices_is_no_aorta() -> None:
    scan = body()
    hu = scan.hu.copy()
    hu[60:67, 45:52, 10:15] = 320
    spot = volume_from_array(hu, scan.affine, source="ct", digest="0")
    assert "arterial" not in codes(spot)


@pytest.mark.parametrize(
    ("description", "arterial"),
    [
        ("ABD ART 3.0", True),
        ("Late arterial phase", True),
        ("liver_HAP", True),
        ("Abdomen venous", False),
        ("Smart MAR", False),
        ("", False),
    ],
)
def test_the_description_of_the_series_tells_too(description: str, arterial: bool) -> None:
    assert ("arterial" in codes(body(description))) == arterial
