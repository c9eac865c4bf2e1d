"""From labels to findings."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.cascade.measurement import lesion_map, measure
from core.errors import HepatoScopeError
from core.labels import tumor_mask
from core.volume import Volume, volume_from_array

Triple = tuple[float, float, float]
Labels = NDArray[np.uint8]


def scan(hu: NDArray[np.int16], affine: NDArray[np.float64]) -> Volume:
    return volume_from_array(hu, affine, source="drawn by hand", digest="0")


def flat_scan(shape: tuple[int, ...], spacing: Triple = (1, 1, 1), hu: int = 100) -> Volume:
    return scan(np.full(shape, hu, np.int16), np.diag([*spacing, 1.0]))


def ball(shape: tuple[int, int, int], spacing: Triple, radius: Triple) -> NDArray[np.bool_]:
    """Draw an ellipsoid of `radius` mm along each axis in the middle of a grid."""
    axes = [
        ((np.arange(n) - (n - 1) / 2) * step / r) ** 2
        for n, step, r in zip(shape, spacing, radius, strict=True)
    ]
    inside: NDArray[np.bool_] = (
        axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None] <= 1
    )
    return inside


def liver_block(shape: tuple[int, int, int] = (30, 30, 20)) -> Labels:
    labels = np.zeros(shape, np.uint8)
    labels[2:-2, 2:-2, 2:-2] = 1
    return labels


@settings(max_examples=12, deadline=None)
@given(
    spacing=st.tuples(st.floats(0.7, 1.3), st.floats(0.7, 1.3), st.floats(0.8, 2.5)),
    radius=st.tuples(st.floats(12, 16), st.floats(12, 16), st.floats(12, 16)),
)
def test_ellipsoid_has_its_analytic_volume_and_diameters(spacing: Triple, radius: Triple) -> None:
    shape = (52, 52, 46)
    labels = ball(shape, spacing, radius).astype(np.uint8) * 2
    lesion = measure(flat_scan(shape, spacing), labels).lesions[0]
    analytic_ml = 4 / 3 * math.pi * math.prod(radius) / 1000
    voxel = max(spacing[:2])
    assert lesion.volume_ml == pytest.approx(analytic_ml, rel=0.03)
    assert abs(lesion.longest_diameter_mm - 2 * max(radius[:2])) <= voxel + 1e-6
    assert abs(lesion.short_diameter_mm - 2 * min(radius[:2])) <= 1.25 * voxel


def test_burden_is_tumor_in_percent_of_the_whole_organ() -> None:
    labels = np.zeros((10, 10, 10), np.uint8)
    labels[:5] = 1
    labels[:1] = 2
    findings = measure(flat_scan(labels.shape, (1, 2, 5)), labels)
    assert findings.liver_volume_ml == pytest.approx(5.0)
    assert findings.tumor_volume_ml == pytest.approx(1.0)
    assert findings.tumor_burden_percent == pytest.approx(20)


def test_two_voxels_that_meet_at_a_corner_are_one_lesion() -> None:
    labels = liver_block()
    labels[10, 10, 10] = labels[11, 11, 11] = 2
    assert len(measure(flat_scan(labels.shape), labels).lesions) == 1


def test_two_voxels_with_liver_between_them_are_two_lesions() -> None:
    labels = liver_block()
    labels[10, 10, 10] = labels[12, 10, 10] = 2
    assert len(measure(flat_scan(labels.shape), labels).lesions) == 2


def test_lesions_are_numbered_from_the_largest_and_the_map_agrees() -> None:
    labels = liver_block()
    labels[5, 5, 5] = labels[10:13, 10:13, 10:13] = labels[20:22, 20, 15] = 2
    findings = measure(flat_scan(labels.shape), labels)
    numbered = lesion_map(labels)
    assert [round(lesion.volume_ml * 1000) for lesion in findings.lesions] == [27, 2, 1]
    for lesion in findings.lesions:
        x, y, z = (round(index) for index in lesion.centroid_voxel)
        assert numbered[x, y, z] == lesion.number
    assert np.array_equal(numbered > 0, tumor_mask(labels))
    assert numbered.dtype == np.int32


def test_lesion_and_liver_have_the_gray_values_they_were_given() -> None:
    labels = liver_block()
    labels[10:12, 10, 10] = 2
    hu = np.full(labels.shape, -1000, np.int16)
    hu[labels == 1] = 110
    hu[10, 10, 10], hu[11, 10, 10] = 40, 60
    findings = measure(scan(hu, np.eye(4)), labels)
    assert (findings.lesions[0].mean_hu, findings.lesions[0].sd_hu) == (50, 10)
    assert (findings.liver_mean_hu, findings.liver_sd_hu) == (110, 0)


def test_centroid_follows_an_oblique_affine() -> None:
    labels = liver_block()
    labels[10, 12, 8] = labels[12, 12, 8] = labels[11, 12, 8] = 2
    affine = np.array(
        [[0.8, 0.1, 0, -120], [-0.1, 0.8, 0.4, 60], [0, -0.2, 3, 900], [0, 0, 0, 1.0]]
    )
    lesion = measure(scan(np.zeros(labels.shape, np.int16), affine), labels).lesions[0]
    assert lesion.centroid_voxel == pytest.approx((11, 12, 8))
    assert lesion.centroid_mm == pytest.approx(affine[:3] @ [11, 12, 8, 1])


def test_diameter_is_drawn_where_the_lesion_lies() -> None:
    labels = liver_block()
    labels[8:16, 11, 9] = labels[11, 11, 8:13] = 2
    lesion = measure(flat_scan(labels.shape), labels).lesions[0]
    assert lesion.axial_slice == 9
    assert (lesion.first_slice, lesion.last_slice) == (8, 12)
    assert sorted(lesion.longest_endpoints_voxel) == [(7.5, 11), (15.5, 11)]


def test_location_names_the_patients_side_and_the_height_in_the_liver() -> None:
    labels = liver_block()
    labels[25, 15, 16] = 2
    labels[4, 15, 3:5] = 2
    places = [lesion.location for lesion in measure(flat_scan(labels.shape), labels).lesions]
    assert places == [
        "lower third of the liver, left of its center",
        "upper third of the liver, right of its center",
    ]


@pytest.mark.parametrize(
    ("cut", "place"),
    [
        (np.s_[:, :, 2:], "the lowest slice"),
        (np.s_[:, :, :-2], "the highest slice"),
        (np.s_[2:], "the edge of the image"),
        (np.s_[:, :-2], "the edge of the image"),
    ],
)
def test_liver_cut_off_by_the_scan_is_reported(cut: tuple[slice, ...], place: str) -> None:
    spacing = (4, 4, 5)
    labels = liver_block()
    assert measure(flat_scan(labels.shape, spacing), labels).warnings == ()
    (warning,) = measure(flat_scan(labels[cut].shape, spacing), labels[cut]).warnings
    assert place in warning


def test_tiny_liver_and_one_of_fat_are_doubted() -> None:
    labels = liver_block()
    size, tissue = measure(flat_scan(labels.shape, hu=-100), labels).warnings
    assert "11 mL" in size
    assert "-100 HU" in tissue


def test_scan_without_liver_says_so_and_leaves_ratios_undefined() -> None:
    labels = np.zeros((8, 8, 8), np.uint8)
    findings = measure(flat_scan(labels.shape), labels)
    assert findings.warnings[0].startswith("No liver was found")
    assert findings.tumor_burden_percent is None
    assert json.loads(findings.to_json())["liver_mean_hu"] is None
    assert not lesion_map(labels).any()


def test_organ_that_is_all_tumor_has_no_parenchyma_to_average() -> None:
    labels = liver_block() * np.uint8(2)
    findings = measure(flat_scan(labels.shape, (4, 4, 5)), labels)
    assert findings.tumor_burden_percent == 100
    assert findings.liver_mean_hu is None


def test_mask_of_another_scan_is_refused_with_both_sizes() -> None:
    with pytest.raises(HepatoScopeError, match=r"\(4, 4, 4\).*\(8, 8, 8\)"):
        measure(flat_scan((8, 8, 8)), np.zeros((4, 4, 4), np.uint8))


def test_findings_are_written_with_units_and_the_same_every_time() -> None:
    labels = liver_block()
    labels[10:14, 10:13, 9] = 2
    volume = flat_scan(labels.shape, (0.7, 0.7, 3))
    written = json.loads(measure(volume, labels).to_json())
    assert measure(volume, labels).to_json() == measure(volume, labels.copy()).to_json()
    assert written["lesions"][0]["volume_ml"] == round(12 * 0.7 * 0.7 * 3 / 1000, 3)
    assert {"liver_volume_ml", "tumor_burden_percent", "liver_mean_hu"} <= written.keys()
    assert {"longest_diameter_mm", "centroid_voxel", "sd_hu"} <= written["lesions"][0].keys()


def test_tumor_larger_than_what_is_left_of_the_liver_is_doubted() -> None:
    shape, spacing = (60, 60, 60), (2.5, 2.5, 2.5)
    organ, tumor = (ball(shape, spacing, (r, r, r)) for r in (66.0, 60.0))
    labels = np.where(tumor, 2, organ).astype(np.uint8)
    (warning,) = measure(flat_scan(shape, spacing), labels).warnings
    assert warning.startswith("Tumor fills 7")
    assert "more than is left of the liver itself" in warning
