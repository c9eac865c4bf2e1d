"""The stages of the walk show what the cascade did, and follow what is moved."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from core.cascade.asking import ask_for_liver, ask_for_tumor
from core.cascade.measurement import measure
from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.draw.canvas import squared
from core.draw.overlay import heat
from core.draw.sheet import montage_png
from core.draw.slices import upright
from core.geometry.components import bounding_box
from core.geometry.windows import LIVER_WINDOW, Window, apply_window
from core.labels import TUMOR, organ_mask
from core.presets import FOCUS, PAPER, Preset
from core.volume import Volume, volume_from_array
from core.walkthrough import answers, inputs
from core.walkthrough import scan as before
from core.walkthrough.channels import channel_content, layer_named, look_inside, summary_of
from core.walkthrough.drawing import front_view
from core.walkthrough.moment import Moment, Number, Overall, numbers_csv
from core.walkthrough.thumbs import thumb_of
from core.walkthrough.walk import (
    Result,
    Settings,
    moved_gray,
    with_settings,
)
from tests import scene
from tests.layers import load_brightness

# Through the liver and its tumor.
Z = 14


def networks_for(preset: Preset) -> Networks:
    fake = scene.fake_networks()
    return replace(fake, finder=fake.liver) if preset.finder else fake


@pytest.fixture(params=[PAPER, FOCUS], ids=lambda preset: preset.name)
def preset(request: pytest.FixtureRequest) -> Preset:
    return request.param


@pytest.fixture
def found(scan: Volume, preset: Preset) -> Segmentation:
    return segment(scan, preset, networks=networks_for(preset))


def moment_of(volume: Volume, found: Segmentation, preset: Preset, z: int = Z) -> Moment:
    settings = Settings.of(found)
    result = Result(found, measure(volume, found.labels), settings)
    return Moment(volume, z, settings, preset, result, Overall.of(volume, found, preset))


def moved(volume: Volume, found: Segmentation, preset: Preset, settings: Settings) -> Result:
    own = Settings.of(found)
    return with_settings(volume, found, own, settings, Z, lambda _: networks_for(preset))


def number(numbers: tuple[Number, ...], name: str) -> float | int | str:
    return next(each.value for each in numbers if each.name == name)


def test_slice_asked_alone_answers_as_in_the_whole_run(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    networks, looks = networks_for(preset), found.looks(scan)
    for z in (0, Z, 20):
        only = range(z, z + 1)
        liver = ask_for_liver(scan, networks, looks, only)
        np.testing.assert_array_equal(liver, found.liver_probability[..., only])
        tumor = ask_for_tumor(scan, networks, looks, only)
        np.testing.assert_array_equal(tumor, found.tumor_probability[..., only])


def test_squares_are_those_that_the_networks_saw(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    moment = moment_of(scan, found, preset)
    looks, only = found.looks(scan), slice(Z, Z + 1)
    liver, tumor = (look.show(scan, only)[0] for look in (looks.liver, looks.tumor))
    np.testing.assert_array_equal(inputs.liver_square(moment)[0], liver)
    np.testing.assert_array_equal(inputs.tumor_square(moment)[2], tumor)


def test_labels_stage_has_the_figures_of_the_result(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    numbers = answers.labels_stage(moment_of(scan, found, preset)).numbers
    findings = measure(scan, found.labels)
    assert number(numbers, "Liver volume") == findings.liver_volume_ml > 0
    assert number(numbers, "Tumor volume") == findings.tumor_volume_ml > 0
    assert number(numbers, "Lesions") == len(findings.lesions) == 1
    for step in found.steps:
        assert number(numbers, f"Step: {step.name}") == step.changed_ml


def test_curve_gives_what_each_threshold_calls(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    overall = Overall.of(scan, found, preset)
    for level in (1, 128, 255):
        called = np.count_nonzero(found.liver_probability >= level) * scan.voxel_ml
        assert overall.liver_ml[level] == pytest.approx(called)
    inside = found.tumor_probability[organ_mask(found.labels)]
    assert overall.tumor_ml[51] == pytest.approx(np.count_nonzero(inside >= 51) * scan.voxel_ml)


def test_moved_window_asks_about_one_slice_and_leaves_the_others(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    result = moved(scan, found, preset, replace(Settings.of(found), window=Window(-240, 360)))
    assert result.asked_anew == Z
    before, after = found.liver_probability, result.segmentation.liver_probability
    changed = np.flatnonzero((before != after).any(axis=(0, 1)))
    assert changed.tolist() == [Z]
    assert result.findings == measure(scan, result.segmentation.labels)


def test_moved_liver_threshold_shows_the_tumor_network_another_mask(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    result = moved(scan, found, preset, replace(Settings.of(found), liver_threshold=0.95))
    assert result.segmentation.liver_probability is found.liver_probability
    assert 0 < organ_mask(result.segmentation.labels).sum() < organ_mask(found.labels).sum()
    assert result.segmentation.liver_threshold == 0.95


def test_moved_tumor_threshold_asks_no_network(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    def never(_: Preset) -> Networks:
        raise AssertionError("asked")

    own = Settings.of(found)
    stricter = replace(own, tumor_threshold=0.9)
    result = with_settings(scan, found, own, stricter, Z, never)
    assert result.asked_anew is None
    assert result.findings.tumor_volume_ml < measure(scan, found.labels).tumor_volume_ml


def test_median_keeps_its_place_in_another_window() -> None:
    window = Window(-160, 240)
    hu = np.array([30, 100, 101], np.int16)
    median = float(np.median(apply_window(hu, LIVER_WINDOW)))
    assert moved_gray(median, LIVER_WINDOW, window) == np.median(apply_window(hu, window))
    assert moved_gray(174.5, LIVER_WINDOW, LIVER_WINDOW) == 174.5


@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2, 0)])
def test_slice_of_the_file_is_shown_as_the_file_has_it(axes: tuple[int, int, int]) -> None:
    hu = np.random.default_rng(0).integers(-100, 200, (6, 7, 8)).astype(np.int16)
    affine = np.zeros((4, 4))
    for column, axis in enumerate(axes):
        affine[axis, column] = -2.0
    affine[3, 3] = 1
    volume = volume_from_array(hu, affine, source="turned", digest="0" * 64)
    z = 2
    third = axes[2]
    index = volume.shape[third] - 1 - (z if third == 2 else volume.shape[third] // 2)
    np.testing.assert_array_equal(before.native_slice(volume, z), hu[:, :, index])


def test_histogram_counts_every_voxel_once_and_shares_sum_up() -> None:
    volume = scene.scan()
    counts = before.hu_histogram(volume)
    assert counts.sum() == volume.hu.size
    plain = Settings(LIVER_WINDOW, 0.5, 0.5)
    numbers = before.hounsfield_stage(Moment(volume, Z, plain, PAPER), counts).numbers
    shares = [each for each in numbers if each.unit == "%"]
    assert sum(float(each.value) for each in shares) == pytest.approx(100)
    air = 100 * np.mean(volume.hu == scene.AIR)
    assert shares[0].value == pytest.approx(air)


def test_stages_before_the_networks_need_no_result() -> None:
    moment = Moment(scene.scan(), Z, Settings(LIVER_WINDOW, 0.5, 0.5), FOCUS)
    for stage in (
        before.file_stage,
        before.window_stage,
        before.orientation_stage,
        before.slice_stage,
    ):
        assert stage(moment).numbers
    assert inputs.network_stage(moment).pictures
    assert thumb_of("network", moment)
    assert thumb_of("liver", moment) is None
    with pytest.raises(ValueError, match="needs a segmentation"):
        answers.tumor_stage(moment)


def test_slice_without_liver_has_every_stage(
    scan: Volume, found: Segmentation, preset: Preset
) -> None:
    moment = moment_of(scan, found, preset, z=0)
    assert not moment.masks[0].any()
    assert number(inputs.masked_stage(moment).numbers, "Liver in the square") == 0
    assert answers.pieces_stage(moment).pictures
    assert number(answers.tumor_stage(moment).numbers, "Highest in this slice") == 0


def test_front_view_shows_tumors_orange_in_a_blue_liver() -> None:
    labels = np.zeros((20, 20, 10), np.uint8)
    labels[4:16, 4:16, 2:8] = 1
    labels[4:6, 8:10, 6:8] = TUMOR
    view = front_view(labels, (1.0, 1.0, 2.0)).astype(int)
    assert view.shape[0] == view.shape[1]
    orange = view[..., 0] > view[..., 2] + 60
    rows, columns, _ = bounding_box(orange[..., None]) or pytest.fail("no orange")
    # The tumor is on the patient's left and near the head: right and above.
    assert columns.start > view.shape[1] / 2
    assert rows.stop < view.shape[0] / 2


def test_low_probabilities_let_the_slice_shine_through() -> None:
    gray = np.full((2, 2), 100, np.uint8)
    drawn = heat(np.array([[0, 0], [1, 1]], np.float32), gray)
    assert (drawn[0] == 100).all()
    assert (drawn[1, 0] != 100).any()


def test_pictures_have_square_pixels_and_one_file() -> None:
    assert upright(np.zeros((10, 10), np.uint8), (3.0, 1.5), 64).shape == (64, 32)
    assert squared(np.zeros((10, 4), np.uint8)).shape == (10, 10, 3)
    assert montage_png([np.zeros((10, 20), np.uint8)] * 2, 40).startswith(b"\x89PNG")


def test_channel_is_shown_with_the_size_of_its_pixels() -> None:
    square = np.tile(np.arange(64, dtype=np.uint8), (64, 1))
    answered = look_inside(load_brightness(None, 64), square)  # type: ignore[arg-type]
    layer = layer_named("block4a_expand_activation")
    content = channel_content(answered, layer, 2)
    assert number(content.numbers, "Maps") == "8 × 8 × 240"
    assert number(content.numbers, "One of their pixels covers") == "8 × 8 of 64 × 64"
    # The channel numbered 0 answers nothing.
    assert number(content.numbers, "Channels that answer alike everywhere") == 1
    assert summary_of(answered.maps[layer.name]).shape == (8, 8)


def test_numbers_are_written_with_their_stage_and_unit() -> None:
    numbers = (Number("Liver volume", 1646.123, "mL"), Number("Shift", -46.0, "HU", 0))
    assert [each.text for each in numbers] == ["1,646.1 mL", "−46 HU"]
    rows = list(csv.reader(io.StringIO(numbers_csv([("Labels", numbers)]).decode())))
    assert rows[1] == ["Labels", "Liver volume", "1646.123", "mL"]
