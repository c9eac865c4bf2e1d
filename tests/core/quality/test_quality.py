import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.io import read
from core.quality import QualityFinding, Severity, check
from core.volume import Volume, volume_from_array
from tests.core.io.scans import ct_series, save_dicom

SHAPE = (128, 128, 60)


def abdomen(scale: float = 1.0) -> NDArray[np.int16]:
    """Fat around soft tissue, with lungs in the upper third; 384 × 384 × 240 mm as volume()."""
    x, y, z = np.ogrid[-1 : 1 : SHAPE[0] * 1j, -1 : 1 : SHAPE[1] * 1j, 0 : SHAPE[2]]
    radius = np.hypot(x / 0.85, y / 0.6) / scale
    hu = np.full(SHAPE, -1000, np.float32)
    hu[np.broadcast_to(radius < 1, SHAPE)] = -100
    hu[np.broadcast_to(radius < 0.85, SHAPE)] = 60
    hu[np.broadcast_to((radius < 0.6) & (z > 40), SHAPE)] = -850
    noise = np.random.default_rng(0).normal(0, 12, SHAPE)
    return np.clip(hu + noise, -1024, 3000).astype(np.int16)


def volume(hu: NDArray[np.int16], spacing: tuple[float, float, float] = (3, 3, 4)) -> Volume:
    return volume_from_array(hu, np.diag([*spacing, 1.0]), source="ct.nii", digest="0")


def found(scan: Volume) -> dict[str, QualityFinding]:
    return {finding.code: finding for finding in check(scan)}


def worst(scan: Volume) -> Severity:
    return check(scan)[0].severity


def test_a_whole_abdomen_in_hounsfield_units_needs_no_warning() -> None:
    assert set(found(volume(abdomen()))) == {"coarse-pixels"}
    assert worst(volume(abdomen())) is Severity.INFO


def test_a_picture_in_gray_levels_is_an_error() -> None:
    gray = np.clip((abdomen() + 160.0) / 400 * 255, 0, 255).astype(np.int16)
    finding = found(volume(gray))["eight-bit"]
    assert finding.severity is Severity.ERROR
    assert "gray levels" in finding.reason


@pytest.mark.parametrize(("low", "high"), [(-1000, 2000), (-1000, 1500), (-1024, 3071)])
def test_gray_levels_of_a_wide_window_are_no_hounsfield_units(low: int, high: int) -> None:
    gray = np.clip((abdomen() - float(low)) / (high - low) * 255, 0, 255).astype(np.int16)
    assert found(volume(gray))["eight-bit"].severity is Severity.ERROR


@pytest.mark.parametrize("padding", [-2000, -1024])
def test_a_forgotten_intercept_is_recognized_beside_padding(padding: int) -> None:
    hu = abdomen() + 1024
    hu[:8], hu[-8:] = padding, padding
    assert found(volume(hu.astype(np.int16)))["offset"].severity is Severity.ERROR


@pytest.mark.parametrize(("low", "high"), [(-40, 160), (-165, 245), (0, 255), (0, 400)])
def test_hounsfield_units_through_a_window_are_a_warning(low: int, high: int) -> None:
    hu = abdomen()
    hu[60:66, 20:26] = 800
    findings = found(volume(np.clip(hu, low, high)))
    assert findings["windowed"].severity is Severity.WARNING
    assert f"{low} and {high} HU" in findings["windowed"].reason
    assert worst(volume(np.clip(hu, low, high))) is Severity.WARNING


@pytest.mark.parametrize("scale", [(0, 1), (-3, 5)])
def test_a_normalized_scan_is_an_error(scale: tuple[int, int]) -> None:
    low, high = scale
    hu = abdomen().astype(np.float32)
    normalized = low + (hu - hu.min()) / np.ptp(hu) * (high - low)
    assert found(volume(np.rint(normalized).astype(np.int16)))["normalized"].severity == "error"


def test_a_forgotten_intercept_is_recognized() -> None:
    finding = found(volume(np.maximum(abdomen() + 1024, 0)))["offset"]
    assert finding.severity is Severity.ERROR
    assert "about 1000 too high" in finding.reason


def test_magnetic_resonance_does_not_pass_as_ct() -> None:
    hu = abdomen()
    signal = np.select([hu > 0, hu > -300, hu > -900], [420, 750, 15], 2)
    scan = volume((signal + np.random.default_rng(0).integers(0, 30, SHAPE)).astype(np.int16))
    assert found(scan)["not-hounsfield"].severity is Severity.ERROR


def test_magnetic_resonance_with_negative_values_does_not_pass_either() -> None:
    hu = abdomen()
    signal = np.select([hu > 0, hu > -300], [1420, 1750], -500)
    assert "not-hounsfield" in found(volume(signal.astype(np.int16)))


def test_a_crop_inside_the_body_is_a_warning() -> None:
    inside = abdomen()[45:85, 45:85, :35]
    inside[10:14] -= 130
    assert found(volume(inside))["no-air"].severity is Severity.WARNING


def test_an_empty_scanner_is_an_error() -> None:
    air = np.random.default_rng(0).normal(-1000, 20, SHAPE).astype(np.int16)
    assert found(volume(air))["no-body"].severity is Severity.ERROR


def test_few_slices_do_not_show_a_liver() -> None:
    finding = found(volume(abdomen()[..., 30:50]))["short-scan"]
    assert "80 mm" in finding.reason
    assert "20 slices" in finding.reason


def test_a_limb_is_too_small_for_an_abdomen() -> None:
    findings = found(volume(abdomen(scale=0.4)))
    assert findings["small-body"].severity is Severity.WARNING
    assert "little-tissue" in found(volume(abdomen(), (1, 1, 2.1)))


def test_a_scan_that_starts_below_the_lungs_may_cut_the_dome() -> None:
    assert "no-lung-on-top" in found(volume(abdomen()[..., :35]))


def test_the_side_on_which_the_body_is_cut_is_named() -> None:
    finding = found(volume(abdomen()[30:]))["cut-by-border"]
    assert "left border" in finding.reason
    assert "right" not in finding.reason
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("spacing", "code", "severity"),
    [
        ((3, 3, 7.5), "thick-slices", "warning"),
        ((3, 3, 4), "coarse-pixels", "info"),
        ((4, 4, 4), "coarse-pixels", "warning"),
        ((3, 2.5, 4), "oblong-pixels", "info"),
    ],
)
def test_spacing_is_judged(spacing: tuple[float, float, float], code: str, severity: str) -> None:
    assert found(volume(abdomen(), spacing))[code].severity == severity


def test_a_turned_scan_is_reported() -> None:
    angle = np.radians(25)
    turn = np.eye(4)
    turn[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    scan = volume(abdomen())
    assert "25 degrees" in found(replace(scan, affine=turn @ scan.affine))["oblique"].reason


def test_blank_slices_inside_the_scan_are_counted() -> None:
    hu = abdomen()
    hu[..., 20:23] = -1000
    assert "3 of 60 slices are blank, the first is 21" in found(volume(hu))["blank-slices"].reason


def test_missing_dicom_slices_are_counted(tmp_path: Path) -> None:
    planes = abdomen().transpose(2, 1, 0)
    slices = ct_series(planes[:, ::4, ::4], PixelSpacing=[12, 12])
    scan = read(save_dicom(tmp_path, [*slices[:20], *slices[21:40], *slices[42:]]))
    finding = found(scan)["missing-slices"]
    assert "About 3 slices are missing in 2 places" in finding.reason
    assert finding.severity is Severity.WARNING


def test_every_finding_has_a_reason_and_an_advice() -> None:
    findings = [
        *check(volume(abdomen()[30:, :, :20], (4, 3, 8))),
        *check(volume(np.zeros(SHAPE, np.int16))),
    ]
    assert len(findings) > 5
    for finding in findings:
        assert finding.reason.endswith(".")
        assert finding.advice.endswith(".")


def test_a_large_scan_is_judged_at_once() -> None:
    large = volume(np.zeros((512, 512, 300), np.int16) + abdomen()[:1, :1, :1], (0.8, 0.8, 1))
    check(volume(abdomen()))
    start = time.process_time()
    check(large)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("slices", [4, 5, 10])
@pytest.mark.parametrize("step", [1e-3, 0.1, 2.0, 40.0])
def test_a_scan_a_few_slices_thick_is_judged(slices: int, step: float) -> None:
    codes = found(volume(abdomen()[..., :slices], (3, 3, step)))
    assert ("short-scan" in codes) == (slices * step < 120)
