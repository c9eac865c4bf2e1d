"""The picture of a segmentation."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.draw.colors import COLORS
from core.draw.overlay import Style, overlay
from core.draw.preview import preview, preview_png
from core.draw.slices import telling_slice
from core.geometry.slices import Plane
from core.volume import Volume, volume_from_array

BLUE, ORANGE = COLORS[1], COLORS[2]


def boxes() -> tuple[Volume, NDArray[np.uint8]]:
    """Draw a scan with a liver on the patient's right and a tumor in its 5th slice."""
    labels = np.zeros((40, 30, 10), np.uint8)
    labels[25:38, 8:22, 2:9] = 1
    labels[28:34, 12:18, 4] = 2
    hu = np.where(labels > 0, 100, -1000).astype(np.int16)
    volume = volume_from_array(
        hu, np.diag([5, 5, 10, 1.0]), source="boxes.nii.gz", digest="0", synthetic=True
    )
    return volume, labels


def count(picture: Image.Image | NDArray[np.uint8], color: tuple[int, int, int]) -> int:
    return int(np.count_nonzero((np.asarray(picture) == color).all(axis=-1)))


def test_unlabelled_pixels_keep_their_gray() -> None:
    gray = np.arange(64, dtype=np.uint8).reshape(8, 8)
    labels = np.zeros((8, 8), np.uint8)
    labels[2:5, 2:5] = 1
    drawn = overlay(gray, labels)
    assert (drawn[labels == 0] == gray[labels == 0][:, None]).all()
    assert drawn.dtype == np.uint8


def test_contour_alone_leaves_the_inside_of_a_lesion_to_be_seen() -> None:
    gray = np.full((9, 9), 80, np.uint8)
    labels = np.zeros((9, 9), np.uint8)
    labels[2:7, 2:7] = 2
    drawn = overlay(gray, labels, style=Style.CONTOUR)
    assert count(drawn, ORANGE) == 16
    assert drawn[4, 4].tolist() == [80, 80, 80]


@pytest.mark.parametrize(("opacity", "expected"), [(0, (80, 80, 80)), (1, ORANGE)])
def test_opacity_runs_from_the_scan_to_the_color(
    opacity: float, expected: tuple[int, int, int]
) -> None:
    gray, labels = np.full((3, 3), 80, np.uint8), np.full((3, 3), 2, np.uint8)
    assert tuple(overlay(gray, labels, opacity, Style.FILL)[1, 1]) == expected


def test_tumor_inside_the_liver_leaves_no_liver_contour_around_it() -> None:
    labels = np.ones((9, 9), np.uint8)
    labels[3:6, 3:6] = 2
    drawn = overlay(np.zeros((9, 9), np.uint8), labels, style=Style.CONTOUR)
    assert count(drawn, BLUE) == 0
    assert count(drawn, ORANGE) == 8


def test_slice_with_most_tumor_is_shown_else_most_liver_else_the_middle() -> None:
    _, labels = boxes()
    assert telling_slice(labels, Plane.AXIAL) == 4
    without_tumor = np.minimum(labels, 1)
    without_tumor[:, :, 6] = 1
    assert telling_slice(without_tumor, Plane.AXIAL) == 6
    assert telling_slice(np.zeros_like(labels), Plane.CORONAL) == 15


def test_patients_right_is_on_the_left_and_only_labelled_panels_are_colored() -> None:
    picture = np.asarray(preview(*boxes()))[:430]
    columns = np.flatnonzero((picture == BLUE).all(axis=-1).any(axis=0))
    panel = picture.shape[1] // 3
    assert columns.min() > panel
    axial = columns[columns < 2 * panel] - panel
    assert axial.max() < panel / 2


def test_pixels_are_square_whatever_the_slice_distance() -> None:
    picture = np.asarray(preview(*boxes()))[:430]
    panel = picture.shape[1] // 3
    colored = (picture[:, 2 * panel :] == BLUE).all(axis=-1)
    height, width = (np.ptp(np.flatnonzero(colored.any(axis=axis))) for axis in (1, 0))
    assert height / width == pytest.approx(7 * 10 / (13 * 5), rel=0.05)


def test_caption_tells_a_synthetic_scan_from_a_patient() -> None:
    volume, labels = boxes()
    patient = volume_from_array(volume.hu, volume.affine, source=volume.source, digest="0")
    differing = np.asarray(preview(volume, labels)) != np.asarray(preview(patient, labels))
    rows = np.flatnonzero(differing.any(axis=(1, 2)))
    assert len(rows)
    assert rows.min() > 430


def test_long_file_name_does_not_run_out_of_the_picture() -> None:
    volume, labels = boxes()
    picture = np.asarray(preview(volume, labels, note="preset " * 200))
    assert (picture[430:, -6:] == picture[-1, -1]).all()


def test_png_is_the_preview_without_loss() -> None:
    volume, labels = boxes()
    decoded = Image.open(io.BytesIO(preview_png(volume, labels)))
    assert decoded.format == "PNG"
    assert np.array_equal(np.asarray(decoded), np.asarray(preview(volume, labels)))


def test_scan_without_liver_has_a_preview_too() -> None:
    volume, labels = boxes()
    assert count(preview(volume, np.zeros_like(labels)).crop((0, 0, 1290, 430)), BLUE) == 0
