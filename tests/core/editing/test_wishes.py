"""What a browser may ask for, and what is found for the reader: gaps, outlines in a box."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.editing.apply import change
from core.editing.edits import Act, Between, Lesion, Pen, Target
from core.editing.gap import nearest_gap
from core.editing.growing import growth_at
from core.editing.wishes import Boxed, Bridged, Grown, Undone, wish_from
from core.errors import BadEdits
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.outline import outline_in_box
from core.foundation.sam.prompts import Prompt
from core.geometry.slices import Plane
from core.labels import LIVER
from core.volume import volume_from_array

PEN = {"target": "tumor", "erase": False, "outside": False}
SHAPE, SPACING = (20, 16, 12), (1.0, 2.0, 3.0)


def test_what_is_asked_for_is_read() -> None:
    boxed = {"plane": "axial", "one": [1, 2, 3], "other": [4, 5.5, 3], "pen": PEN}
    pen = Pen(Target.TUMOR)
    assert wish_from({"do": "box", "what": boxed}) == Boxed(
        Plane.AXIAL, (1.0, 2.0, 3.0), (4.0, 5.5, 3.0), pen
    )
    assert wish_from({"do": "grow", "what": {"at": [1, 2, 3], "pen": PEN}}) == Grown((1, 2, 3), pen)
    between = {"plane": "coronal", "index": 3, "target": "organ"}
    assert wish_from({"do": "between", "what": between}) == Bridged(Plane.CORONAL, 3, Target.ORGAN)
    lesion = {"at": [1, 2, 3], "act": "keep"}
    assert wish_from({"do": "edit", "kind": "lesion", "what": lesion}) == Lesion(
        (1, 2, 3), Act.KEEP
    )
    assert (wish_from({"do": "undo"}), wish_from({"do": "redo"})) == (Undone(False), Undone(True))


@pytest.mark.parametrize(
    "told",
    [
        None,
        3,
        {},
        {"do": []},
        {"do": "burn", "what": {}},
        {"do": "grow"},
        {"do": "grow", "what": {"at": [1, 2], "pen": PEN}},
        {"do": "grow", "what": {"at": [1, 2, 1e300], "pen": PEN}},
        {"do": "box", "what": {"plane": "oblique"}},
        {"do": "edit", "kind": "grow", "what": {}},
    ],
)
def test_whatever_else_is_said_is_one_sentence(told: Any) -> None:
    with pytest.raises(BadEdits):
        wish_from(told)


def test_gap_nearest_to_the_slice_is_found() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[5:9, 5:9, [1, 3, 4, 9]] = LIVER
    assert nearest_gap(labels, Target.ORGAN, Plane.AXIAL, 7) == Between(
        Target.ORGAN, Plane.AXIAL, 4, 9
    )
    assert nearest_gap(labels, Target.ORGAN, Plane.AXIAL, 0) == Between(
        Target.ORGAN, Plane.AXIAL, 1, 3
    )
    with pytest.raises(BadEdits, match="No axial slice is left out"):
        nearest_gap(labels, Target.TUMOR, Plane.AXIAL, 3)
    with pytest.raises(BadEdits, match="No sagittal slice"):
        nearest_gap(labels, Target.ORGAN, Plane.SAGITTAL, 3)


def block() -> tuple[NDArray[np.int16], tuple[slice, slice, slice]]:
    """A bright block in dark surroundings."""
    hu = np.full(SHAPE, -100, np.int16)
    where = (slice(6, 13), slice(4, 9), slice(3, 8))
    hu[where] = 100
    return hu, where


@pytest.mark.parametrize("plane", list(Plane))
def test_outline_lies_where_it_was_seen_in_every_plane(plane: Plane) -> None:
    hu, where = block()
    volume = volume_from_array(hu, np.diag([*SPACING, 1]), source="x", digest="1" * 64)
    asked: list[Prompt] = []
    pixels: list[tuple[float, float]] = []

    def bright(
        _: int, gray: NDArray[np.uint8], pixel_mm: tuple[float, float], prompt: Prompt
    ) -> MaskSet:
        asked.append(prompt)
        pixels.append(pixel_mm)
        logits = np.where(gray > 100, 5, -5).astype(np.float32)[None]
        return MaskSet.of(logits, np.ones(1, np.float32))

    middle = [(side.start + side.stop - 1) // 2 for side in where]
    corners = [
        tuple(float(middle[a] if a == plane.axis else end(side)) for a, side in enumerate(where))
        for end in (lambda side: side.start - 1, lambda side: side.stop)
    ]
    edit = outline_in_box(volume, plane, (corners[0], corners[1]), Pen(Target.ORGAN), bright)  # type: ignore[arg-type]
    patch = change(np.zeros(SHAPE, np.uint8), edit, SPACING)
    expected = np.zeros(SHAPE, np.uint8)
    only = tuple(
        slice(middle[a], middle[a] + 1) if a == plane.axis else side for a, side in enumerate(where)
    )
    expected[only] = LIVER
    found = np.zeros(SHAPE, np.uint8)
    found[patch.region] = patch.labels
    assert (found == expected).all()
    assert f"SAM, a box on the {plane} slice {middle[plane.axis] + 1}" == edit.how
    left, top, right, bottom = asked[0].box or (0, 0, 0, 0)
    across, down = [size for a, size in enumerate(SPACING) if a != plane.axis]
    assert pixels == [(down, across)]
    sides = [side.stop - side.start + 1 for a, side in enumerate(where) if a != plane.axis]
    assert [right - left, bottom - top] == sides


def test_outline_is_carried_on_until_it_fades() -> None:
    hu, where = block()
    # Further on something brighter lies in its place, which is another thing.
    hu[where[0], where[1], 8:] = 180
    volume = volume_from_array(hu, np.diag([*SPACING, 1]), source="x", digest="1" * 64)
    seen: list[int] = []

    def bright(index: int, gray: NDArray[np.uint8], _: Any, prompt: Prompt) -> MaskSet:
        seen.append(index)
        logits = np.where(gray > 100, 5, -5).astype(np.float32)[None]
        return MaskSet.of(logits, np.ones(1, np.float32))

    corners = (5.0, 3.0, 5.0), (13.0, 9.0, 5.0)
    edit = outline_in_box(volume, Plane.AXIAL, corners, Pen(Target.ORGAN), bright, carry=True)
    patch = change(np.zeros(SHAPE, np.uint8), edit, SPACING)
    found = np.zeros(SHAPE, np.uint8)
    found[patch.region] = patch.labels
    expected = np.zeros(SHAPE, np.uint8)
    expected[where] = LIVER
    assert (found == expected).all()
    assert seen == [5, 6, 7, 8, 4, 3, 2]
    assert edit.how.endswith("carried to slices 4 to 8")


def test_box_outside_or_around_nothing_is_one_sentence() -> None:
    hu, _ = block()
    volume = volume_from_array(hu, np.diag([*SPACING, 1]), source="x", digest="1" * 64)

    def nothing(_: int, gray: NDArray[np.uint8], *__: Any) -> MaskSet:
        return MaskSet.of(np.full((1, *gray.shape), -5, np.float32), np.ones(1, np.float32))

    pen = Pen(Target.TUMOR)
    with pytest.raises(BadEdits, match="sees nothing in that box"):
        outline_in_box(volume, Plane.AXIAL, ((1, 1, 3), (9, 9, 3)), pen, nothing)
    with pytest.raises(BadEdits, match="not in the scan"):
        outline_in_box(volume, Plane.AXIAL, ((1, 1, 30), (9, 9, 30)), pen, nothing)


def test_growth_takes_the_densities_around_the_click() -> None:
    hu, _ = block()
    volume = volume_from_array(hu, np.diag([*SPACING, 1]), source="x", digest="1" * 64)
    growth = growth_at(volume, (9, 6, 5), Pen(Target.TUMOR))
    assert growth.low < 100 < growth.high
    assert growth.low > 0
    with pytest.raises(BadEdits, match="outside of the scan"):
        growth_at(volume, (20, 0, 0), Pen(Target.TUMOR))


def test_growth_asks_for_half_the_probability_that_was_clicked() -> None:
    hu, _ = block()
    volume = volume_from_array(hu, np.diag([*SPACING, 1]), source="x", digest="1" * 64)
    chance = np.zeros(hu.shape, np.uint8)
    chance[9, 6, 5], chance[8, 6, 5] = 204, 10
    assert growth_at(volume, (9, 6, 5), Pen(Target.TUMOR), chance).least == pytest.approx(0.4)
    # So little tells nothing: the reader knows better.
    assert growth_at(volume, (8, 6, 5), Pen(Target.TUMOR), chance).least == 0
