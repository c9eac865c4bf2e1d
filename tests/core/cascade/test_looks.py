"""What the networks look at: the slice alone, or with its neighbours on the other channels."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.asking import ask_for_tumor
from core.cascade.looks import liver_look, mask_to_liver, network_input, own_slice, tumor_look
from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.labels import organ_mask
from core.presets import PAPER, PRESETS
from core.volume import Volume, volume_from_array
from core.whatif.probe.edit import Edit
from core.whatif.probe.reaction import react
from tests import scene

Images = NDArray[np.float32]
EVERYWHERE = np.ones((8, 8, 9), bool)


def stairs(step_mm: float) -> Volume:
    """A scan of nine flat slices, each brighter than the one below by 20 HU."""
    hu = np.broadcast_to(np.arange(9) * 20 - 40, (8, 8, 9))
    affine = np.diag([1.0, 1.0, step_mm, 1.0])
    return volume_from_array(hu, affine, source="stairs", digest="s" * 64)


def middles(shown: NDArray[np.uint8]) -> list[list[int]]:
    """Gray in the middle of the channels of every slice."""
    side = shown.shape[1] // 2
    return [[int(value) for value in one] for one in shown[:, side, side]]


def level(slice_number: float) -> int:
    """Gray of a slice of `stairs`, whose middle slice (4) is shown as 128."""
    return round(128 + (slice_number - 4) * 25.5)


@pytest.mark.parametrize(
    ("step_mm", "away_mm", "slices"),
    [(2.0, 2.0, 1), (1.0, 2.0, 2), (4.0, 2.0, 1), (3.0, 4.0, 1)],
)
def test_neighbours_are_the_slices_nearest_to_so_many_millimetres_away(
    step_mm: float, away_mm: float, slices: int
) -> None:
    volume = stairs(step_mm)
    preset = replace(PAPER, tumor_size=8, tumor_neighbours_mm=away_mm)
    shown = tumor_look(volume, preset, EVERYWHERE).show(volume, slice(3, 6))
    assert shown.shape == (3, 8, 8, 3)
    expected = [[level(z - slices), level(z), level(z + slices)] for z in (3, 4, 5)]
    np.testing.assert_allclose(middles(shown), expected, atol=1)


def test_beyond_the_ends_of_the_scan_its_last_slice_is_shown() -> None:
    volume = stairs(2.0)
    look = tumor_look(volume, replace(PAPER, tumor_size=8, tumor_neighbours_mm=2.0), EVERYWHERE)
    lowest, highest = middles(look.show(volume, slice(0, 9)))[:: len(range(9)) - 1]
    assert lowest[0] == lowest[1] < lowest[2]
    assert highest[0] < highest[1] == highest[2]


def test_neighbours_are_shown_with_their_own_liver() -> None:
    organ = EVERYWHERE.copy()
    organ[:4, :, 3], organ[4:, :, 5] = False, False
    preset = replace(PAPER, tumor_size=8, tumor_neighbours_mm=2.0)
    below, own, above = np.moveaxis(
        tumor_look(stairs(2.0), preset, organ).show(stairs(2.0), slice(4, 5))[0], -1, 0
    )
    # X grows to the patient's right, which is on the left of a slice as it is shown.
    assert (below[:, :4] > 0).all()
    assert not below[:, 4:].any()
    assert (own > 0).all()
    assert not above[:, :4].any()


def test_liver_network_sees_neighbours_too_where_its_preset_says_so() -> None:
    preset = replace(PAPER, size=8, liver_neighbours_mm=4.0)
    shown = middles(liver_look(stairs(2.0), preset).show(stairs(2.0), slice(4, 5)))
    assert shown == [[51, 102, 153]]


def test_height_of_the_liver_tells_how_far_slices_of_unknown_spacing_lie_apart() -> None:
    volume = replace(stairs(1.0), spacing_known=False)
    preset = replace(PAPER, tumor_size=8, tumor_neighbours_mm=50.0)
    # Nine slices of a liver of 150 mm: three slices are 50 mm.
    assert tumor_look(volume, preset, EVERYWHERE).apart == 3
    assert tumor_look(replace(volume, spacing_known=True), preset, EVERYWHERE).apart == 50


def test_what_is_not_liver_is_dimmed_where_the_tumor_network_sees_it() -> None:
    gray = np.array([[100, 100, 0]], np.uint8)
    liver = np.array([[True, False, False]])
    assert mask_to_liver(gray, liver, 108).tolist() == [[120, 0, 0]]
    assert mask_to_liver(gray, liver, 108, context=0.5).tolist() == [[120, 60, 0]]


def test_tumor_network_is_not_asked_about_slices_without_liver() -> None:
    organ = EVERYWHERE.copy()
    organ[..., :4] = False
    look = tumor_look(stairs(2.0), replace(PAPER, tumor_size=8, tumor_context=0.5), organ)
    gray = look.show(stairs(2.0), slice(2, 6))
    assert own_slice(gray).any(axis=(1, 2)).all()
    assert look.asked(gray, slice(2, 6)).tolist() == [False, False, True, True]


def test_network_is_given_one_slice_three_times_or_three_slices() -> None:
    gray = np.array([[[[0, 51, 255]]]], np.uint8)
    np.testing.assert_allclose(network_input(gray)[0, 0, 0], [0, 0.2, 1])
    np.testing.assert_allclose(network_input(gray[..., 1])[0, 0, 0], [0.2, 0.2, 0.2])
    np.testing.assert_array_equal(own_slice(gray), gray[..., 1])


@pytest.fixture
def neighbours(monkeypatch: pytest.MonkeyPatch) -> Segmentation:
    """The scene, segmented by a tumor network that answers for the slice above alone."""
    seeing = replace(PAPER, name="seeing", tumor_neighbours_mm=scene.SPACING[2])
    monkeypatch.setitem(PRESETS, "seeing", seeing)
    return segment(scene.scan(), seeing, networks=above_alone())


def above_alone() -> Networks:
    fake = scene.fake_networks()

    def tumor(images: Images) -> Images:
        return fake.tumor(images[..., 2:])  # type: ignore[operator]

    return replace(fake, tumor=tumor)


def test_whole_scan_is_asked_with_its_neighbours(
    scan: Volume, networks: Networks, neighbours: Segmentation
) -> None:
    plain = segment(scan, PAPER, networks=networks)
    organ = organ_mask(plain.labels)
    both = organ[..., :-1] & organ[..., 1:]
    np.testing.assert_array_equal(
        neighbours.tumor_probability[..., :-1][both], plain.tumor_probability[..., 1:][both]
    )


def test_some_slices_are_answered_as_in_the_whole_scan(
    scan: Volume, neighbours: Segmentation
) -> None:
    some = range(9, 18, 3)
    tumor = ask_for_tumor(scan, above_alone(), neighbours.looks(scan), some)
    np.testing.assert_array_equal(tumor, neighbours.tumor_probability[..., 9:18:3])


@pytest.mark.parametrize("most", [4, 2])
def test_probe_changes_the_neighbours_too(
    scan: Volume, neighbours: Segmentation, most: int
) -> None:
    part = slice(10, 14)
    hu = np.minimum(scan.hu[..., part], scene.LIVER)
    edit = Edit(part, hu, np.zeros(hu.shape, np.float32), hu > 0, 0.0, 0.0, 0.0)
    reaction = react(scan, neighbours, edit.thinned(most, through=12), networks=above_alone())
    silenced = [z + 1 in range(scan.shape[2])[part] for z in range(scan.shape[2])[reaction.part]]
    assert reaction.before.tumor.any(axis=(0, 1)).all()
    assert (~reaction.after.tumor.any(axis=(0, 1))).tolist() == silenced


def test_probe_that_changes_nothing_gets_the_same_answers(
    scan: Volume, neighbours: Segmentation
) -> None:
    hu = scan.hu[..., 8:18].copy()
    edit = Edit(slice(8, 18), hu, np.zeros(hu.shape, np.float32), hu > 0, 0.0, 0.0, 0.0)
    reaction = react(scan, neighbours, edit, networks=above_alone())
    np.testing.assert_array_equal(reaction.after.tumor, reaction.before.tumor)


def test_answers_of_several_networks_are_averaged(scan: Volume, networks: Networks) -> None:
    blind = lambda images: np.zeros(images.shape[:3], np.float32)  # noqa: E731
    single = segment(scan, PAPER, networks=networks)
    several = replace(networks, tumor=(networks.tumor, networks.tumor, blind, blind))
    found = segment(scan, PAPER, networks=several)
    np.testing.assert_allclose(found.tumor_probability, single.tumor_probability / 2, atol=1)
    np.testing.assert_array_equal(found.liver_probability, single.liver_probability)
