from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.cascade.measurement import measure
from core.labels import organ_mask, tumor_mask
from core.phantom import Phantom, make_phantom, write_phantoms
from core.phantom.anatomy import Build, Liver, body, make_liver
from core.phantom.canvas import Canvas, quantum_noise
from core.phantom.lesions import place_lesions
from core.phantom.shapes import ellipsoid

FIELD_MM = (360.0, 360.0, 180.0)
SPACINGS = [(1.4, 1.4, 3.0), (2.0, 2.0, 2.0), (1.0, 1.0, 5.0), (2.5, 2.5, 2.5)]
COARSE = (3.0, 3.0, 3.0)

Spacing = tuple[float, float, float]


@cache
def patient(
    seed: int, spacing: Spacing = COARSE, lesions: int | None = 4, noise: float | None = 0.0
) -> Phantom:
    x, y, z = (round(mm / step) for mm, step in zip(FIELD_MM, spacing, strict=True))
    return make_phantom(seed, shape=(x, y, z), spacing=spacing, lesions=lesions, noise_hu=noise)


@cache
def anatomy(seed: int) -> tuple[Build, Liver]:
    rng = np.random.default_rng([seed, 0])
    build = Build.of(rng)
    return build, make_liver(rng, build)


def centroid_mm(phantom: Phantom, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    mean: NDArray[np.float64] = np.argwhere(mask).mean(axis=0)
    return mean @ phantom.volume.affine[:3, :3].T + phantom.volume.affine[:3, 3]


def hu_at(phantom: Phantom, x: float, y: float, z: float) -> float:
    """Mean HU of the 27 voxels around a point in RAS mm."""
    i, j, k = np.rint(np.linalg.solve(phantom.volume.affine, [x, y, z, 1])[:3]).astype(int)
    return float(phantom.volume.hu[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2].mean())


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
def test_true_mask_has_the_analytic_volumes_at_every_spacing(spacing: Spacing) -> None:
    phantom = patient(3, spacing)
    found = measure(phantom.volume, phantom.labels)
    assert found.liver_volume_ml == pytest.approx(phantom.truth.organ_volume_ml, rel=0.01)
    assert found.tumor_volume_ml == pytest.approx(phantom.truth.tumor_volume_ml, rel=0.01)


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
def test_true_mask_has_the_analytic_diameters_within_a_voxel(spacing: Spacing) -> None:
    phantom = patient(3, spacing)
    found = measure(phantom.volume, phantom.labels).lesions
    assert len(found) == len(phantom.truth.lesions) == 4
    for lesion in phantom.truth.lesions:
        gaps = [np.subtract(one.centroid_mm, lesion.center_mm) for one in found]
        seen = found[int(np.argmin(np.linalg.norm(gaps, axis=1)))]
        assert abs(seen.longest_diameter_mm - lesion.longest_diameter_mm) <= max(spacing)
        assert abs(seen.short_diameter_mm - lesion.short_diameter_mm) <= max(spacing)


def test_surveyed_organ_volume_does_not_depend_on_the_scan() -> None:
    assert patient(3, COARSE).truth == patient(3, SPACINGS[1]).truth


def test_livers_are_as_large_as_in_adults() -> None:
    volumes = [patient(seed, (6.0, 6.0, 6.0)).truth.organ_volume_ml for seed in range(4)]
    assert all(1000 < volume < 2200 for volume in volumes)
    assert max(volumes) > 1.05 * min(volumes)


def test_same_seed_gives_the_same_voxels_and_another_seed_another_patient() -> None:
    def scan(seed: int) -> Phantom:
        return make_phantom(seed, shape=(40, 40, 20), spacing=(9, 9, 9))

    first, again, other = scan(5), scan(5), scan(6)
    assert np.array_equal(first.volume.hu, again.volume.hu)
    assert np.array_equal(first.labels, again.labels)
    assert first.volume.digest == again.volume.digest != other.volume.digest


def test_anatomy_of_a_seed_does_not_change_with_its_lesions() -> None:
    with_some, without = patient(3, lesions=4), patient(3, lesions=0)
    assert np.array_equal(organ_mask(with_some.labels), organ_mask(without.labels))
    elsewhere = ~organ_mask(without.labels)
    near = np.abs(with_some.volume.hu.astype(int) - without.volume.hu)[elsewhere]
    assert np.mean(near > 2) < 1e-3


@pytest.mark.parametrize("count", range(7))
def test_as_many_lesions_as_asked_for_lie_apart_and_wholly_inside(count: int) -> None:
    organ = anatomy(count)[1].organ
    lesions = place_lesions(np.random.default_rng(count), organ, count, (5.0, 35.0))
    assert len(lesions) == count
    canvas = Canvas.blank((120, 120, 90), (2.5, 2.5, 2.0))
    box = canvas.box(organ)
    inside = canvas.field(organ, box) < 0
    bodies = [canvas.field(lesion.shape, box) < 0 for lesion in lesions]
    assert all((mask <= inside).all() for mask in bodies)
    assert np.sum(bodies, axis=0).max(initial=0) <= 1


@settings(max_examples=12, deadline=None)
@given(
    radii=st.tuples(*[st.floats(8, 20)] * 3),
    shift=st.tuples(*[st.floats(-3, 3)] * 3),
    steps=st.tuples(*[st.floats(0.8, 3)] * 3),
)
def test_edge_voxels_hold_the_part_of_the_body_that_is_in_them(
    radii: Spacing, shift: Spacing, steps: Spacing
) -> None:
    x, y, z = (round(54 / step) for step in steps)
    canvas = Canvas.blank((x, y, z), steps)
    canvas.hu[:] = 0
    canvas.paint(ellipsoid(shift, radii), 1.0)
    volume = 4 / 3 * np.pi * np.prod(radii)
    assert canvas.hu.sum() * np.prod(steps) == pytest.approx(volume, rel=0.04)
    assert np.any((canvas.hu > 0.1) & (canvas.hu < 0.9))


def test_organs_have_the_attenuation_of_a_portal_venous_scan() -> None:
    phantom = patient(3, (1.4, 1.4, 3.0))
    build, liver = anatomy(3)
    parenchyma = phantom.volume.hu[phantom.labels == 1]
    assert 88 < np.median(parenchyma) < 122
    assert 125 < hu_at(phantom, *(0.5 * np.add(liver.trunk[0].low, liver.trunk[0].high))) < 190
    assert -125 < hu_at(phantom, 0, build.half_depth + build.wall + 0.4 * build.fat, -60) < 90
    assert 20 < hu_at(phantom, 0, -57, 0) < 60
    assert 30 < hu_at(phantom, 35, -80, 0) < 85
    assert hu_at(phantom, 70, -20, 87) < -700
    assert phantom.volume.hu[0, -1, 0] < -950


def test_lesions_stand_out_from_the_liver_by_their_own_attenuation() -> None:
    phantom = patient(3, (1.4, 1.4, 3.0))
    for lesion in phantom.truth.lesions:
        assert 20 <= lesion.hu <= 75 or 150 <= lesion.hu <= 172
        assert hu_at(phantom, *lesion.center_mm) == pytest.approx(lesion.hu, abs=35)


@pytest.mark.parametrize("seed", [0, 1])
def test_liver_lies_on_the_right_under_the_lungs_in_front_of_the_spine(seed: int) -> None:
    phantom = patient(seed)
    hu, labels = phantom.volume.hu, phantom.labels
    liver = centroid_mm(phantom, organ_mask(labels))
    inside = anatomy(seed)[0]
    x, y, z = Canvas.blank(phantom.volume.shape, phantom.volume.spacing).axes
    lungs = centroid_mm(phantom, (hu < -700) & (body(inside).grow(-20).field(x, y, z) < 0))
    assert liver[0] > 25
    assert liver[2] < lungs[2] - 30
    bone = centroid_mm(phantom, (hu > 250) & (np.abs(x) < 25) & (y < 0))
    assert bone[1] < liver[1] - 20


def test_noise_has_its_standard_deviation_and_the_grain_of_a_ct() -> None:
    noise = quantum_noise(np.random.default_rng(0), (128, 128, 4), (1.4, 1.4, 3.0), 12.0)
    assert noise.std() == pytest.approx(12, rel=0.01)
    neighbours = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    apart = np.corrcoef(noise[:-12].ravel(), noise[12:].ravel())[0, 1]
    assert 0.05 < neighbours < 0.7
    assert abs(apart) < 0.05
    power = np.abs(np.fft.fft2(noise[:, :, 0])) ** 2
    assert power[1:3, 0:3].mean() < power[15:25, 0:3].mean()


def test_phantoms_written_in_lits_layout_come_back_on_their_grid(tmp_path: Path) -> None:
    paths = write_phantoms(tmp_path, 2, 11, shape=(40, 36, 20), spacing=(9.0, 9.0, 8.0))
    assert [path.name for path in paths] == ["volume-0.nii.gz", "volume-1.nii.gz"]
    scan, mask = (nib.load(tmp_path / f"{name}-1.nii.gz") for name in ("volume", "segmentation"))
    made = make_phantom(12, shape=(40, 36, 20), spacing=(9.0, 9.0, 8.0))
    assert (scan.get_data_dtype(), mask.get_data_dtype()) == (np.int16, np.uint8)
    assert np.array_equal(np.asarray(scan.dataobj), made.volume.hu)
    assert np.array_equal(np.asarray(mask.dataobj), made.labels)
    for image in (scan, mask):
        assert np.allclose(image.get_sform(), made.volume.affine)
        assert np.allclose(image.get_qform(), made.volume.affine)
        assert image.header.get_xyzt_units()[0] == "mm"


def test_scan_says_that_it_is_synthetic_and_cannot_be_written_to() -> None:
    phantom = patient(3)
    assert phantom.volume.synthetic
    assert "synthetic" in phantom.volume.notes[0]
    assert not phantom.volume.hu.flags.writeable
    assert not phantom.labels.flags.writeable


@pytest.mark.parametrize("shape", [(64, 64, 1), (1, 64, 30), (30, 20, 10)])
def test_a_grid_that_misses_most_of_the_patient_is_no_trouble(
    shape: tuple[int, int, int],
) -> None:
    phantom = make_phantom(3, shape=shape, spacing=(2.0, 2.0, 2.0), lesions=6)
    assert phantom.volume.shape == phantom.labels.shape == shape
    assert tumor_mask(phantom.labels).sum() <= organ_mask(phantom.labels).sum()


@pytest.mark.parametrize(
    "wrong",
    [{"lesions": 7}, {"lesions": -1}, {"spacing": (1, 0, 1)}, {"radius_mm": (9, 5)}],
    ids=str,
)
def test_impossible_wishes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="got"):
        make_phantom(0, **wrong)  # type: ignore[arg-type]
