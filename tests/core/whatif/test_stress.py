"""The stress lab: what is made worse about a scan is what was asked for, and nothing else."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.errors import Cancelled
from core.geometry.fits import axial_view
from core.labels import organ_mask
from core.presets import PAPER
from core.volume import Volume, volume_from_array
from core.whatif.stress.degrade import coarsened, degrade, degrade_labels, scan_noise, turn
from core.whatif.stress.knobs import KNOBS, Stress
from core.whatif.stress.robustness import (
    STAGE,
    Subject,
    robustness,
    score,
    to_csv,
    undisturbed,
)
from tests import scene

NOISE_HU = 12.0
ISOTROPIC = (1.0, 1.0, 1.0)


def flat(hu: NDArray[np.floating] | float, shape: tuple[int, int, int] = (96, 96, 9)) -> Volume:
    """A scan of one level, or of the given voxels."""
    voxels = np.broadcast_to(hu, shape).copy()
    return volume_from_array(voxels, np.diag([1.0, 1.0, 1.0, 1]), source="flat", digest="3" * 64)


def white(sd: float) -> Volume:
    return flat(np.random.default_rng(1).normal(50, sd, (96, 96, 9)))


def everywhere(volume: Volume) -> NDArray[np.bool_]:
    return np.ones(volume.shape, bool)


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


@pytest.fixture(scope="module")
def subject(scan: Volume, found: Segmentation) -> Subject:
    truth = scene.draw()[1]
    return Subject(scan, found.labels, found.used, NOISE_HU, slice(2, 24, 2), truth)


def test_no_stress_changes_nothing_bit_by_bit(scan: Volume, found: Segmentation) -> None:
    same = degrade(scan, Stress(), organ_mask(found.labels), noise_hu=NOISE_HU)
    np.testing.assert_array_equal(same.hu, scan.hu)
    np.testing.assert_array_equal(same.affine, scan.affine)
    for knob in KNOBS.values():
        assert knob.at(knob.none) == Stress()
        assert knob.none in knob.levels


@pytest.mark.parametrize("name", KNOBS)
def test_every_stress_changes_the_scan(scan: Volume, found: Segmentation, name: str) -> None:
    knob = KNOBS[name]
    for level in {knob.levels[0], knob.levels[-1]} - {knob.none}:
        changed = degrade(scan, knob.at(level), organ_mask(found.labels), noise_hu=NOISE_HU)
        assert changed.shape == scan.shape
        assert changed.hu.dtype == np.int16
        assert (changed.hu != scan.hu).any()


@pytest.mark.parametrize("dose", [0.5, 0.25, 0.1])
def test_noise_grows_as_one_over_the_root_of_the_dose(dose: float) -> None:
    scan = white(NOISE_HU)
    seen = degrade(scan, Stress(dose=dose), everywhere(scan), noise_hu=NOISE_HU)
    assert seen.hu.std() == pytest.approx(NOISE_HU / np.sqrt(dose), rel=0.03)
    assert seen.hu.mean() == pytest.approx(50, abs=0.5)


def test_noise_of_a_slice_is_its_own_whatever_others_are_asked_for() -> None:
    scan = flat(50.0)
    every, some = (
        degrade(scan, Stress(dose=0.2), everywhere(scan), noise_hu=NOISE_HU, part=part)
        for part in (slice(None), slice(1, 9, 3))
    )
    np.testing.assert_array_equal(some.hu, every.hu[..., 1:9:3])
    assert (every.hu[..., 1] != every.hu[..., 2]).any()
    other = degrade(scan, Stress(dose=0.2), everywhere(scan), noise_hu=NOISE_HU, seed=1)
    assert (other.hu != every.hu).any()


@pytest.mark.parametrize("slices", [3, 5])
def test_averaged_slices_have_less_white_noise_by_the_root_of_their_number(slices: int) -> None:
    scan = white(40)
    seen = degrade(scan, Stress(slices=slices), everywhere(scan), noise_hu=0.0)
    inner = seen.hu[..., slices // 2 : -(slices // 2)]
    assert inner.std() == pytest.approx(40 / np.sqrt(slices), rel=0.03)


def test_thick_slice_is_the_mean_of_its_neighbors_and_lies_in_their_middle() -> None:
    scan = flat(np.arange(9.0) * 30, (8, 8, 9))
    seen = degrade(scan, Stress(slices=5), everywhere(scan), noise_hu=0.0)
    assert seen.hu[4, 4].tolist() == [30, 45, 60, 90, 120, 150, 180, 195, 210]


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_those_of_numpy(quarters: int) -> None:
    rng = np.random.default_rng(3)
    mask = rng.integers(0, 3, (64, 64, 2)).astype(np.uint8)
    turned = degrade_labels(mask, Stress(degrees=90.0 * quarters), ISOTROPIC)
    expected = np.rot90(axial_view(mask), quarters, axes=(1, 2))
    np.testing.assert_array_equal(axial_view(turned), expected)
    hu = rng.normal(0, 50, (64, 64, 2))
    scan = flat(hu, (64, 64, 2))
    seen = degrade(scan, Stress(degrees=90.0 * quarters), everywhere(scan), noise_hu=0.0)
    np.testing.assert_array_equal(
        axial_view(seen.hu), np.rot90(axial_view(scan.hu), quarters, axes=(1, 2))
    )


def test_turned_ball_of_unequal_pixels_stays_round() -> None:
    rows, columns = np.mgrid[:100, :50]
    disc = ((np.hypot(rows - 49.5, (columns - 24.5) * 2) < 30) * 200).astype(np.uint8)[None]
    turned = turn(disc, 37, (2.0, 1.0, 5.0), smooth=False)
    assert np.count_nonzero(turned != disc) < 0.03 * np.count_nonzero(disc)


def test_turning_there_and_back_gives_the_mask_but_for_its_edge(found: Segmentation) -> None:
    there = degrade_labels(found.labels, Stress(degrees=20), scene.SPACING)
    back = degrade_labels(there, Stress(degrees=-20), scene.SPACING)
    wrong = np.count_nonzero(organ_mask(back) != organ_mask(found.labels))
    assert wrong < 0.08 * np.count_nonzero(organ_mask(found.labels))


def test_only_the_liver_gets_darker(scan: Volume, found: Segmentation) -> None:
    organ = organ_mask(found.labels)
    seen = degrade(scan, Stress(shift_hu=-30), organ, noise_hu=0.0)
    change = seen.hu.astype(int) - scan.hu
    assert np.median(change[organ]) == -30
    assert not change[~organ & (scan.hu < -500)].any()


def test_unenhanced_liver_loses_its_iodine_and_keeps_its_noise() -> None:
    scan = white(NOISE_HU)
    bright = flat(scan.hu.astype(float) + 60)
    seen = degrade(bright, Stress(enhancement=0), everywhere(bright), noise_hu=NOISE_HU)
    inner = seen.hu[20:-20, 20:-20].astype(float)
    assert inner.mean() == pytest.approx(55, abs=2)
    assert inner.std() == pytest.approx(NOISE_HU, rel=0.1)
    dark = flat(scan.hu.astype(float) - 40)
    same = degrade(dark, Stress(enhancement=0), everywhere(dark), noise_hu=NOISE_HU)
    np.testing.assert_array_equal(same.hu, dark.hu)


def test_blur_spreads_a_point_by_its_width() -> None:
    point = np.zeros((61, 61, 1))
    point[30, 30] = 20_000
    scan = flat(point, (61, 61, 1))
    seen = degrade(scan, Stress(blur_mm=6), everywhere(scan), noise_hu=0.0).hu[..., 0]
    above = np.count_nonzero(seen[:, 30] >= seen.max() / 2)
    assert above == pytest.approx(6, abs=1)
    assert seen.sum() == pytest.approx(20_000, rel=0.03)


def test_coarser_pixels_keep_the_mean_and_lose_detail() -> None:
    image = np.random.default_rng(2).normal(60, 20, (80, 60)).astype(np.float32)
    seen = coarsened(image, 4)
    assert seen.shape == image.shape
    assert seen.mean() == pytest.approx(60, abs=1)
    assert seen.std() < 8


def test_impossible_stress_is_refused() -> None:
    with pytest.raises(ValueError, match="share of the dose"):
        Stress(dose=0)
    with pytest.raises(ValueError, match="odd number"):
        Stress(slices=2)
    with pytest.raises(ValueError, match="negative stress"):
        Stress(coarser=0.5)


def test_levels_are_written_with_their_units() -> None:
    assert KNOBS["dose"].worded(0.05) == "5%"
    assert KNOBS["degrees"].worded(-5) == "-5°"
    assert [KNOBS["slices"].worded(level) for level in (1, 3)] == ["1 slice", "3 slices"]


def test_scan_without_a_liver_has_no_noise_to_measure(scan: Volume) -> None:
    assert scan_noise(scan, np.zeros(scan.shape, np.uint8)) == 0


def test_truth_is_known_and_the_undisturbed_result_agrees_with_itself(
    subject: Subject, networks: Networks
) -> None:
    reference = undisturbed(subject, networks)
    found = score(subject, Stress(), reference, reference)
    assert (found.liver_agreement, found.tumor_agreement) == (1, 1)
    assert found.liver_dice > 0.9
    assert found.tumor_dice > 0.8
    assert found.liver_ml == pytest.approx(scene.LIVER_ML, rel=0.1)
    without = score(replace(subject, truth=None), Stress(), reference, reference)
    assert np.isnan(without.liver_dice)
    assert np.isnan(without.tumor_dice)


def test_truth_is_turned_with_the_patient(subject: Subject, networks: Networks) -> None:
    stress = Stress(degrees=30)
    labels = segment(subject.degraded(stress), subject.preset, networks=networks).labels
    reference = undisturbed(subject, networks)
    found = score(subject, stress, labels, reference)
    assert found.liver_dice > 0.9
    assert found.liver_agreement > 0.9
    assert score(subject, Stress(), labels, reference).liver_dice < found.liver_dice - 0.05


def test_curve_passes_the_undisturbed_scan_and_falls_with_the_noise(
    subject: Subject, networks: Networks
) -> None:
    told: list[tuple[str, float]] = []
    levels = robustness(
        subject,
        KNOBS["dose"],
        levels=(0.02, 0.2),
        networks=networks,
        progress=lambda stage, done: told.append((stage, done)),
    )
    assert [one.level for one in levels] == [0.02, 0.2, 1.0]
    agreed = [one.score.tumor_agreement for one in levels]
    assert agreed[0] < agreed[1] < agreed[2] == 1
    assert told[0] == (STAGE, 0)
    assert told[-1] == (STAGE, 1)
    lines = to_csv(KNOBS["dose"], levels).splitlines()
    assert lines[0] == ",".join(["stress", "level", "unit", *asdict(levels[0].score)])
    assert lines[-1].startswith("dose,1,%,1,1,1,1,")


def test_what_is_not_defined_stays_empty_in_the_table(subject: Subject, networks: Networks) -> None:
    blind = replace(subject, truth=None)
    levels = robustness(blind, KNOBS["blur_mm"], levels=(), networks=networks)
    assert ",,," in to_csv(KNOBS["blur_mm"], levels)


def test_sweep_stops_when_cancelled(subject: Subject, networks: Networks) -> None:
    with pytest.raises(Cancelled, match="scan and its result stay"):
        robustness(subject, KNOBS["dose"], networks=networks, cancelled=lambda: True)
