"""Doubt in figures, as a picture, and as a file."""

import gzip
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.doubt import Disagreement
from core.cascade.doubt_summary import summarize_doubt, telling_slice
from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation, segment
from core.draw.doubt import doubt_pictures
from core.draw.slices import SIDE
from core.geometry.components import bounding_box
from core.io.export import doubt_to_nifti
from core.labels import organ_mask
from core.presets import PAPER
from core.volume import Volume, volume_from_array
from tests import scene

Map = NDArray[np.uint8]
Z = 13


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


def block(scan: Volume, found: Segmentation) -> Segmentation:
    """A liver of 6 x 6 x 6 voxels with lesions of eight voxels and of one."""
    labels = np.zeros(scan.shape, np.uint8)
    labels[10:16, 10:16, 10:16] = 1
    labels[11:13, 11:13, 11:13] = 2
    labels[14, 14, 14] = 2
    probability = np.where(labels == 2, np.uint8(204), np.uint8(0))
    return replace(found, labels=labels, tumor_probability=probability)


def maps(scan: Volume, liver: Map | None = None, tumor: Map | None = None) -> Disagreement:
    nothing = np.zeros(scan.shape, np.uint8)
    liver, tumor = (nothing if each is None else each for each in (liver, tumor))
    return Disagreement(liver, tumor, (), 0.0)


def test_lesions_are_those_of_the_findings_with_their_own_doubt(
    scan: Volume, found: Segmentation
) -> None:
    drawn = block(scan, found)
    tumor = np.zeros(scan.shape, np.uint8)
    tumor[11:13, 11:13, 11] = 102
    tumor[14, 14, 14] = 255
    first, second = summarize_doubt(scan, drawn, maps(scan, tumor=tumor)).lesions
    lesions = measure(scan, drawn.labels).lesions
    assert [first.volume_ml, second.volume_ml] == [lesion.volume_ml for lesion in lesions]
    assert (first.number, second.number) == (1, 2)
    assert first.mean_disagreement == pytest.approx(0.1)
    assert second.mean_disagreement == pytest.approx(0.5)
    assert first.mean_probability == pytest.approx(0.8)


def test_rim_lies_on_both_sides_of_the_outline(scan: Volume, found: Segmentation) -> None:
    liver = np.zeros(scan.shape, np.uint8)
    liver[11:15, 11:15, 11:15] = 51
    inside = summarize_doubt(scan, block(scan, found), maps(scan, liver))
    assert inside.inside == pytest.approx(0.1)
    assert inside.rim == 0
    liver[:] = 0
    liver[9, 10:16, 10:16] = 255
    outside = summarize_doubt(scan, block(scan, found), maps(scan, liver))
    rim_voxels = 6 * 36 + (6**3 - 4**3)
    assert outside.rim == pytest.approx(0.5 * 36 / rim_voxels)
    assert outside.inside == 0


def test_doubtful_tissue_that_is_no_lesion_is_counted(scan: Volume, found: Segmentation) -> None:
    tumor = np.zeros(scan.shape, np.uint8)
    tumor[11:13, 11:13, 11:13] = 255
    tumor[10, 10, 10:13] = 51
    tumor[10, 11, 10:16] = 50
    summary = summarize_doubt(scan, block(scan, found), maps(scan, tumor=tumor))
    assert summary.uncalled_ml == pytest.approx(3 * scan.voxel_ml)


def test_without_a_liver_there_is_nothing_to_doubt(scan: Volume, found: Segmentation) -> None:
    empty = replace(found, labels=np.zeros(scan.shape, np.uint8))
    summary = summarize_doubt(scan, empty, maps(scan))
    assert (summary.inside, summary.rim, summary.uncalled_ml) == (None, None, 0)
    assert summary.lesions == ()


def test_doubt_is_painted_where_it_is_and_nowhere_else(scan: Volume, found: Segmentation) -> None:
    center = bounding_box(organ_mask(found.labels))
    assert center is not None
    doubt = np.zeros(scan.shape[:2], np.uint8)
    plain, drawn = doubt_pictures(scan, found.labels * 0, doubt, Z, center)
    assert plain.shape == drawn.shape
    assert max(plain.shape) == SIDE
    np.testing.assert_array_equal(plain, drawn)
    # The patient's right, high X, is on the left of the picture.
    doubt[scan.shape[0] // 2 + 12 :] = 255
    painted = doubt_pictures(scan, found.labels * 0, doubt, Z, center)[1]
    colored = np.ptp(painted.astype(int), axis=2).max(axis=0) > 20
    assert colored[:40].all()
    assert not colored[-40:].any()


def test_most_telling_slice_has_most_doubt(scan: Volume) -> None:
    doubt = np.zeros(scan.shape, np.uint8)
    doubt[1, 1, 4] = 200
    doubt[1:5, 1, 9] = 60
    assert telling_slice(doubt) == 9


def test_saved_map_lies_on_a_rotated_scan_in_standard_deviations() -> None:
    affine = np.array([[0, -3.0, 0, 5], [0, 0, 2.0, 1], [-4.0, 0, 0, 9], [0, 0, 0, 1]])
    volume = volume_from_array(np.zeros((5, 6, 7), np.int16), affine, source="s", digest="d")
    doubt = np.zeros(volume.shape, np.uint8)
    doubt[1, 2, 3] = 51
    image = nib.Nifti1Image.from_bytes(gzip.decompress(doubt_to_nifti(volume, doubt, "liver")))
    assert image.shape == (5, 6, 7)
    np.testing.assert_allclose(image.affine, affine)
    place = np.linalg.inv(image.affine) @ volume.affine @ (1, 2, 3, 1)
    values = np.asarray(image.dataobj)
    assert values[tuple(np.rint(place[:3]).astype(int))] == pytest.approx(0.1)
    assert np.count_nonzero(values) == 1
    assert b"disagreement on liver" in image.header["descrip"].item()
