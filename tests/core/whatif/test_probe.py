"""The probe: lesions painted away or put in, and what the networks say then."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from core.cascade.measurement import lesion_map
from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, relabel, segment
from core.draw.crop import Closeup
from core.errors import Cancelled, HepatoScopeError
from core.geometry.slab import slab_of, spread_slices
from core.labels import organ_mask
from core.phantom import Phantom, make_phantom
from core.presets import FOCUS, PAPER, Preset
from core.volume import Volume, volume_from_array
from core.whatif.healthy_liver import (
    edge_sigma_mm,
    noise_of,
    parenchyma,
    smooth_inside,
    texture_like,
)
from core.whatif.probe.ball import ball_weight
from core.whatif.probe.edit import Edit, Lesion, insert, paint_away
from core.whatif.probe.place import lesions_called, roomiest_place
from core.whatif.probe.reaction import Answers, Reaction, react
from core.whatif.probe.sweep import (
    STAGES,
    crossing,
    dose_response,
    threshold_contrast,
    threshold_diameter,
    to_csv,
)
from core.whatif.probe.words import of_inserting, of_painting
from tests import scene

PRESETS = {"paper": PAPER, "focus": FOCUS}


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return make_phantom(7, shape=(150, 130, 40), spacing=(2.4, 2.4, 5.0), lesions=3, noise_hu=10)


@pytest.fixture(scope="module")
def place(phantom: Phantom) -> tuple[int, int, int]:
    found = roomiest_place(phantom.volume, phantom.labels, phantom.volume.shape[2] // 2)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


def with_finder() -> Networks:
    fake = scene.fake_networks()
    return replace(fake, finder=fake.liver)


def ask_of(name: str) -> Networks:
    return with_finder() if name == "focus" else scene.fake_networks()


def whole(volume: Volume, edit: Edit) -> Volume:
    """The scan with the change in it."""
    hu = volume.hu.copy()
    hu[..., edit.part] = edit.hu
    return volume_from_array(hu, volume.affine, source="edited", digest="1" * 64)


@pytest.mark.parametrize(("blur", "spacing"), [(0.5, (1.0, 1.0, 1.0)), (2.0, (0.8, 0.8, 2.5))])
def test_blurred_ball_keeps_its_volume_and_place(
    blur: float, spacing: tuple[float, float, float]
) -> None:
    radius, shape = 8.0, tuple(round(40 / side) for side in spacing)
    at = [size // 2 for size in shape]
    weight = ball_weight(shape, spacing, at, radius, blur)
    assert weight.sum() * np.prod(spacing) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.01)
    center = [np.average(axis, weights=weight) for axis in np.indices(shape)]
    np.testing.assert_allclose(center, at, atol=0.05)


def test_blurred_ball_is_the_convolution_of_a_ball() -> None:
    axis = np.arange(-15, 15.1, 0.5)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    sharp = (np.sqrt(x**2 + y**2 + z**2) <= 6).astype(float)
    expected = gaussian_filter(sharp, 1.5 / 0.5)
    weight = ball_weight(sharp.shape, (0.5, 0.5, 0.5), [30, 30, 30], 6.0, 1.5)
    np.testing.assert_allclose(weight, expected, atol=0.02)


@pytest.mark.parametrize("contrast", [-45.0, 30.0])
def test_inserted_ball_has_the_volume_the_level_and_the_place_asked_for(
    phantom: Phantom, place: tuple[int, int, int], contrast: float
) -> None:
    volume, lesion = phantom.volume, Lesion(place, 22, contrast, blur_mm=1.0)
    edit = insert(volume, phantom.labels, lesion)
    assert edit.weight.sum() * volume.voxel_ml == pytest.approx(lesion.volume_ml, rel=0.02)
    center = [np.average(axis, weights=edit.weight) for axis in np.indices(edit.weight.shape)]
    np.testing.assert_allclose(center, [place[0], place[1], place[2] - edit.part.start], atol=0.1)
    inside = edit.hu[edit.weight > 0.95]
    assert inside.mean() == pytest.approx(edit.base_hu + contrast, abs=2)
    assert inside.std() == pytest.approx(edit.noise_hu, rel=0.25)
    assert edit.noise_hu == pytest.approx(10, rel=0.2)


def test_level_may_be_given_itself(phantom: Phantom, place: tuple[int, int, int]) -> None:
    edit = insert(phantom.volume, phantom.labels, Lesion(place, 22, 0.0, hu=20.0, blur_mm=1.0))
    assert edit.hu[edit.weight > 0.95].mean() == pytest.approx(20, abs=2)
    assert edit.base_hu + edit.contrast_hu == pytest.approx(20, abs=2)


def test_nothing_changes_outside_the_lesion_or_outside_the_liver(
    phantom: Phantom, place: tuple[int, int, int]
) -> None:
    volume = phantom.volume
    edit = insert(volume, phantom.labels, Lesion(place, 70, -40))
    before = volume.hu[..., edit.part]
    assert (edit.hu[edit.weight == 0] == before[edit.weight == 0]).all()
    far = ~organ_mask(phantom.labels[..., edit.part])
    assert np.abs(edit.hu[far].astype(float) - before[far]).mean() < 0.5
    assert 0.2 < edit.inside_share < 0.99


def test_painted_lesion_looks_like_the_liver_around_it(phantom: Phantom) -> None:
    volume, labels = phantom.volume, phantom.labels
    lesion = lesions_called(labels)[0]
    edit = paint_away(volume, labels, lesion)
    hu = volume.hu.astype(np.float32)
    healthy = parenchyma(hu, labels, volume.spacing)[..., edit.part]
    around = hu[..., edit.part][healthy]
    before = hu[..., edit.part][edit.region]
    painted = edit.hu[edit.region]
    assert abs(before.mean() - around.mean()) > 15
    assert painted.mean() == pytest.approx(around.mean(), abs=3)
    assert painted.std() == pytest.approx(around.std(), rel=0.2)


def test_texture_is_as_grainy_as_the_liver_and_new_each_time() -> None:
    rng = np.random.default_rng(0)
    grain = gaussian_filter(rng.standard_normal((64, 64, 6)), [1.5, 1.5, 0.8]).astype(np.float32)
    mask = np.ones(grain.shape, bool)
    one, other = (texture_like(grain, mask, np.random.default_rng(seed)) for seed in (1, 2))

    def alike(values: NDArray[np.float32], axis: int) -> float:
        first, second = (np.delete(values, end, axis).ravel() for end in (0, -1))
        return float(np.corrcoef(first, second)[0, 1])

    for axis in (0, 2):
        assert alike(one, axis) == pytest.approx(alike(grain, axis), abs=0.12)
    assert one.std() == pytest.approx(1, rel=1e-3)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.15


def test_level_of_the_liver_goes_on_where_it_is_hidden() -> None:
    x = np.mgrid[:60, :60, :4][0].astype(np.float32)
    mask = np.ones(x.shape, bool)
    mask[20:40, 20:40] = False
    hidden = np.where(mask, 100 + x / 3, np.float32(0)).astype(np.float32)
    level = smooth_inside(hidden, mask, (1.0, 1.0, 3.0), 12)
    assert np.abs(level - (100 + x / 3))[15:45, 15:45].max() < 3


def test_noise_is_measured_in_the_liver_alone(phantom: Phantom) -> None:
    z = phantom.volume.shape[2] // 2
    assert noise_of(phantom.volume, phantom.labels, z) == pytest.approx(10, rel=0.2)
    assert noise_of(phantom.volume, np.zeros_like(phantom.labels), z) == 0


@pytest.mark.parametrize("sigma_mm", [1.0, 2.0])
def test_blur_of_the_scan_is_read_off_its_skin(sigma_mm: float) -> None:
    x, y = np.mgrid[-60:60, -60:60] * 0.8
    body = np.where(np.hypot(x, y) < 40, -100.0, -1000.0)
    hu = np.repeat(gaussian_filter(body, sigma_mm / 0.8)[..., None], 2, axis=2)
    scan = volume_from_array(hu, np.diag([0.8, 0.8, 3, 1]), source="disc", digest="2" * 64)
    assert edge_sigma_mm(scan, 0) == pytest.approx(sigma_mm, rel=0.25)


def test_place_outside_the_liver_is_refused(phantom: Phantom) -> None:
    with pytest.raises(HepatoScopeError, match="outside the liver"):
        insert(phantom.volume, phantom.labels, Lesion((1, 1, 20), 20, -40))


def test_lesion_larger_than_the_liver_is_refused(
    phantom: Phantom, place: tuple[int, int, int]
) -> None:
    with pytest.raises(HepatoScopeError, match="choose a smaller diameter"):
        insert(phantom.volume, phantom.labels, Lesion(place, 400, -40))


def test_liver_without_healthy_tissue_gives_no_texture(scan: Volume, found: Segmentation) -> None:
    labels = np.where(found.labels > 0, np.uint8(2), np.uint8(0))
    with pytest.raises(HepatoScopeError, match="hardly any liver without tumor"):
        paint_away(scan, labels, lesions_called(labels)[0])


def test_lesions_are_numbered_as_in_the_findings(phantom: Phantom) -> None:
    numbered = lesion_map(phantom.labels)
    lesions = lesions_called(phantom.labels)
    assert len(lesions) == 3
    for lesion in lesions:
        assert (numbered[lesion.region][lesion.mask] == lesion.number).all()
    assert lesions_called(np.zeros((4, 4, 4), np.uint8)) == ()


def test_no_liver_in_a_slice_has_no_room(scan: Volume) -> None:
    assert roomiest_place(scan, np.zeros(scan.shape, np.uint8), 3) is None


def test_many_slices_are_thinned_around_the_one_that_is_shown() -> None:
    hu = np.zeros((2, 2, 17), np.int16)
    edit = Edit(slice(5, 22), hu, hu.astype(np.float32), hu > 0, 0.0, 100.0, 10.0)
    assert edit.thinned(20, 9) is edit
    some = edit.thinned(6, through=13)
    assert list(range(40)[some.part]) == [7, 10, 13, 16, 19]
    assert some.hu.shape == (2, 2, 5)


@pytest.mark.parametrize("name", ["paper", "focus"])
def test_unchanged_slices_get_the_answers_of_the_segmentation(scan: Volume, name: str) -> None:
    networks = ask_of(name)
    found = segment(scan, PRESETS[name], networks=networks)
    part = slice(8, 18)
    hu = scan.hu[..., part].copy()
    edit = Edit(part, hu, np.zeros(hu.shape, np.float32), hu > 120, 0.0, 0.0, 0.0)
    reaction = react(scan, found, edit, networks=networks)
    for answers in (reaction.before, reaction.after):
        np.testing.assert_array_equal(answers.liver, found.liver_probability[..., part])
        np.testing.assert_array_equal(answers.tumor, found.tumor_probability[..., part])
        np.testing.assert_array_equal(answers.labels, found.labels[..., part])


@pytest.mark.parametrize("name", ["paper", "focus"])
def test_touched_slices_answer_as_the_whole_scan_does_and_others_do_not_change(
    scan: Volume, name: str
) -> None:
    preset: Preset = PRESETS[name]
    networks = ask_of(name)
    found = segment(scan, preset, networks=networks)
    edit = insert(scan, found.labels, Lesion((34, 26, 12), 30, 50))
    reaction = react(scan, found, edit, networks=networks)
    anew = segment(whole(scan, edit), preset, networks=networks)
    np.testing.assert_array_equal(reaction.after.labels, anew.labels[..., edit.part])
    np.testing.assert_array_equal(reaction.after.tumor, anew.tumor_probability[..., edit.part])
    for z in {*range(scan.shape[2])} - {*range(edit.part.start, edit.part.stop)}:
        np.testing.assert_array_equal(anew.labels[..., z], found.labels[..., z])


def test_painting_the_tumor_away_silences_the_tumor_network(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    edit = paint_away(scan, found.labels, lesions_called(found.labels)[0], margin_mm=6)
    reaction = react(scan, found, edit, networks=networks)
    assert reaction.tumor_inside(reaction.before) > 0.9
    assert reaction.tumor_inside(reaction.after) < 0.05
    assert reaction.tumor_ml(reaction.after) == 0
    assert reaction.tumor_ml(reaction.before) == pytest.approx(scene.TUMOR_ML, rel=0.15)
    assert "answered to what was painted away" in of_painting(reaction)


def test_dark_lesion_at_the_rim_falls_out_of_a_liver_known_by_brightness(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    rim, middle = (
        react(
            scan,
            found,
            insert(scan, found.labels, Lesion((x, 31, 12), 24, -150)),
            networks=networks,
        )
        for x in (34, 44)
    )
    assert rim.liver_lost_ml > 2
    assert rim.liver_gained_ml == 0
    # What the liver closes around on a slice is filled again.
    assert middle.liver_lost_ml < 0.5


def test_moved_threshold_asks_about_both_scans_anew(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    moved = relabel(scan, found, 0.8, 0.5)
    part = slice(10, 16)
    hu = scan.hu[..., part].copy()
    edit = Edit(part, hu, np.zeros(hu.shape, np.float32), hu > 120, 0.0, 0.0, 0.0)
    reaction = react(scan, moved, edit, networks=networks)
    np.testing.assert_array_equal(reaction.before.tumor, reaction.after.tumor)
    np.testing.assert_array_equal(reaction.after.organ, organ_mask(moved.labels[..., part]))


def test_other_weights_are_refused(scan: Volume, found: Segmentation, networks: Networks) -> None:
    others = replace(networks, digests={"liver": "c" * 64, "tumor": "b" * 64})
    edit = insert(scan, found.labels, Lesion((34, 26, 12), 20, 50))
    with pytest.raises(HepatoScopeError, match="other weights of “paper”"):
        react(scan, found, edit, networks=others)


def test_brighter_lesions_are_seen_sooner_by_who_looks_at_brightness(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    told: list[tuple[str, float]] = []
    doses = dose_response(
        scan,
        found,
        Lesion((34, 26, 12), 30, 40),
        contrasts=(0, 20, 40),
        diameters=(4, 30),
        networks=networks,
        progress=lambda stage, done: told.append((stage, done)),
    )
    by_contrast = [dose.tumor_probability for dose in doses if dose.curve == STAGES[0]]
    assert by_contrast[0] < 0.05, "the control, no lesion"
    assert all(first < second for first, second in pairwise(by_contrast))
    small, large = (dose for dose in doses if dose.curve == STAGES[1])
    assert small.tumor_probability < large.tumor_probability
    assert large.before < 0.05
    assert told[-1] == (STAGES[1], 1.0)
    lines = to_csv(doses).splitlines()
    assert lines[0].startswith("curve,diameter_mm,contrast_hu,tumor_probability")
    assert len(lines) == 1 + 5
    assert threshold_contrast(doses) is None, "no darker lesion was tried"
    assert threshold_diameter(doses) == pytest.approx(17, abs=13)


def test_sweep_stops_when_cancelled(scan: Volume, found: Segmentation, networks: Networks) -> None:
    with pytest.raises(Cancelled, match="scan and its result stay"):
        dose_response(
            scan, found, Lesion((34, 26, 12), 30, 40), networks=networks, cancelled=lambda: True
        )


def test_crossing_lies_between_the_points_around_it() -> None:
    assert crossing([(0, 0.0), (10, 0.4), (20, 0.6)]) == pytest.approx(15)
    assert crossing([(0, 0.9), (10, 1.0)]) is None
    assert crossing([(0, 0.1), (10, 0.2)]) is None


@pytest.mark.parametrize(
    ("say", "before", "after", "words"),
    [
        (of_painting, 1.0, 0.0, "answered to what was painted away"),
        (of_painting, 1.0, 0.3, "most of the reason"),
        (of_painting, 1.0, 0.9, "something other than the lesion"),
        (of_painting, 0.0, 0.0, "says nothing about why"),
        (of_inserting, 0.0, 0.8, "The network sees it: 80%"),
        (of_inserting, 0.0, 0.3, "in part"),
        (of_inserting, 0.0, 0.0, "does not see it"),
        (of_inserting, 0.9, 0.9, "was called tumor before"),
    ],
)
def test_sentence_says_what_was_seen(
    say: Callable[[Reaction], str], before: float, after: float, words: str
) -> None:
    assert words in say(reaction_of(before, after, inside=1.0))


def test_lesion_that_falls_out_of_the_liver_is_said_to_be_lost() -> None:
    assert "outside the liver" in of_inserting(reaction_of(0.0, 0.0, inside=0.5))


def reaction_of(before: float, after: float, inside: float) -> Reaction:
    """A lesion of ten voxels, of which these shares are called tumor, and liver."""
    line = np.arange(10).reshape(10, 1, 1)

    def answers(share: float, organ: float) -> Answers:
        called = line < round(10 * share)
        return Answers(
            np.zeros(line.shape, np.uint8),
            (called * 255).astype(np.uint8),
            line < round(10 * organ),
            called,
        )

    region = np.ones(line.shape, bool)
    return Reaction(slice(0, 1), region, answers(before, 1.0), answers(after, inside), 1.0)


def test_slab_lies_where_its_slices_lay(scan: Volume) -> None:
    slab = slab_of(scan, slice(4, 20, 5))
    assert slab.shape == (*scan.shape[:2], 4)
    assert slab.spacing[2] == 5 * scan.spacing[2]
    np.testing.assert_allclose(slab.affine @ [1, 2, 1, 1], scan.affine @ [1, 2, 9, 1])
    with pytest.raises(ValueError, match="expected slices"):
        slab_of(scan, slice(3, 3))


def test_slices_are_spread_through_the_liver(found: Segmentation) -> None:
    organ = organ_mask(found.labels)
    seen = np.flatnonzero(organ.any(axis=(0, 1)))
    part = spread_slices(organ, 6, through=int(seen[7]))
    chosen = range(organ.shape[2])[part]
    assert seen[7] in chosen
    assert len(chosen) <= 6
    assert set(chosen) <= set(seen.tolist())


def test_closeup_finds_its_way_back_to_the_voxel(scan: Volume, found: Segmentation) -> None:
    closeup = Closeup.around(scan, organ_mask(found.labels))
    for x, y in ((closeup.x.start, closeup.y.start), (40, 30), (closeup.x.stop - 1, 31)):
        column, row = closeup.pixel_of(x, y)
        assert closeup.voxel_at(column, row) == (x, y)
    picture = closeup.outlined(scan.hu[..., 12], found.labels[..., 12])
    assert picture.shape == (closeup.height, closeup.width, 3)
    column, row = (round(place) for place in closeup.pixel_of(45, 31))
    bright = closeup.heat(scan.hu[..., 12], np.full(scan.shape[:2], 255, np.uint8))
    assert bright[row, column].tolist() != picture[row, column].tolist()
