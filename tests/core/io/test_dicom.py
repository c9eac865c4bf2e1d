import io
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import make_archive

import gdcm
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from core.errors import HepatoScopeError, UnreadableScan, UnsupportedScan
from core.io import read
from core.io.dicom.stack import choose_stack
from tests.core.io.scans import ct_series, ct_slice, enhanced_ct, save_dicom, some_hu, trunk

HU = some_hu((8, 20, 18))


def as_slices(hu: NDArray[np.int16]) -> NDArray[np.int16]:
    """RAS+ [X, Y, Z] as stored slices [planes, rows, columns] of an axial series."""
    return hu.transpose(2, 1, 0)[:, ::-1, ::-1]


def test_slices_are_ordered_by_position_not_by_name(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    np.testing.assert_allclose(volume.spacing, (0.8, 0.9, 2.5))
    assert volume.notes == ()


def test_a_voxel_lies_where_dicom_says(tmp_path: Path) -> None:
    hu = np.zeros_like(HU)
    hu[5, 7, 11] = 900
    volume = read(save_dicom(tmp_path, ct_series(hu)))
    found = volume.affine @ [*np.argwhere(volume.hu == 900)[0], 1]
    left, posterior, superior = -100 + 11 * 0.8, -80 + 7 * 0.9, 30 + 5 * 2.5
    np.testing.assert_allclose(found[:3], [-left, -posterior, superior])
    assert volume.native.axis_codes == "LPS"


def test_each_slice_has_its_own_slope_and_intercept(tmp_path: Path) -> None:
    slices = ct_series(HU)
    stored = np.full((20, 18), 100)
    slices[2] = ct_slice(stored, (-100, -80, 35), RescaleSlope=0.5, RescaleIntercept=-7)
    slices[3] = ct_slice(stored, (-100, -80, 37.5), RescaleSlope=2, RescaleIntercept=3)
    volume = read(save_dicom(tmp_path, slices))
    assert np.unique(volume.hu[..., 2]) == 43
    assert np.unique(volume.hu[..., 3]) == 203


def test_a_slice_without_an_intercept_takes_that_of_the_others(tmp_path: Path) -> None:
    slices = ct_series(HU)
    del slices[0].RescaleIntercept
    del slices[3].RescaleSlope
    volume = read(save_dicom(tmp_path, slices))
    np.testing.assert_array_equal(volume.hu, read(save_dicom(tmp_path / "b", ct_series(HU))).hu)
    assert "2 slices name no rescale" in volume.notes[0]
    assert "(1 and -1024) were used" in volume.notes[0]


def test_a_series_without_any_intercept_is_taken_as_it_is_and_said(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for one in slices:
        del one.RescaleIntercept
    volume = read(save_dicom(tmp_path, slices))
    assert volume.hu.max() == HU.max() + 1024
    assert "taken as Hounsfield units" in volume.notes[0]


def test_a_slice_without_an_intercept_among_different_ones_is_refused(tmp_path: Path) -> None:
    slices = ct_series(HU)
    slices[1].RescaleIntercept = -1000
    del slices[2].RescaleIntercept
    with pytest.raises(UnsupportedScan, match="those of the other slices differ"):
        read(save_dicom(tmp_path, slices))


def test_signed_numbers_under_an_unsigned_header_are_read_as_signed(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for plane, one in zip(HU, slices, strict=True):
        one.PixelData = plane.astype("<i2").tobytes()
        one.RescaleIntercept = 0
    volume = read(save_dicom(tmp_path, slices))
    np.testing.assert_array_equal(volume.hu, read(save_dicom(tmp_path / "b", ct_series(HU))).hu)
    negative = int((HU < 0).any(axis=(1, 2)).sum())
    assert f"{negative} slices are called unsigned" in volume.notes[-1]


def test_a_lossy_compression_is_reported(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU, LossyImageCompression="01")))
    assert volume.notes[0].startswith("8 slices were compressed with loss")


def test_the_largest_axial_series_is_chosen_and_said(tmp_path: Path) -> None:
    save_dicom(tmp_path / "a", ct_series(HU, uid="1.1", SeriesNumber=2))
    save_dicom(tmp_path / "b", ct_series(HU[:5], uid="1.2", SeriesNumber=4))
    coronal = [(0.0, float(y), 0.0) for y in range(12)]
    facing = ct_series(
        some_hu((12, 20, 18)),
        coronal,
        uid="1.3",
        SeriesNumber=5,
        ImageOrientationPatient=[1, 0, 0, 0, 0, -1],
    )
    save_dicom(tmp_path / "c", facing)
    volume = read(tmp_path)
    assert volume.source == "CT series 2, 8 slices"
    assert "5 axial of series 4" in volume.notes[0]
    assert "12 coronal of series 5" in volume.notes[0]


def test_a_coronal_series_alone_is_turned_upright(tmp_path: Path) -> None:
    places = [(0.0, 2.5 * y, 0.0) for y in range(8)]
    facing = ct_series(HU, places, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    volume = read(save_dicom(tmp_path, facing))
    np.testing.assert_allclose(volume.spacing, (0.8, 2.5, 0.9))
    np.testing.assert_array_equal(volume.hu, HU.transpose(2, 0, 1)[::-1, ::-1, ::-1])
    assert "coronal" in volume.notes[0]


def test_a_stray_sagittal_image_of_the_series_is_left_out(tmp_path: Path) -> None:
    stray = ct_slice(HU[0] + 1024, (1, -90, 60), ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    volume = read(save_dicom(tmp_path, [stray, *ct_series(HU)]))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert "1 sagittal of series 3" in volume.notes[0]


def test_what_is_no_ct_slice_is_left_out_and_counted(tmp_path: Path) -> None:
    pixels = HU[0] + 1024
    others = [
        ct_slice(pixels, (0, 0, 1), ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        ct_slice(pixels, (0, 0, 2), Modality="MR"),
        ct_slice(pixels, (0, 0, 3), SamplesPerPixel=3),
    ]
    (tmp_path / "README.txt").write_text("about this study")
    volume = read(save_dicom(tmp_path, [*others, *ct_series(HU)]))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert volume.notes == ("Left out besides: 1 localizer, 1 MR image, 1 color image.",)


@pytest.mark.parametrize(
    ("changes", "telling"),
    [
        ({"Modality": "MR"}, "8 MR images"),
        ({"SamplesPerPixel": 3}, "8 color images"),
        ({"ImageType": ["DERIVED", "PRIMARY", "LOCALIZER"]}, "8 localizers"),
        ({"Modality": "", "SOPClassUID": SecondaryCaptureImageStorage}, "unknown modality"),
        ({"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}, "impossible orientation"),
        ({"ImagePositionPatient": None}, "without positions"),
    ],
)
def test_a_series_that_is_no_ct_says_what_it_is(
    tmp_path: Path, changes: dict[str, object], telling: str
) -> None:
    save_dicom(tmp_path, ct_series(HU, **changes))
    with pytest.raises(UnsupportedScan, match=telling):
        read(tmp_path)


def test_single_slices_are_no_volume(tmp_path: Path) -> None:
    save_dicom(tmp_path, ct_series(HU[:2]))
    with pytest.raises(UnsupportedScan, match="2 slices"):
        read(tmp_path)


def test_repeated_slices_are_dropped_and_counted(tmp_path: Path) -> None:
    slices = ct_series(HU)
    again = ct_slice(np.zeros((20, 18)), slices[4].ImagePositionPatient, InstanceNumber=99)
    volume = read(save_dicom(tmp_path, [again, *slices]))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert "1 slice repeats" in volume.notes[0]


def test_two_passes_in_one_series_are_two_stacks(tmp_path: Path) -> None:
    late = some_hu((8, 20, 18), seed=1)
    save_dicom(
        tmp_path, [*ct_series(late, AcquisitionNumber=2), *ct_series(HU, AcquisitionNumber=1)]
    )
    volume = read(tmp_path)
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert "8 axial of series 3" in volume.notes[0]


def test_directions_and_pixels_that_differ_in_the_fourth_decimal_are_one_scan(
    tmp_path: Path,
) -> None:
    slices = ct_series(HU)
    for number, one in enumerate(slices):
        small = 0.00049 if number % 2 else 0.00051
        one.ImageOrientationPatient = [1, small, 0, -small, 1, 0]
        one.PixelSpacing = [0.9, 0.8 + 0.0001 * (number % 2)]
    volume = read(save_dicom(tmp_path, slices))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert volume.notes == ()


def test_slices_that_lie_another_way_stay_another_stack(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for one in slices[6:]:
        one.ImageOrientationPatient = [0.9998, 0.0175, 0, -0.0175, 0.9998, 0]
    assert "2 stacks of CT slices" in read(save_dicom(tmp_path, slices)).notes[0]


@pytest.mark.parametrize("again", [[3], [2, 3]])
def test_rotations_that_overlap_are_one_scan(tmp_path: Path, again: list[int]) -> None:
    slices = ct_series(HU)
    for number, one in enumerate(slices):
        one.AcquisitionNumber = number // 4 + 1
    places = [slices[number].ImagePositionPatient for number in again]
    repeats = [
        ct_slice(HU[number] + 1024, place, InstanceNumber=50 + number, AcquisitionNumber=2)
        for number, place in zip(again, places, strict=True)
    ]
    volume = read(save_dicom(tmp_path, [*slices, *repeats]))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert f"{len(again)} slice" in volume.notes[0]


def test_two_phases_that_differ_in_time_alone_are_told_apart(tmp_path: Path) -> None:
    late = some_hu((8, 20, 18), seed=1)
    early = ct_series(HU, AcquisitionTime="101500")
    second = ct_series(late, AcquisitionTime="101600")
    mixed = []
    for number, (one, other) in enumerate(zip(early, second, strict=True)):
        mixed += [one, other] if number % 2 else [other, one]
    for number, one in enumerate(mixed):
        one.InstanceNumber = number + 1
    volume = read(save_dicom(tmp_path, mixed))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    assert "8 axial of series 3" in volume.notes[0]


def test_phases_that_nothing_tells_apart_are_said_to_be_mixed(tmp_path: Path) -> None:
    late = some_hu((8, 20, 18), seed=1)
    volume = read(save_dicom(tmp_path, [*ct_series(HU), *ct_series(late, ContentDate="20200102")]))
    assert volume.shape[2] == 8
    assert "phases apart, so they may be mixed" in volume.notes[0]


def test_a_step_that_changes_on_purpose_is_read_whole(tmp_path: Path) -> None:
    depths = np.array([0, 12, 24, 36, 39, 42, 45, 48.0])
    ramp = (10 * depths).astype(np.int16)[:, None, None] + np.zeros((20, 18), np.int16)
    places = [(-100.0, -80.0, float(depth)) for depth in depths]
    volume = read(save_dicom(tmp_path, ct_series(ramp, places)))
    assert volume.shape[2] == 17
    assert volume.spacing[2] == pytest.approx(3)
    np.testing.assert_allclose(volume.hu[0, 0], 30 * np.arange(17), atol=1)
    assert "unevenly spaced (3.00 to 12.00 mm)" in volume.notes[0]


def test_of_a_study_the_series_that_shows_the_abdomen_is_read(tmp_path: Path) -> None:
    chest = trunk(True, 40, 200, SeriesInstanceUID="1.2.3.5", SeriesNumber=5)
    volume = read(save_dicom(tmp_path, [*trunk(False, 24, 80), *chest]))
    assert volume.source == "CT series 3, 24 slices"
    assert "these were left out: 40 axial of series 5" in volume.notes[0]


def test_of_two_series_of_the_abdomen_the_one_with_more_slices_is_read(tmp_path: Path) -> None:
    longer = trunk(False, 26, 80, SeriesInstanceUID="1.2.3.5", SeriesNumber=5)
    volume = read(save_dicom(tmp_path, [*trunk(False, 24, 80), *longer]))
    assert volume.source == "CT series 5, 26 slices"


def test_another_series_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    chest = trunk(
        True, 40, 200, SeriesInstanceUID="1.2.3.5", SeriesNumber=5, SeriesDescription="LUNG 1.0"
    )
    folder = save_dicom(tmp_path, [*trunk(False, 24, 80), *chest])
    volume = read(folder)
    assert [one.key for one in volume.series] == ["3", "5"]
    asked = read(folder, "5")
    assert asked.source == "CT series 5, 40 slices"
    assert asked.series[0].label.startswith("Series 5: 40 axial slices, LUNG 1.0")
    assert asked.digest != volume.digest
    with pytest.raises(UnsupportedScan, match=r"no series 9 .*; choose of 5 \(40 axial\), 3 \(24"):
        read(folder, "9")


def test_series_of_a_zip_are_scans_of_their_own(tmp_path: Path) -> None:
    chest = trunk(True, 40, 200, SeriesInstanceUID="1.2.3.5", SeriesNumber=5)
    save_dicom(tmp_path / "study", [*trunk(False, 24, 80), *chest])
    path = Path(make_archive(str(tmp_path / "study"), "zip", tmp_path / "study"))
    digests = {read(path, key).digest for key in (None, "3", "5")}
    assert len(digests) == 3


def test_stacks_of_one_series_are_told_apart_by_their_order(tmp_path: Path) -> None:
    later = trunk(False, 24, 80, AcquisitionNumber=2, SeriesDescription="late")
    early = trunk(False, 24, 80, AcquisitionNumber=1, SeriesDescription="early")
    volume = read(save_dicom(tmp_path, [*later, *early]))
    assert sorted(one.key for one in volume.series) == ["3.1", "3.2"]
    second = read(tmp_path, "3.2")
    assert {header.SeriesDescription for header in second.dicom_headers} == {"late"}


def test_deflated_files_are_called_deflated() -> None:
    with pytest.raises(UnsupportedScan, match="deflated as a whole"):
        choose_stack([], Counter({"deflated DICOM file": 3}))


def test_a_missing_slice_is_bridged_without_displacing_the_rest(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, [*ct_series(HU)[:3], *ct_series(HU)[4:]]))
    slices = as_slices(volume.hu)
    np.testing.assert_array_equal(np.delete(slices, 3, axis=0), np.delete(HU, 3, axis=0))
    np.testing.assert_allclose(slices[3], (HU[2].astype(float) + HU[4]) / 2, atol=0.51)
    np.testing.assert_allclose(volume.spacing[2], 2.5)
    assert "About 1 slice is missing" in volume.notes[0]
    assert len(volume.dicom_headers) == 7


def test_a_wide_gap_ends_the_volume(tmp_path: Path) -> None:
    places = [(-100.0, -80.0, 2.5 * plane + 60 * (plane > 4)) for plane in range(8)]
    volume = read(save_dicom(tmp_path, ct_series(HU, places)))
    np.testing.assert_array_equal(as_slices(volume.hu), HU[:5])
    assert "62.5 mm at z = 10.0" in volume.notes[0]


def test_uneven_slices_are_laid_on_an_even_grid(tmp_path: Path) -> None:
    ramp = np.arange(0, 800, 100, dtype=np.int16)[:, None, None] + np.zeros((20, 18), np.int16)
    depths = [0, 2, 5, 7, 9, 12, 14, 16]
    places = [(-100.0, -80.0, float(depth)) for depth in depths]
    volume = read(save_dicom(tmp_path, ct_series(ramp, places)))
    heights = np.arange(volume.shape[2]) * volume.spacing[2]
    expected = np.interp(heights, depths, ramp[:, 0, 0])
    np.testing.assert_allclose(volume.hu[0, 0], expected, atol=6)
    np.testing.assert_allclose(heights[-1], 16)
    assert "unevenly spaced" in volume.notes[0]


def test_a_tilted_gantry_shears_the_grid_and_keeps_volumes(tmp_path: Path) -> None:
    shift = np.tan(np.radians(15)) * 2.5
    places = [(-100.0, -80.0 + shift * plane, 2.5 * plane) for plane in range(8)]
    volume = read(save_dicom(tmp_path, ct_series(HU, places)))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    np.testing.assert_allclose(volume.voxel_ml, 0.8 * 0.9 * 2.5 / 1000)
    np.testing.assert_allclose(
        (volume.native.affine @ [0, 0, 7, 1])[:3], [100, 80 - 7 * shift, 17.5]
    )
    assert "tilted by 15.0 degrees" in volume.notes[0]


def test_a_tilt_that_positions_do_not_show_is_reported(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU, GantryDetectorTilt=-12)))
    assert "-12.0 degrees" in volume.notes[0]


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
def test_compressed_slices_decode_to_the_same_numbers(tmp_path: Path, syntax: str) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.compress(syntax, generate_instance_uid=False)
    np.testing.assert_array_equal(as_slices(read(save_dicom(tmp_path, slices)).hu), HU)


@pytest.mark.parametrize("stream_signed", [False, True])
@pytest.mark.parametrize("bits", [12, 13, 16])
def test_jpeg_2000_that_knows_no_sign_is_read_by_the_header(
    tmp_path: Path, bits: int, stream_signed: bool
) -> None:
    slices = ct_series(HU)
    half = 1 << (bits - 1)
    wanted = np.clip(HU, -1000, half - 1)
    for plane, one in zip(wanted, slices, strict=True):
        stored = plane if stream_signed else plane.astype(np.int32) & (2 * half - 1)
        one.PixelRepresentation, one.RescaleIntercept = int(stream_signed), 0
        one.BitsStored, one.HighBit = bits, bits - 1
        one.PixelData = stored.astype("<i2" if stream_signed else "<u2").tobytes()
    plain = save_dicom(tmp_path / "plain", slices)
    packed = tmp_path / "packed"
    packed.mkdir()
    for file in plain.iterdir():
        as_jpeg_2000(file, packed / file.name)
        one = pydicom.dcmread(packed / file.name)
        one.PixelRepresentation = 1
        one.save_as(packed / file.name)
    np.testing.assert_array_equal(as_slices(read(packed).hu), wanted)


def as_jpeg_2000(plain: Path, packed: Path) -> None:
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEG2000Lossless))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(packed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()


def test_damaged_compressed_pixels_are_one_sentence(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.compress(JPEGLSLossless, generate_instance_uid=False)
    slices[3].PixelData = slices[3].PixelData[:40] + bytes(len(slices[3].PixelData) - 40)
    with pytest.raises(UnreadableScan, match=r"slice 4 \(JPEG-LS.*damaged"):
        read(save_dicom(tmp_path, slices))


@pytest.mark.parametrize(("limit", "most"), [("MEMORY_MB", 1), ("SECONDS_TO_START", -60)])
def test_decoder_that_wants_too_much_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: float
) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.compress(RLELossless, generate_instance_uid=False)
    monkeypatch.setattr(f"core.io.dicom.pixels.{limit}", most)
    with pytest.raises(UnreadableScan, match=r"RLE.*damaged or incomplete"):
        read(save_dicom(tmp_path, slices))


def test_a_compression_without_decoder_is_named(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.compress(RLELossless, generate_instance_uid=False)
        item.file_meta.TransferSyntaxUID = HTJ2KLossless
    with pytest.raises(UnsupportedScan, match="High-Throughput JPEG 2000"):
        read(save_dicom(tmp_path, slices))


def test_missing_pixels_are_one_sentence(tmp_path: Path) -> None:
    slices = ct_series(HU)
    slices[3].PixelData = slices[3].PixelData[:100]
    told = r"pixels of slice 4 \(uncompressed\), at z = 37\.5 mm, are damaged or incomplete"
    with pytest.raises(UnreadableScan, match=told):
        read(save_dicom(tmp_path, slices))


def test_frames_of_one_file_are_ordered_by_position(tmp_path: Path) -> None:
    order = [3, 0, 7, 1, 5, 2, 6, 4]
    save_dicom(tmp_path, [enhanced_ct(HU, order)])
    volume = read(next(tmp_path.iterdir()))
    np.testing.assert_array_equal(as_slices(volume.hu), HU)
    np.testing.assert_allclose(volume.spacing, (0.8, 0.9, 2.5))
    assert len(volume.dicom_headers) == 1


def test_old_files_without_preamble_are_recognized(tmp_path: Path) -> None:
    for number, item in enumerate(ct_series(HU)):
        del item.file_meta
        item.save_as(tmp_path / f"{number}", implicit_vr=True, little_endian=True)
    np.testing.assert_array_equal(as_slices(read(tmp_path).hu), HU)


def test_headers_are_kept_in_slice_order_without_pixels(tmp_path: Path) -> None:
    headers = read(save_dicom(tmp_path, ct_series(HU))).dicom_headers
    assert [float(header.ImagePositionPatient[2]) for header in headers] == sorted(
        30 + 2.5 * plane for plane in range(8)
    )
    assert not any("PixelData" in header for header in headers)


def test_no_patient_identity_reaches_source_or_notes(tmp_path: Path) -> None:
    stray = ct_slice(HU[0] + 1024, (1, -90, 60), ImageOrientationPatient=[0, 1, 0, 0, 0, -1])
    volume = read(save_dicom(tmp_path / "Jane Doe 1950", [stray, *ct_series(HU)]))
    told = " ".join((volume.source, *volume.notes))
    assert not any(word in told for word in ("Doe", "Jane", "secret", "1950", "2020"))


def test_the_digest_follows_the_pixels(tmp_path: Path) -> None:
    first = read(save_dicom(tmp_path / "a", ct_series(HU), seed=1))
    same = read(save_dicom(tmp_path / "b", ct_series(HU), seed=2))
    other = read(save_dicom(tmp_path / "c", ct_series(HU + 1)))
    assert first.digest == same.digest != other.digest


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableScan, match="folder is empty"):
        read(tmp_path)


def test_too_large_a_series_is_refused_before_decoding(tmp_path: Path) -> None:
    save_dicom(tmp_path, ct_series(HU, Rows=60_000, Columns=60_000))
    with pytest.raises(UnsupportedScan, match="60000 × 60000 × 8"):
        read(tmp_path)


# pydicom's own remarks on damaged bytes.
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 1400), value=st.integers(0, 255))
def test_no_damaged_file_escapes_as_another_error(tmp_path: Path, place: int, value: int) -> None:
    path = tmp_path / "file"
    enhanced_ct(some_hu((4, 16, 16)), [0, 1, 2, 3]).save_as(path, enforce_file_format=True)
    content = bytearray(path.read_bytes())
    content[place] = value
    path.write_bytes(content)
    with suppress(HepatoScopeError):
        assert read(path).hu.size == 1024


@pytest.mark.parametrize(
    ("reason", "one", "two"),
    [
        ("image without a position", "1 image without a position", "2 images without positions"),
        ("image of unknown modality", "1 image of unknown", "2 images of unknown modality"),
        (
            "DICOM file without an image",
            "1 DICOM file without an",
            "2 DICOM files without images",
        ),
        ("damaged DICOM file", "1 damaged DICOM file)", "2 damaged DICOM files)"),
        ("MR image", "1 MR image", "2 MR images"),
        ("localizer", "1 localizer", "2 localizers"),
    ],
)
def test_what_is_left_out_is_counted_in_words(reason: str, one: str, two: str) -> None:
    for count, words in ((1, one), (2, two)):
        with pytest.raises((UnsupportedScan, UnreadableScan)) as told:
            choose_stack([], Counter({reason: count}))
        assert words in str(told.value)


@pytest.mark.parametrize(("places", "said"), [(1, "one and the same place"), (2, "2 places only")])
def test_slices_at_too_few_positions_end_in_one_sentence(
    tmp_path: Path, places: int, said: str
) -> None:
    slices = ct_series(HU)
    for index, item in enumerate(slices):
        item.ImagePositionPatient = [-100, -80, 30 + index % places]
    with pytest.raises(UnsupportedScan, match=f"lie at {said}"):
        read(save_dicom(tmp_path, slices))


@pytest.mark.parametrize("preamble", [True, False])
def test_deflated_file_is_refused_before_it_is_inflated(tmp_path: Path, preamble: bool) -> None:
    """Two megabytes would become two thousand, with a preamble or without."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    head = io.BytesIO()
    write_file_meta_info(DicomFileLike(head), meta, enforce_standard=False)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = packer.compress(bytes(300_000_000)) + packer.flush()
    start = bytes(128) + b"DICM" if preamble else b""
    path = tmp_path / "bomb.dcm"
    path.write_bytes(start + head.getvalue() + bomb)
    tracemalloc.start()
    with pytest.raises(UnsupportedScan, match="deflated"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_decoder_that_never_ends_is_given_up_after_one_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.io.dicom.pixels.SECONDS_PER_SLICE", 0.5)
    monkeypatch.setattr("core.io.dicom.pixels.decoded", never_decoded)
    slices = ct_series(HU)
    for item in slices:
        item.compress(RLELossless, generate_instance_uid=False)
    with pytest.raises(UnreadableScan, match="damaged or incomplete"):
        read(save_dicom(tmp_path, slices))


def never_decoded(*_: object, progress: Callable[[int], None]) -> None:
    progress(0)
    time.sleep(60)
