import os
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from core.io import read
from core.io.export import labels_to_nifti
from core.quality import check

DATA = os.environ.get("HEPATOSCOPE_DATA")
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA, reason="HEPATOSCOPE_DATA names no folder of real CT"),
]
VOLUMES = Path(DATA or ".") / "volumes"
NAMES = {
    "ircad-01/ct.nii.gz": set[str](),
    "radct-0745/ct-dicom.zip": {"arterial"},
    "totalsegmentator-example/example_ct.nii.gz": {"coarse-pixels", "cut-by-border"},
    "totalsegmentator-example/example_ct-dicom.zip": {"short-scan", "no-lung-on-top"},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_real_scan_gets_the_findings_it_deserves(name: str) -> None:
    assert {finding.code for finding in check(read(VOLUMES / name))} == NAMES[name]


def test_the_liver_of_a_nifti_lies_in_its_volume() -> None:
    volume = read(VOLUMES / "ircad-01/ct.nii.gz")
    liver = np.asarray(nib.load(VOLUMES / "ircad-01/labels-liver-only.nii.gz").dataobj) > 0
    turned = nib.as_closest_canonical(nib.Nifti1Image(liver.astype(np.uint8), volume.native.affine))
    hu = volume.hu[np.asarray(turned.dataobj) > 0]
    assert 90 < np.median(hu) < 140
    assert hu.std() < 40


def test_the_liver_of_a_dicom_series_lies_where_its_labels_say() -> None:
    volume = read(VOLUMES / "radct-0745/ct-dicom.zip")
    labels = nib.load(VOLUMES / "radct-0745/labels.nii.gz")
    np.testing.assert_allclose(volume.native.affine, labels.affine, atol=1e-3)
    # The labels count the series' one sagittal image as an uppermost slice; it is empty.
    drawn = np.asarray(labels.dataobj)[..., : volume.native.shape[2]]
    hu = volume.hu[::-1, ::-1][drawn == 1]
    assert 60 < np.median(hu) < 90
    assert hu.std() < 30


def test_labels_of_a_real_scan_have_its_shape_and_affine(tmp_path: Path) -> None:
    volume = read(VOLUMES / "totalsegmentator-example/example_ct.nii.gz")
    (tmp_path / "labels.nii.gz").write_bytes(
        labels_to_nifti(volume, (volume.hu > 0).astype(np.uint8))
    )
    ct = nib.load(VOLUMES / "totalsegmentator-example/example_ct.nii.gz")
    saved = nib.load(tmp_path / "labels.nii.gz")
    assert saved.shape == ct.shape
    np.testing.assert_array_equal(saved.affine, ct.affine)
    np.testing.assert_array_equal(np.asarray(saved.dataobj), np.asarray(ct.dataobj) > 0)
