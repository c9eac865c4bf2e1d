"""The cascade, with networks that see by brightness alone."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.asking import RIM_MM
from core.cascade.networks import Networks
from core.cascade.segmentation import STAGES, Segmentation, relabel, segment
from core.errors import Cancelled
from core.geometry.fits import Box
from core.io import read
from core.io.export import labels_to_nifti
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.models.runtime import Network
from core.presets import FOCUS, PAPER
from core.volume import Volume, to_native, volume_from_array
from tests import scene

ORIENTATIONS = [
    np.column_stack([axes, flips])
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((1, -1), repeat=3)
]
GRIDS = [
    ((72, 60, 26), (4.0, 4.0, 6.0)),
    ((190, 150, 40), (1.5, 1.6, 4.0)),
    ((140, 60, 52), (2.0, 4.0, 3.0)),
    ((96, 90, 50), (3.0, 2.7, 3.1)),
]


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


@pytest.mark.parametrize(("shape", "spacing"), GRIDS, ids=str)
def test_balls_have_their_true_volumes_on_any_grid(
    shape: tuple[int, int, int], spacing: scene.Triple, networks: Networks
) -> None:
    hu, _ = scene.draw(shape, spacing)
    volume = volume_from_array(hu, scene.affine_of(spacing), source="s", digest="d")
    labels = segment(volume, PAPER, networks=networks).labels
    organ_ml = organ_mask(labels).sum() * volume.voxel_ml
    tumor_ml = tumor_mask(labels).sum() * volume.voxel_ml
    assert organ_ml == pytest.approx(scene.LIVER_ML, rel=0.03)
    assert tumor_ml == pytest.approx(scene.TUMOR_ML, rel=0.08)


def test_tumor_network_may_look_at_the_livers_box_alone(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    sizes = []

    def tumor(images: NDArray[np.float32]) -> NDArray[np.float32]:
        sizes.append((images > 0)[..., 0].mean((1, 2)).max())
        return networks.tumor(images)

    close = replace(PAPER, tumor_margin=0.1)
    labels = segment(scan, close, networks=replace(networks, tumor=tumor)).labels
    truth = tumor_mask(scene.draw()[1])
    assert max(sizes) > 0.4, "the liver fills the square"
    assert overlap(truth, tumor_mask(labels)).dice > 0.98
    np.testing.assert_array_equal(organ_mask(labels), organ_mask(found.labels))


def test_liver_network_may_look_closer_once_the_liver_is_found(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    body = []

    def liver(images: NDArray[np.float32]) -> NDArray[np.float32]:
        body.append((images > 0)[..., 0].mean())
        return networks.liver(images)

    close = replace(PAPER, finder="paper", liver_margin=0.15)
    closer = segment(scan, close, networks=replace(networks, liver=liver, finder=networks.liver))
    box = closer.liver_box
    assert box is not None
    assert box.rows < scan.shape[1]
    assert box.columns < scan.shape[0]
    assert np.mean(body) > 0.9, "the body's surroundings are out of sight"
    assert overlap(organ_mask(scene.draw()[1]), organ_mask(closer.labels)).dice > 0.98
    whole, close_up = (each.looks(scan).liver.show(scan, slice(20, 21)) for each in (found, closer))
    assert (close_up > 0).mean() > (whole > 0).mean()


def test_several_tumor_networks_tell_how_far_they_agree(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    def blind(images: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros(images.shape[:3], np.float32)

    def agreement(*tumor: Network) -> float | None:
        return segment(scan, PAPER, networks=replace(networks, tumor=tumor)).agreement

    assert isinstance(networks.tumor, Callable)
    assert found.agreement is None, "one network has nobody to agree with"
    assert agreement(networks.tumor, networks.tumor) == 1
    # Of three pairs one agrees: its Dice is 1, that of the others 0, over 2, 1 and 1 masks.
    assert agreement(networks.tumor, networks.tumor, blind) == pytest.approx(1 / 2)
    assert agreement(blind, blind) is None
    voted = segment(scan, PAPER, networks=replace(networks, tumor=(networks.tumor,) * 3))
    np.testing.assert_array_equal(voted.tumor_probability, found.tumor_probability)


def test_without_a_liver_the_closer_look_has_the_whole_slice(
    scan: Volume, networks: Networks
) -> None:
    close = replace(PAPER, finder="paper", liver_margin=0.15)
    nothing = replace(networks, finder=lambda images: np.zeros(images.shape[:3], np.float32))
    box = segment(scan, close, networks=nothing).liver_box
    assert box == Box(0, scan.shape[1], 0, scan.shape[0])


def test_labels_and_probabilities_lie_on_the_grid_of_the_scan(
    scan: Volume, found: Segmentation
) -> None:
    for array in (found.labels, found.liver_probability, found.tumor_probability):
        assert array.shape == scan.shape
        assert array.dtype == np.uint8
    truth = scene.draw()[1]
    assert overlap(organ_mask(truth), organ_mask(found.labels)).dice > 0.98
    assert overlap(tumor_mask(truth), tumor_mask(found.labels)).dice > 0.95


def test_result_says_how_it_was_made(found: Segmentation) -> None:
    assert found.preset == "paper"
    assert (found.liver_threshold, found.tumor_threshold) == (0.5, 0.5)
    assert found.models == {"liver": "a" * 64, "tumor": "b" * 64}
    assert tuple(found.seconds) == STAGES
    assert all(seconds >= 0 for seconds in found.seconds.values())


def test_probabilities_are_those_of_the_networks(scan: Volume, found: Segmentation) -> None:
    x, y, z = (int(at // step) for at, step in zip(scene.LIVER_AT, scan.spacing, strict=True))
    assert found.liver_probability[x - 10, y, z] >= 253, "inside the ball, but for 8 bits"
    assert found.liver_probability[2, 2, z] == 0, "in the air"


def test_progress_passes_every_stage_and_never_goes_back(scan: Volume, networks: Networks) -> None:
    told: list[tuple[str, float]] = []
    segment(scan, PAPER, networks=networks, progress=lambda stage, done: told.append((stage, done)))
    assert [stage for stage, _ in itertools.groupby(told, key=lambda step: step[0])] == list(STAGES)
    for stage in STAGES:
        fractions = [fraction for name, fraction in told if name == stage]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0, 1)
    assert len(told) > 2 * len(STAGES), "long stages tell of their batches"


@pytest.mark.parametrize("patience", [0, 1, 3, 6])
def test_cancelled_segmentation_stops(scan: Volume, networks: Networks, patience: int) -> None:
    asked: list[str] = []
    with pytest.raises(Cancelled):
        segment(
            scan,
            PAPER,
            networks=networks,
            progress=lambda stage, _: asked.append(stage),
            cancelled=lambda: len(asked) >= patience,
        )
    assert len(asked) <= patience + 1


def test_network_is_asked_in_batches_of_bounded_size(networks: Networks, scan: Volume) -> None:
    sizes: list[int] = []

    def liver(images: NDArray[np.float32]) -> NDArray[np.float32]:
        sizes.append(len(images))
        return networks.liver(images)

    segment(scan, PAPER, networks=replace(networks, liver=liver))
    assert max(sizes) <= 16
    assert sum(sizes) == scan.shape[2]


def test_tumor_network_sees_the_liver_alone(networks: Networks, scan: Volume) -> None:
    seen: list[NDArray[np.float32]] = []

    def tumor(images: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(images)
        return networks.tumor(images)

    found = segment(scan, PAPER, networks=replace(networks, tumor=tumor))
    lit = np.concatenate(seen)[..., 0] > 0
    assert lit.any(axis=(1, 2)).sum() == organ_mask(found.labels).any(axis=(0, 1)).sum()
    assert np.concatenate(seen)[lit].min() > scene.gray_of(scene.BODY), "no body beside the liver"


def test_scan_without_a_liver_has_no_labels(networks: Networks) -> None:
    air = volume_from_array(
        np.full((40, 40, 8), -1000, np.int16), np.eye(4), source="s", digest="d"
    )
    found = segment(air, PAPER, networks=networks)
    assert not found.labels.any()
    assert {step.changed_ml for step in found.steps} == {0}


def test_called_again_at_the_same_thresholds_labels_are_the_same(
    scan: Volume, found: Segmentation
) -> None:
    again = relabel(scan, found, 0.5, 0.5)
    np.testing.assert_array_equal(again.labels, found.labels)
    assert again.steps == found.steps


def test_higher_threshold_shrinks_what_is_called(scan: Volume, found: Segmentation) -> None:
    strict = relabel(scan, found, 0.9, 0.9)
    assert 0 < organ_mask(strict.labels).sum() < organ_mask(found.labels).sum()
    assert 0 < tumor_mask(strict.labels).sum() < tumor_mask(found.labels).sum()
    assert (strict.liver_threshold, strict.tumor_threshold) == (0.9, 0.9)
    np.testing.assert_array_equal(strict.liver_probability, found.liver_probability)


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
def test_labels_lie_on_the_scan_whatever_its_orientation(
    orientation: NDArray[np.int_], found: Segmentation, networks: Networks, tmp_path: Path
) -> None:
    straight = nib.Nifti1Image(scene.draw()[0], scene.affine_of())
    straight.header.set_xyzt_units("mm")
    turned = straight.as_reoriented(orientation)
    nib.save(turned, tmp_path / "ct.nii")
    volume = read(tmp_path / "ct.nii")
    labels = segment(volume, PAPER, networks=networks).labels

    (tmp_path / "labels.nii.gz").write_bytes(labels_to_nifti(volume, labels))
    written = nib.Nifti1Image.from_filename(tmp_path / "labels.nii.gz")
    assert written.shape == turned.shape
    np.testing.assert_allclose(written.affine, turned.affine, atol=1e-4)
    back = nib.as_closest_canonical(written)
    np.testing.assert_allclose(back.affine, scene.affine_of(), atol=1e-4)
    np.testing.assert_array_equal(np.asarray(back.dataobj), found.labels)


def test_real_liver_is_found(real_data: Path, shipped_weights: Path) -> None:
    assert shipped_weights.is_dir()
    volume = read(real_data / "volumes/ircad-01/ct.nii.gz")
    labels = segment(volume, PAPER).labels
    truth = read(real_data / "volumes/ircad-01/labels-liver-only.nii.gz").hu > 0
    assert overlap(truth, organ_mask(labels)).dice >= 0.92


def test_liver_network_is_asked_only_where_the_first_one_saw_a_liver() -> None:
    """A chest above it costs nothing."""
    hu, labels = scene.draw()
    chest = np.full((*hu.shape[:2], 40), scene.AIR, hu.dtype)
    volume = volume_from_array(
        np.concatenate([hu, chest], axis=2), scene.affine_of(), source="tall", digest="1" * 64
    )
    fake = scene.fake_networks()
    asked: list[int] = []
    assert not isinstance(fake.liver, tuple)
    liver = fake.liver

    def counted(images: NDArray[np.float32]) -> NDArray[np.float32]:
        asked.append(len(images))
        return liver(images)

    found = segment(volume, FOCUS, networks=replace(fake, liver=counted, finder=liver))
    rim = math.ceil(RIM_MM / volume.spacing[2])
    assert sum(asked) <= np.count_nonzero(labels.any(axis=(0, 1))) + 2 * rim
    assert (found.labels[..., -20:] == 0).all()
    back = to_native(found.labels, volume.native)[..., : hu.shape[2]]
    assert overlap(labels > 0, back > 0).dice > 0.9
