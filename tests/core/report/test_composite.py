"""The pictures of a report."""

from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.cascade.measurement import lesion_map
from core.geometry.slices import Plane, slice_of
from core.geometry.surfaces import Mesh, mesh_of
from core.geometry.windows import Window
from core.report.composite import GREEN_RED, OKABE_ITO, PALETTES, composite, pictures
from core.report.composite.attribution import attribution_panel
from core.report.composite.drawing import (
    Canvas,
    dashes,
    fill,
    label_beside,
    orientation,
    outlines,
    shown,
)
from core.report.composite.palette import TUMOR_STROKE, Palette
from core.report.composite.panels import extent, labelled_panel, lesion_panel, solid_panel
from core.report.composite.solid import camera_for, draw_surface
from core.report.composite.view import View, view_of
from core.study import Examined
from tests.core.report.studies import SEVEN, study
from tests.scene import Triple, ball

WIDE = Window(-400, 1000)
ONE = study(((30, 0, 0), 14))
SIDE = 400


def axial_view(drawn: Examined, side: int = SIDE) -> View:
    return view_of(drawn.volume, Plane.AXIAL, drawn.findings.lesions[0].axial_slice, side)


def luminance(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("L"), np.float64)


def sphere(radius: float, at: Triple) -> Mesh:
    mask = ball((44, 44, 44), (1, 1, 1), (22, 22, 22), (radius,) * 3) == 1
    affine = np.eye(4)
    affine[:3, 3] = np.subtract(at, 21.5)
    return mesh_of(mask, affine)


def test_composite_is_wide_enough_for_print_and_shows_where_the_lesion_is() -> None:
    first, *rest = pictures(ONE.volume, ONE.segmentation, ONE.findings)
    image = Image.open(BytesIO(first.png))
    assert image.size == (first.width, first.height)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert first.width == pytest.approx(175 / 25.4 * 300, rel=0.01)
    assert [mark.lesion for mark in first.marks] == [1]
    assert 2 / 3 < first.marks[0].left < 1
    assert not rest


def test_several_lesions_have_a_plate_with_each_in_its_own_slice() -> None:
    seven = study(*SEVEN)
    plate = pictures(seven.volume, seven.segmentation, seven.findings)[1]
    assert [mark.lesion for mark in plate.marks] == list(range(1, 8))
    assert "lesion 7, 9 × 7 mm" in plate.alternative


def test_scan_without_lesions_or_without_a_liver_still_has_its_picture() -> None:
    for drawn in (study(), study(liver_mm=1.0)):
        (only,) = pictures(drawn.volume, drawn.segmentation, drawn.findings)
        assert not only.marks


def test_patients_right_is_on_the_left() -> None:
    right = study(((40, 0, 0), 12))
    view = axial_view(right)
    mask = slice_of(right.segmentation.labels, Plane.AXIAL, view.index) == 2
    left, _, rest, _ = extent(mask, view)
    assert (left + rest) / 2 < SIDE / 2


@pytest.mark.parametrize("plane", list(Plane))
def test_ball_is_round_in_every_plane_whatever_the_voxels(plane: Plane) -> None:
    flat = study(spacing=(1.0, 2.0, 5.0))
    middle = flat.volume.shape[plane.axis] // 2
    view = view_of(flat.volume, plane, middle, SIDE)
    mask = slice_of(flat.segmentation.labels, plane, middle) > 0
    left, top, right, bottom = extent(mask, view)
    assert (right - left) / (bottom - top) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("window", [Window(0, 4000), Window(-1000, 150)], ids=["dark", "bright"])
def test_gray_copy_tells_a_solid_liver_from_a_dashed_tumor(
    palette: Palette, window: Window
) -> None:
    view = axial_view(ONE, 680)
    labels = slice_of(ONE.segmentation.labels, Plane.AXIAL, view.index)
    drawn = labelled_panel(ONE.volume, ONE.segmentation.labels, view, window, palette, "")
    gray = luminance(drawn.image)
    liver = drawn_share(gray, labels > 0, view, palette.liver)
    tumor = drawn_share(gray, labels == 2, view, palette.tumor)
    assert liver > 0.95
    assert 0.3 < tumor < 0.8


def drawn_share(
    gray: NDArray[np.float64], mask: NDArray[np.bool_], view: View, color: tuple[int, int, int]
) -> float:
    """How much of an outline is as light as its color."""
    x, y = np.array(outlines(mask, view)[0]).T
    along = gray[np.floor(y).astype(int), np.floor(x).astype(int)]
    expected = float(np.dot(color, (0.299, 0.587, 0.114)))
    return float(np.mean(np.abs(along - expected) < 20))


@pytest.mark.parametrize("palette", PALETTES)
def test_tumors_in_the_solid_stay_brighter_than_the_liver_in_gray(palette: Palette) -> None:
    front = study(((0, 40, 0), 14))
    labels = front.segmentation.labels
    gray = luminance(solid_panel(front.volume, labels, palette, (), SIDE, "").image)
    camera = camera_for(mesh_of(labels > 0, front.volume.affine).vertices_mm, SIDE)
    inner = draw_surface(mesh_of(labels == 2, front.volume.affine), camera).seen
    outer = draw_surface(mesh_of(labels > 0, front.volume.affine), camera).seen & ~inner
    assert np.median(gray[inner]) > np.median(gray[outer]) + 40


def test_safe_palette_differs_for_red_green_blindness_and_the_other_is_the_apps() -> None:
    # Without a working red-green channel, what is left is the blue-yellow one.
    blue_yellow = [np.dot(color, (-0.5, -0.5, 1)) for color in (OKABE_ITO.liver, OKABE_ITO.tumor)]
    assert blue_yellow[0] - blue_yellow[1] > 200
    assert GREEN_RED.liver == (64, 200, 110)


def test_caliper_ends_where_the_diameter_was_measured() -> None:
    lesion = ONE.findings.lesions[0]
    view = axial_view(ONE)
    numbered = lesion_map(ONE.segmentation.labels)
    drawn = lesion_panel(ONE.volume, numbered, view, WIDE, OKABE_ITO, [lesion], "")
    gray = luminance(drawn.image)
    for x, y in (*lesion.longest_endpoints_voxel, *lesion.short_endpoints_voxel):
        column, row = map(int, shown(view, x, y, ONE.volume.shape[:2]))
        assert gray[row - 2 : row + 3, column - 2 : column + 3].max() > 200


def test_panels_scale_is_that_of_the_scan() -> None:
    view = axial_view(ONE)
    start, end = view.place(10, 20), view.place(30, 20)
    assert end[0] - start[0] == pytest.approx(20 * ONE.volume.spacing[0] * view.per_mm)
    assert end[1] == start[1]


def test_attribution_shows_its_sign_on_both_sides_of_zero() -> None:
    view = axial_view(ONE)
    organ = np.ones(ONE.volume.shape[1::-1], np.bool_)
    signed = np.where(np.arange(organ.shape[1]) < organ.shape[1] // 2, 1.0, -1.0)
    attribution = np.broadcast_to(signed, organ.shape).astype(np.float32)
    picture = np.asarray(
        attribution_panel(ONE.volume, organ, attribution, view, WIDE, OKABE_ITO, "").image
    )
    middle = SIDE // 2 + 40
    assert np.abs(picture[middle, 100].astype(int) - OKABE_ITO.raises).max() < 12
    assert np.abs(picture[middle, 300].astype(int) - OKABE_ITO.lowers).max() < 12


def test_attribution_of_zeros_colors_nothing_and_another_grid_is_refused() -> None:
    view = axial_view(ONE)
    organ = np.zeros(ONE.volume.shape[1::-1], np.bool_)
    nothing = organ.astype(np.float32)
    panel = attribution_panel(ONE.volume, organ, nothing, view, WIDE, OKABE_ITO, "")
    picture = np.asarray(panel.image)[SIDE // 2 + 40]
    assert (picture[:300, 0] == picture[:300, 2]).all()
    with pytest.raises(ValueError, match="shape"):
        composite(
            ONE.volume, ONE.segmentation, ONE.findings, attribution=np.zeros((3, 3), np.float32)
        )


def test_outlines_close_and_dashes_never_double_where_they_do() -> None:
    circle = [(50 + 40 * np.cos(t), 50 + 40 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 90)]
    pieces = dashes(circle, TUMOR_STROKE)
    lengths = [np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece in pieces]
    assert len(pieces) == round(2 * np.pi * 40 / 24)
    assert np.ptp(lengths) < 0.5
    assert len(dashes([(0, 0), (10, 0)], TUMOR_STROKE)) >= 4


def test_tint_stays_inside_its_region() -> None:
    view = axial_view(ONE)
    mask = slice_of(ONE.segmentation.labels, Plane.AXIAL, view.index) == 2
    panel = Image.new("RGB", (SIDE, SIDE))
    fill(panel, mask, view, (200, 200, 200), 1)
    rows, columns = np.nonzero(luminance(panel) > 100)
    left, top, right, bottom = extent(mask, view)
    assert left - 1 <= columns.min() <= columns.max() <= right + 1
    assert top - 1 <= rows.min() <= rows.max() <= bottom + 1


def test_labels_of_crowded_lesions_do_not_cover_each_other() -> None:
    canvas = Canvas.over(Image.new("RGB", (SIDE, SIDE)))
    orientation(canvas, Plane.AXIAL)
    for number in range(12):
        at = 180 + 3 * number
        label_beside(canvas, (at, at, at + 10, at + 10), str(number))
    boxes = canvas.taken
    assert len(boxes) == 16
    for index, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:index]:
            apart = other[2] <= left or right <= other[0] or other[3] <= top or bottom <= other[1]
            assert apart


def test_solid_sphere_is_a_disk_lit_from_the_upper_left() -> None:
    mesh = sphere(20, (0, 0, 0))
    camera = camera_for(mesh.vertices_mm, 200)
    drawn = draw_surface(mesh, camera)
    radius = 20 * camera.per_mm
    assert np.count_nonzero(drawn.seen) == pytest.approx(np.pi * radius**2, rel=0.05)
    row, column = np.unravel_index(int(drawn.brightness.argmax()), drawn.brightness.shape)
    assert row < 100
    assert column < 100


def test_nearer_surface_hides_the_one_behind_it() -> None:
    near, far = sphere(10, (0, 30, 6)), sphere(20, (0, -30, -6))
    camera = camera_for(np.concatenate([near.vertices_mm, far.vertices_mm]), 160)
    together = Mesh(
        np.concatenate([near.vertices_mm, far.vertices_mm]),
        np.concatenate([near.faces, far.faces + len(near.vertices_mm)]),
    )
    both, alone = draw_surface(together, camera), draw_surface(near, camera)
    inside = alone.seen
    assert inside.any()
    assert np.allclose(both.nearness[inside], alone.nearness[inside], atol=0.01)
