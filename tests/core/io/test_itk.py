"""NRRD and MetaImage, as 3-D Slicer and ITK write them."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK

from core.errors import HepatoScopeError
from core.io import read
from core.io.export import labels_to_nifti
from tests.core.io.scans import AXIS_CODES, ras_affine, save_nifti, some_hu, stored_as


def converted(path: Path, suffix: str, **how: bool) -> Path:
    """Write a NIfTI file in another format."""
    other = path.with_name(f"scan{suffix}")
    SimpleITK.WriteImage(SimpleITK.ReadImage(str(path)), str(other), **how)
    return other


@pytest.mark.parametrize("suffix", [".nrrd", ".mha"])
@pytest.mark.parametrize("codes", AXIS_CODES[::9])
def test_a_scan_is_the_same_in_every_format(tmp_path: Path, codes: str, suffix: str) -> None:
    stored, affine = stored_as(codes, some_hu((20, 18, 24)), ras_affine())
    nifti = save_nifti(tmp_path / "ct.nii.gz", stored, affine)
    expected, found = read(nifti), read(converted(nifti, suffix, useCompression=True))
    assert np.array_equal(found.hu, expected.hu)
    np.testing.assert_allclose(found.affine, expected.affine, atol=1e-4)
    assert found.source == f"scan{suffix}"


def test_labels_lie_on_the_grid_of_the_file(tmp_path: Path) -> None:
    stored, affine = stored_as("LPS", some_hu((20, 18, 24)), ras_affine())
    path = converted(save_nifti(tmp_path / "ct.nii.gz", stored, affine), ".nrrd")
    volume = read(path)
    (tmp_path / "l.nii.gz").write_bytes(labels_to_nifti(volume, (volume.hu > 500).astype(np.uint8)))
    labels = nib.load(tmp_path / "l.nii.gz")
    assert np.array_equal(np.asarray(labels.dataobj), stored > 500)
    np.testing.assert_allclose(labels.affine, affine, atol=1e-4)


def detached(path: Path) -> Path:
    """Write a header that names another file of the machine."""
    path.write_bytes(
        b"NRRD0004\ntype: short\ndimension: 3\nsizes: 20 18 24\nencoding: raw\n"
        b"endian: little\ndata file: /etc/passwd\n\n"
    )
    return path


def pointing(path: Path) -> Path:
    path.write_bytes(
        b"ObjectType = Image\nNDims = 3\nDimSize = 20 18 24\nElementType = MET_SHORT\n"
        b"ElementDataFile = /etc/passwd\n"
    )
    return path


def cut(path: Path) -> Path:
    whole = converted(save_nifti(path.with_name("ct.nii.gz"), some_hu()), ".mha")
    path.write_bytes(whole.read_bytes()[:-4000])
    return path


def enormous(path: Path) -> Path:
    path.write_bytes(
        b"NRRD0004\ntype: short\ndimension: 3\nsizes: 5000 5000 5000\nencoding: raw\n"
        b"endian: little\n\n" + bytes(100)
    )
    return path


def colored(path: Path) -> Path:
    image = SimpleITK.Image([20, 18, 24], SimpleITK.sitkVectorUInt8, 3)
    SimpleITK.WriteImage(image, str(path))
    return path


def two_dimensional(path: Path) -> Path:
    SimpleITK.WriteImage(SimpleITK.Image([200, 180], SimpleITK.sitkInt16), str(path))
    return path


@pytest.mark.parametrize(
    ("make", "name", "said"),
    [
        (detached, "a.nrrd", "voxels are in another file"),
        (pointing, "a.mha", "voxels are in another file"),
        (cut, "a.mha", "damaged or incomplete"),
        (enormous, "a.nrrd", "more than the 600 million"),
        (colored, "a.nrrd", "as color does"),
        (two_dimensional, "a.mha", "one CT volume is needed"),
    ],
)
def test_what_is_no_scan_is_refused_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], Path], name: str, said: str
) -> None:
    with pytest.raises(HepatoScopeError, match=said) as told:
        read(make(tmp_path / name))
    assert str(told.value).endswith(".")
