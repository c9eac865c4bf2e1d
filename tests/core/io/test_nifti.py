import gzip
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.errors import HepatoScopeError, UnreadableScan, UnsupportedScan
from core.io import read
from core.io.digest import sha256_of
from core.io.export import labels_to_nifti
from tests.core.io.scans import AXIS_CODES, ras_affine, save_nifti, some_hu, stored_as


@pytest.mark.parametrize("codes", AXIS_CODES)
def test_every_axis_orientation_gives_the_same_volume(tmp_path: Path, codes: str) -> None:
    hu = some_hu()
    path = save_nifti(tmp_path / "ct.nii", *stored_as(codes, hu, ras_affine()))
    volume = read(path)
    np.testing.assert_array_equal(volume.hu, hu)
    np.testing.assert_allclose(volume.affine, ras_affine(), atol=1e-4)
    assert volume.native.axis_codes == codes


@pytest.mark.parametrize("codes", AXIS_CODES)
def test_mask_saved_for_a_rotated_scan_lies_on_that_scan(tmp_path: Path, codes: str) -> None:
    path = save_nifti(tmp_path / "ct.nii", *stored_as(codes, some_hu(), ras_affine()))
    volume = read(path)
    labels = (volume.hu > 100).astype(np.uint8) + (volume.hu > 500)
    mask = tmp_path / "labels.nii.gz"
    mask.write_bytes(labels_to_nifti(volume, labels))
    ct, saved = nib.load(path), nib.load(mask)
    stored = np.asarray(ct.dataobj)
    np.testing.assert_array_equal(np.asarray(saved.dataobj), (stored > 100) * 1 + (stored > 500))
    np.testing.assert_array_equal(saved.affine, ct.affine)
    np.testing.assert_allclose(saved.get_qform(), ct.affine, atol=1e-4)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angles=st.tuples(*[st.floats(-180, 180)] * 3), voxel=st.tuples(*[st.integers(0, 15)] * 3))
def test_an_oblique_scan_keeps_every_voxel_at_its_place(
    tmp_path: Path, angles: tuple[float, float, float], voxel: tuple[int, int, int]
) -> None:
    affine = ras_affine()
    affine[:3, :3] = nib.eulerangles.euler2mat(*np.radians(angles)) @ affine[:3, :3]
    hu = np.zeros((18, 20, 16), np.int16)
    hu[voxel] = 700
    volume = read(save_nifti(tmp_path / "ct.nii", hu, affine))
    found = np.argwhere(volume.hu == 700)[0]
    place = volume.affine @ [*found, 1]
    np.testing.assert_allclose(place, affine @ [*voxel, 1], atol=1e-3)
    assert np.diag(volume.affine)[:3].max() > 0


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "u1", "<u2", "<i4", "<f4", ">f4", "<f8"])
def test_stored_numbers_are_scaled_to_hounsfield_units(tmp_path: Path, dtype: str) -> None:
    stored = (some_hu() // 20 + 60).astype(dtype)
    header = nib.Nifti1Header(endianness=">" if dtype[0] == ">" else "<")
    header.set_data_dtype(stored.dtype)
    header.set_data_shape(stored.shape)
    header["magic"], header["vox_offset"] = b"n+1", 352
    header["scl_slope"], header["scl_inter"] = 20, -1200
    path = tmp_path / "ct.nii"
    path.write_bytes(header.binaryblock + bytes(4) + stored.tobytes("F"))
    np.testing.assert_array_equal(read(path).hu[::-1], stored.astype(int) * 20 - 1200)


def test_values_beyond_int16_saturate(tmp_path: Path) -> None:
    stored = np.full((18, 20, 16), 100_000, np.int32)
    assert read(save_nifti(tmp_path / "ct.nii", stored)).hu.max() == 32767


def test_nifti_2_is_read_like_nifti_1(tmp_path: Path) -> None:
    nib.save(nib.Nifti2Image(some_hu(), ras_affine()), tmp_path / "ct.nii.gz")
    np.testing.assert_array_equal(read(tmp_path / "ct.nii.gz").hu, some_hu())


def test_a_series_of_one_frame_is_a_volume(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii.gz", some_hu()[..., None])
    np.testing.assert_array_equal(read(path).hu, some_hu())


def test_the_sform_wins_where_the_qform_disagrees(tmp_path: Path) -> None:
    image = nib.Nifti1Image(some_hu(), ras_affine())
    image.set_qform(ras_affine() + np.eye(4, k=3) * 7, 1)
    image.header.set_xyzt_units("mm")
    nib.save(image, tmp_path / "ct.nii")
    volume = read(tmp_path / "ct.nii")
    np.testing.assert_allclose(volume.affine, ras_affine(), atol=1e-4)
    assert volume.notes == (
        "The qform and the sform of the file disagree by up to 7.0 mm; the sform was used.",
    )


def forms(
    folder: Path,
    sform: NDArray[np.float64] | None,
    qform: NDArray[np.float64] | None,
    shape: tuple[int, int, int] = (64, 60, 40),
) -> Path:
    """A scan whose header has these two, or one of them; pixdim is the qform's."""
    image = nib.Nifti1Image(some_hu(shape), np.eye(4))
    image.set_qform(qform, 0 if qform is None else 1)
    image.set_sform(sform, 0 if sform is None else 2)
    image.header.set_xyzt_units("mm")
    nib.save(image, folder / "ct.nii")
    return folder / "ct.nii"


# Of 64 x 60 x 40 voxels: a body of 320 x 300 x 200 mm.
BODY = np.diag([5.0, 5.0, 5.0, 1.0])


@pytest.mark.parametrize(
    ("sform", "qform", "used", "said"),
    [
        (np.eye(4), BODY, "qform", "whose voxels of 5 × 5 × 5 mm make a body of human size"),
        (np.diag([0.1, 0.1, 0.1, 1]), BODY, "qform", "make a body of human size"),
        (np.diag([-1.0, -1.0, 1.0, 1]), np.diag([5, 5, 4, 1.0]), "qform", "5 × 5 × 4 mm"),
        (BODY, np.diag([0.1, 0.1, 0.1, 1]), "sform", "instead of 0.1 × 0.1 × 0.1 mm"),
        (BODY, np.diag([4.0, 4.0, 6.0, 1]), "sform", "instead of 4 × 4 × 6 mm"),
    ],
)
def test_of_two_voxel_sizes_the_one_that_makes_a_body_is_used(
    tmp_path: Path,
    sform: NDArray[np.float64],
    qform: NDArray[np.float64],
    used: str,
    said: str,
) -> None:
    volume = read(forms(tmp_path, sform, qform))
    expected = sform if used == "sform" else qform
    np.testing.assert_allclose(volume.spacing, np.abs(np.diag(expected)[:3]), rtol=1e-5)
    assert len(volume.notes) == 1
    assert f"the {used}" in volume.notes[0]
    assert said in volume.notes[0]


def test_an_identity_that_makes_a_body_gives_way_to_a_voxel_size_that_was_measured(
    tmp_path: Path,
) -> None:
    measured = np.diag([0.8, 0.8, 5.0, 1])
    volume = read(forms(tmp_path, np.eye(4), measured, (300, 280, 60)))
    np.testing.assert_allclose(volume.spacing, (0.8, 0.8, 5), rtol=1e-5)
    assert "instead of the sform's 1 mm" in volume.notes[0]


def test_a_step_of_zero_is_refused_where_nothing_else_tells_it(tmp_path: Path) -> None:
    path = forms(tmp_path, None, BODY)
    content = bytearray(path.read_bytes())
    content[76 + 4 * 3 : 76 + 4 * 4] = np.float32(0).tobytes()
    path.write_bytes(content)
    with pytest.raises(UnreadableScan, match="step of 0 mm along axis 3"):
        read(path)


def test_a_step_of_zero_does_not_matter_beside_an_sform(tmp_path: Path) -> None:
    path = forms(tmp_path, BODY, BODY)
    content = bytearray(path.read_bytes())
    content[76 + 4 * 3 : 76 + 4 * 4] = np.float32(0).tobytes()
    path.write_bytes(content)
    assert read(path).spacing == (5, 5, 5)


def test_the_qform_is_used_where_there_is_no_sform(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu(), ras_affine())
    image = nib.load(path)
    image.set_qform(ras_affine((1, 2, 3)), 1)
    image.set_sform(None, 0)
    nib.save(image, tmp_path / "q.nii")
    volume = read(tmp_path / "q.nii")
    np.testing.assert_allclose(volume.spacing, (1, 2, 3), rtol=1e-6)
    assert volume.notes == ()


def test_a_scan_without_orientation_warns_of_exchanged_sides(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu())
    content = path.read_bytes()
    path.write_bytes(content[:252] + bytes(4) + content[256:])
    assert "left and right" in " ".join(read(path).notes)


@pytest.mark.parametrize(("unit", "scale"), [("meter", 1e-3), ("micron", 1e3), ("unknown", 1)])
def test_other_units_become_millimeters(tmp_path: Path, unit: str, scale: float) -> None:
    image = nib.Nifti1Image(some_hu(), np.diag([scale, scale, scale, 1]) @ ras_affine())
    image.header.set_xyzt_units(unit)
    nib.save(image, tmp_path / "ct.nii")
    volume = read(tmp_path / "ct.nii")
    np.testing.assert_allclose(volume.affine, ras_affine(), rtol=1e-5)
    assert len(volume.notes) == 1


def test_a_wrong_extension_is_read_and_reported(tmp_path: Path) -> None:
    right = save_nifti(tmp_path / "ct.nii", some_hu())
    plain, packed = tmp_path / "plain.nii.gz", tmp_path / "packed.nii"
    plain.write_bytes(right.read_bytes())
    packed.write_bytes(gzip.compress(right.read_bytes()))
    for path in (plain, packed):
        volume = read(path)
        np.testing.assert_array_equal(volume.hu, some_hu())
        assert "named" in volume.notes[0]


def test_source_is_the_name_and_digest_the_content(tmp_path: Path) -> None:
    (tmp_path / "Jane Doe").mkdir()
    path = save_nifti(tmp_path / "Jane Doe" / "ct.nii.gz", some_hu())
    volume = read(path)
    assert volume.source == "ct.nii.gz"
    assert volume.digest == sha256_of([path])


def _header(**fields: object) -> bytes:
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header["magic"], header["vox_offset"] = b"n+1", 352
    for name, value in fields.items():
        header[name] = value
    return header.binaryblock + bytes(4)


BAD: dict[str, tuple[bytes, type[HepatoScopeError], str]] = {
    "empty": (b"", UnreadableScan, "empty"),
    "random": (b"these are no voxels" * 50, UnreadableScan, "neither NIfTI"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(400), UnsupportedScan, "PNG picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(400), UnsupportedScan, "JPEG picture"),
    "zipped text": (gzip.compress(b"hello"), UnreadableScan, "no NIfTI"),
    "half a header": (_header()[:200], UnreadableScan, "200 bytes"),
    "flat": (_header(dim=[2, 512, 512, 1, 1, 1, 1, 1]), UnsupportedScan, "512 × 512"),
    "one slice": (_header(dim=[3, 512, 512, 1, 1, 1, 1, 1]), UnsupportedScan, "512 × 512 × 1"),
    "series": (_header(dim=[4, 64, 64, 32, 9, 1, 1, 1]), UnsupportedScan, "series"),
    "no voxels": (_header(dim=[3, 64, 0, 64, 1, 1, 1, 1]), UnreadableScan, "64 × 0 × 64"),
    "negative": (_header(dim=[3, 64, -5, 64, 1, 1, 1, 1]), UnreadableScan, "-5"),
    "ten dimensions": (_header(dim=[10, 9, 9, 9, 9, 9, 9, 9]), UnreadableScan, "10 dim"),
    "huge": (_header(dim=[3, 2000, 2000, 600, 1, 1, 1, 1]), UnsupportedScan, "600 million"),
    "no depth": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], sform_code=1), UnreadableScan, "bytes"),
    "rgb": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], datatype=128), UnsupportedScan, "RGB"),
    "complex": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], datatype=32), UnsupportedScan, "complex"),
    "unknown type": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], datatype=77), UnreadableScan, "77"),
    "pair": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], magic=b"ni1"), UnsupportedScan, ".img"),
    "analyze": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], magic=b""), UnsupportedScan, "Analyze"),
    "no voxels stored": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1]), UnreadableScan, "352 bytes"),
    "far away": (_header(dim=[3, 64, 64, 64, 1, 1, 1, 1], vox_offset=9e9), UnreadableScan, "9e+09"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_bad_file_gets_one_sentence(tmp_path: Path, case: str, zipped: bool) -> None:
    content, kind, telling = BAD[case]
    path = tmp_path / "scan.nii"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(HepatoScopeError) as caught:
        read(path)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    if not zipped:
        assert isinstance(caught.value, kind)
        assert telling in message


def test_a_tiny_file_that_declares_gigabytes_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.nii.gz"
    path.write_bytes(gzip.compress(_header(dim=[3, 1500, 1500, 200, 1, 1, 1, 1])))
    tracemalloc.start()
    with pytest.raises(UnreadableScan, match=r"declares 900\.0 MB"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz"])
@pytest.mark.parametrize("kept", [0.1, 0.9, 0.999])
def test_a_truncated_scan_is_unreadable(tmp_path: Path, name: str, kept: float) -> None:
    content = save_nifti(tmp_path / name, some_hu()).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(UnreadableScan, match=r"arrived whole|damaged"):
        read(tmp_path / name)


def test_a_flipped_bit_in_compressed_data_is_noticed(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii.gz", some_hu())
    content = bytearray(path.read_bytes())
    content[-6] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableScan, match="damaged"):
        read(path)


def test_voxels_that_are_no_numbers_are_counted(tmp_path: Path) -> None:
    hu = some_hu().astype(np.float32)
    hu[3, 4, 5:9] = np.nan
    hu[0, 0, 0] = np.inf
    path = tmp_path / "ct.nii"
    path.write_bytes(nib.Nifti1Image(hu, ras_affine()).to_bytes())
    with pytest.raises(UnsupportedScan, match="5 voxels"):
        read(path)


def test_signed_numbers_called_unsigned_are_read_as_signed(tmp_path: Path) -> None:
    hu = some_hu()
    volume = read(save_nifti(tmp_path / "ct.nii", hu.view(np.uint16)))
    np.testing.assert_array_equal(volume.hu, hu)
    assert "calls its numbers unsigned" in volume.notes[-1]


def test_large_unsigned_numbers_stay_what_they_are(tmp_path: Path) -> None:
    whole = np.linspace(0, 65535, 16 * 20 * 18).reshape(16, 20, 18).astype(np.uint16)
    volume = read(save_nifti(tmp_path / "ct.nii", whole))
    assert volume.hu.min() == 0
    assert volume.notes == ()


@pytest.mark.parametrize("scaled", [False, True])
def test_where_a_round_field_leaves_no_number_there_is_air(tmp_path: Path, scaled: bool) -> None:
    hu = some_hu((40, 40, 6)).astype(np.float32)
    x, y = np.indices((40, 40)) - 19.5
    corners = x**2 + y**2 > 20**2
    stored = np.where(corners[..., None], np.nan, hu)
    image = nib.Nifti1Image(stored, ras_affine())
    if scaled:
        image.header.set_slope_inter(2, -10)
    path = tmp_path / "ct.nii"
    path.write_bytes(image.to_bytes())
    volume = read(path)
    assert (volume.hu[corners] == -1024).all()
    np.testing.assert_array_equal(volume.hu[~corners], hu[~corners] * (1 + scaled) - 10 * scaled)
    assert f"{corners.sum() * 6:,} voxels around the image" in volume.notes[-1]


@pytest.mark.parametrize("spacing", [(0.001, 1, 1), (1, 1, 900)])
def test_impossible_voxel_sizes_are_refused(tmp_path: Path, spacing: Any) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu(), ras_affine(spacing))
    with pytest.raises(UnreadableScan, match="mm"):
        read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableScan, match=r"no file “gone\.nii”"):
        read(tmp_path / "gone.nii")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 351), value=st.integers(0, 255))
def test_no_damaged_header_escapes_as_another_error(tmp_path: Path, place: int, value: int) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu((16, 16, 4)))
    content = bytearray(path.read_bytes())
    content[place] = value
    path.write_bytes(content)
    with suppress(HepatoScopeError):
        assert read(path).hu.size == 1024


@pytest.mark.parametrize("offset", [np.inf, -np.inf, np.nan])
def test_an_offset_that_is_no_number_ends_in_one_sentence(tmp_path: Path, offset: float) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu(), ras_affine())
    content = bytearray(path.read_bytes())
    content[108:112] = np.float32(offset).tobytes()
    path.write_bytes(content)
    with pytest.raises(UnreadableScan, match="is damaged"):
        read(path)
