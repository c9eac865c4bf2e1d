"""What a brush, a polygon, a click make of labels: by volumes and shapes that are known."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import label as pieces_of

from core.editing.apply import change, patched, replay
from core.editing.edits import (
    Act,
    Between,
    Edit,
    Fill,
    Lesion,
    Merge,
    Pen,
    Polygon,
    Smooth,
    Split,
    Stroke,
    Target,
    marked,
)
from core.errors import BadEdits
from core.geometry.slices import Plane
from core.labels import LIVER, TUMOR

SHAPE = (60, 50, 40)
SPACING = (0.8, 1.0, 2.5)
LIVER_PEN, TUMOR_PEN = Pen(Target.ORGAN), Pen(Target.TUMOR)
ERASE = Pen(Target.TUMOR, erase=True)
Labels = NDArray[np.uint8]


@pytest.fixture
def labels() -> Labels:
    """A liver that is a block in the middle, without a lesion."""
    drawn = np.zeros(SHAPE, np.uint8)
    drawn[10:50, 10:40, 5:35] = LIVER
    return drawn


def made(labels: Labels, *edits: Edit) -> Labels:
    before = labels.copy()
    after = replay(labels, edits, SPACING)
    assert (labels == before).all(), "the labels that were given are not touched"
    return after


def ball(labels: Labels, middle: tuple[float, float, float], radius: float) -> NDArray[np.bool_]:
    places = np.indices(labels.shape).astype(float)
    away = sum(
        ((axis - at) * size) ** 2 for axis, at, size in zip(places, middle, SPACING, strict=True)
    )
    return np.asarray(away <= radius**2)


def test_dab_of_a_ball_has_the_voxels_of_that_ball(labels: Labels) -> None:
    middle = (30.0, 25.0, 20.0)
    after = made(labels, Stroke(TUMOR_PEN, (middle,), 9.0))
    assert ((after == TUMOR) == ball(labels, middle, 9.0)).all()
    volume = np.count_nonzero(after == TUMOR) * np.prod(SPACING)
    assert volume == pytest.approx(4 / 3 * np.pi * 9**3, rel=0.03)


@pytest.mark.parametrize("plane", list(Plane))
def test_flat_stroke_stays_on_its_slice_and_is_a_disc_in_mm(labels: Labels, plane: Plane) -> None:
    middle = (30.2, 24.9, 20.1)
    after = made(labels, Stroke(TUMOR_PEN, (middle,), 8.0, plane))
    there = np.argwhere(after == TUMOR)
    assert set(there[:, plane.axis]) == {round(middle[plane.axis])}
    sides = [size for axis, size in enumerate(SPACING) if axis != plane.axis]
    assert len(there) * np.prod(sides) == pytest.approx(np.pi * 8**2, rel=0.08)


def test_stroke_is_as_long_as_the_way_of_the_hand(labels: Labels) -> None:
    path = ((20.0, 25.0, 20.0), (30.0, 25.0, 20.0), (40.0, 25.0, 20.0))
    after = made(labels, Stroke(TUMOR_PEN, path, 7.5, Plane.AXIAL))
    area = np.count_nonzero(after == TUMOR) * SPACING[0] * SPACING[1]
    assert area == pytest.approx(20 * 0.8 * 15 + np.pi * 7.5**2, rel=0.03)
    same = made(labels, Stroke(TUMOR_PEN, (path[0], path[2]), 7.5, Plane.AXIAL))
    assert (after == same).all()


def test_tumor_stays_inside_the_organ_unless_told_otherwise(labels: Labels) -> None:
    place = ((10.0, 25.0, 20.0),)
    inside = made(labels, Stroke(TUMOR_PEN, place, 6.0))
    assert not (inside[:10] == TUMOR).any()
    beyond = made(labels, Stroke(Pen(Target.TUMOR, outside=True), place, 6.0))
    assert (beyond[:10] == TUMOR).any()
    assert ((inside == TUMOR) == ((beyond == TUMOR) & (labels == LIVER))).all()


def test_what_each_pen_makes_of_each_label(labels: Labels) -> None:
    start = made(labels, Stroke(TUMOR_PEN, ((30.0, 25.0, 20.0),), 6.0))
    everything = tuple((float(x), 25.0, 20.0) for x in range(60))
    organ = made(start, Stroke(LIVER_PEN, everything, 6.0))
    assert ((organ == TUMOR) == (start == TUMOR)).all(), "drawing liver leaves tumor alone"
    assert organ[0, 25, 20] == LIVER
    healed = made(start, Stroke(ERASE, everything, 60.0))
    assert (healed == labels).all(), "tumor that is erased is liver"
    gone = made(start, Stroke(Pen(Target.ORGAN, erase=True), everything, 60.0))
    assert not gone.any(), "the organ goes with its tumor"


def test_polygon_holds_the_voxels_whose_middles_it_holds(labels: Labels) -> None:
    corners = ((19.5, 19.5, 20.0), (29.5, 19.5, 20.0), (29.5, 24.5, 20.0), (19.5, 24.5, 20.0))
    after = made(labels, Polygon(TUMOR_PEN, Plane.AXIAL, corners))
    x, y, z = np.nonzero(after == TUMOR)
    assert (x.min(), x.max(), y.min(), y.max()) == (20, 29, 20, 24)
    assert set(z) == {20}
    sagittal = ((30.0, 14.5, 9.5), (30.0, 24.5, 9.5), (30.0, 14.5, 19.5))
    x, y, _ = np.nonzero(made(labels, Polygon(TUMOR_PEN, Plane.SAGITTAL, sagittal)) == TUMOR)
    assert set(x) == {30}
    assert len(y) == pytest.approx(50, abs=10)
    with pytest.raises(BadEdits, match="holds no voxel"):
        change(labels, Polygon(TUMOR_PEN, Plane.AXIAL, ((20.1, 20.1, 5), (20.2, 20.9, 5))), SPACING)


def test_marked_voxels_are_drawn_as_they_were_kept(labels: Labels) -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((5, 7, 3)) > 0.5
    edit = marked(TUMOR_PEN, (20, 20, 10), mask, "SAM, a box")
    assert (edit.mask == mask).all()
    after = made(labels, edit)
    assert ((after == TUMOR)[20:25, 20:27, 10:13] == mask).all()
    assert np.count_nonzero(after == TUMOR) == np.count_nonzero(mask)


@pytest.mark.parametrize("plane", [None, Plane.AXIAL])
def test_holes_are_filled_and_nothing_else(labels: Labels, plane: Plane | None) -> None:
    rim = ball(labels, (30, 25, 20), 10) & ~ball(labels, (30, 25, 20), 5)
    start = np.where(rim, TUMOR, labels).astype(np.uint8)
    after = made(start, Fill(Target.TUMOR, plane, 20))
    added = (after == TUMOR) & (start != TUMOR)
    hole = ball(labels, (30, 25, 20), 5)
    if plane is not None:
        hole[..., :20] = hole[..., 21:] = False
    assert (added == hole).all()


def test_smoothing_takes_a_spike_and_keeps_the_size(labels: Labels) -> None:
    start = np.where(ball(labels, (30, 25, 20), 10), TUMOR, labels).astype(np.uint8)
    start[30:45, 25, 20] = TUMOR
    after = made(start, Smooth(Target.TUMOR, (30, 25, 20), 2.0))
    assert after[44, 25, 20] == LIVER
    before, now = (np.count_nonzero(one == TUMOR) for one in (start, after))
    assert now == pytest.approx(before, rel=0.15)


def test_slices_between_two_discs_are_discs_of_sizes_between(labels: Labels) -> None:
    start = made(
        labels,
        Stroke(TUMOR_PEN, ((30.0, 25.0, 10.0),), 4.0, Plane.AXIAL),
        Stroke(TUMOR_PEN, ((30.0, 25.0, 20.0),), 10.0, Plane.AXIAL),
    )
    after = made(start, Between(Target.TUMOR, Plane.AXIAL, 20, 10))
    areas = np.count_nonzero(after == TUMOR, axis=(0, 1)) * SPACING[0] * SPACING[1]
    assert (np.diff(areas[10:21]) >= 0).all()
    assert areas[15] == pytest.approx(np.pi * 7**2, rel=0.1)
    assert not areas[:10].any()
    assert not areas[21:].any()


def test_interpolation_needs_both_slices_and_room_between(labels: Labels) -> None:
    with pytest.raises(BadEdits, match="shows no tumor"):
        change(labels, Between(Target.TUMOR, Plane.AXIAL, 10, 20), SPACING)
    with pytest.raises(BadEdits, match="no slice between"):
        change(labels, Between(Target.ORGAN, Plane.AXIAL, 10, 11), SPACING)


@pytest.fixture
def two(labels: Labels) -> Labels:
    """Two lesions."""
    lesions = ball(labels, (20, 25, 20), 5) | ball(labels, (40, 25, 20), 6)
    return np.where(lesions, TUMOR, labels).astype(np.uint8)


def lesions_in(labels: Labels) -> int:
    return int(pieces_of(labels == TUMOR, np.ones((3, 3, 3)))[1])


def test_lesion_is_deleted_kept_merged_and_split(two: Labels, labels: Labels) -> None:
    one, other = (20, 25, 20), (40, 25, 20)
    assert lesions_in(two) == 2
    deleted = made(two, Lesion(one, Act.DELETE))
    assert ((deleted == TUMOR) == ball(labels, other, 6)).all()
    kept = made(two, Lesion(one, Act.KEEP))
    assert ((kept == TUMOR) == ball(labels, one, 5)).all()
    merged = made(two, Merge(one, other))
    assert lesions_in(merged) == 1
    assert ((two == TUMOR) <= (merged == TUMOR)).all()
    split = made(merged, Split(one, other))
    assert lesions_in(split) == 2
    lost = np.count_nonzero((merged == TUMOR) & (split != TUMOR))
    assert lost < 0.1 * np.count_nonzero(merged == TUMOR)


def test_lesion_that_is_not_there_is_one_sentence(two: Labels) -> None:
    for edit in (Lesion((1, 1, 1), Act.DELETE), Lesion((900, 0, 0), Act.KEEP)):
        with pytest.raises(BadEdits, match="no lesion at that place"):
            change(two, edit, SPACING)
    with pytest.raises(BadEdits, match="in one lesion already"):
        change(two, Merge((20, 25, 20), (21, 25, 20)), SPACING)
    for places in (((20, 25, 20), (40, 25, 20)), ((20, 25, 20), (20, 25, 20))):
        with pytest.raises(BadEdits, match="must lie in one lesion"):
            change(two, Split(*places), SPACING)


@pytest.mark.parametrize(
    "edit",
    [
        Stroke(TUMOR_PEN, ((-50.0, 0.0, 0.0),), 5.0),
        Stroke(TUMOR_PEN, ((30.0, 25.0, 41.0),), 5.0, Plane.AXIAL),
        Polygon(TUMOR_PEN, Plane.AXIAL, ((0.0, 0.0, 99.0), (9.0, 0.0, 99.0), (0.0, 9.0, 99.0))),
        marked(TUMOR_PEN, (58, 0, 0), np.ones((3, 1, 1), bool), "x"),
        Fill(Target.TUMOR, Plane.AXIAL, 40),
    ],
)
def test_what_lies_outside_of_the_scan_is_one_sentence(labels: Labels, edit: Edit) -> None:
    with pytest.raises(BadEdits, match="outside of the scan"):
        change(labels, edit, SPACING)


coordinates = st.tuples(*(st.floats(-5, size + 5) for size in SHAPE))
paths = st.lists(coordinates, min_size=1, max_size=4).map(tuple)
pens = st.builds(Pen, st.sampled_from(Target), st.booleans(), st.booleans())
strokes = st.builds(Stroke, pens, paths, st.floats(0.5, 12), st.sampled_from([None, *Plane]))


@settings(max_examples=60, deadline=None)
@given(st.lists(strokes, max_size=4))
def test_whatever_is_drawn_labels_stay_labels(drawn: list[Any]) -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[10:50, 10:40, 5:35] = LIVER
    for stroke in drawn:
        try:
            patch = change(labels, stroke, SPACING)
        except BadEdits:
            continue
        after = patched(labels, patch)
        assert set(np.unique(after)) <= {0, LIVER, TUMOR}
        outside = np.ones(SHAPE, bool)
        outside[patch.region] = False
        assert (after == labels)[outside].all()
        organ = (after > 0).sum() - (labels > 0).sum()
        grows = not stroke.pen.erase and (stroke.pen.target is Target.ORGAN or stroke.pen.outside)
        assert organ >= 0 if grows else organ <= 0
        labels = after
