import gzip
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import UID, CTImageStorage, SecondaryCaptureImageStorage

from core.errors import UnsupportedScan
from core.io import read
from core.io.datasets import find_cases
from core.io.export import (
    doubt_to_nifti,
    labels_to_dicom_seg,
    labels_to_nifti,
    obstacle_to_dicom,
    probability_to_nifti,
    slice_to_nifti,
    training_case,
)
from core.volume import Volume, to_native
from tests.core.io.scans import ct_series, enhanced_ct, save_dicom, save_nifti, some_hu

HU = some_hu((8, 20, 18))


def some_labels(volume: Volume) -> NDArray[np.uint8]:
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:15, 3:17, 2:7] = 1
    labels[4:8, 5:9, 4:6] = 2
    return labels


def test_a_probability_reads_back_as_a_share_on_the_grid_of_the_file(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii.gz", some_hu((20, 18, 16))))
    probability = np.full(volume.shape, 51, np.uint8)
    path = tmp_path / "p.nii.gz"
    path.write_bytes(probability_to_nifti(volume, probability, "liver"))
    np.testing.assert_allclose(nib.load(path).get_fdata(), 0.2, atol=1e-6)


def test_a_training_case_is_found_by_who_learns_from_it(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii.gz", some_hu((20, 18, 16))))
    labels = some_labels(volume)
    with ZipFile(BytesIO(training_case(volume, labels))) as archive:
        archive.extractall(tmp_path / "lits")
    (case,) = find_cases(tmp_path / "lits")
    again, read_labels = case.read()
    np.testing.assert_array_equal(again.hu, volume.hu)
    np.testing.assert_array_equal(read_labels, labels)
    np.testing.assert_allclose(again.affine, volume.affine)


def planes_in(segmentation: bytes, volume: Volume) -> NDArray[np.uint8]:
    """Frames of a SEG in the order of the source slices, [slices, rows, columns]."""
    read_back = highdicom.seg.segread(BytesIO(segmentation))
    return np.asarray(
        read_back.get_pixels_by_source_instance(
            [header.SOPInstanceUID for header in volume.dicom_headers],
            combine_segments=True,
            assert_missing_frames_are_empty=True,
        )
    )


def native_planes(volume: Volume) -> NDArray[np.uint8]:
    return to_native(some_labels(volume), volume.native).transpose(2, 1, 0)


def test_a_segmentation_refers_to_the_slices_it_covers(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    encoded = labels_to_dicom_seg(volume, some_labels(volume), model="paper 1a2b")
    np.testing.assert_array_equal(planes_in(encoded, volume), native_planes(volume))
    dataset = pydicom.dcmread(BytesIO(encoded))
    assert dataset.PatientID == "secret-17"
    assert dataset.StudyInstanceUID == "1.2.3"
    assert [segment.SegmentLabel for segment in dataset.SegmentSequence] == ["Liver", "Tumor"]
    assert dataset.NumberOfFrames == 5 + 2


def test_segments_are_coded_and_name_their_algorithm(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    encoded = labels_to_dicom_seg(volume, some_labels(volume), model="paper 1a2b")
    liver, tumor = highdicom.seg.segread(BytesIO(encoded)).SegmentSequence
    assert liver.segmented_property_type.value == "10200004"
    assert tumor.segmented_property_type.value == "108369006"
    assert tumor.algorithm_identification.version == "paper 1a2b"


def test_labels_that_a_reader_drew_on_count_as_half_automatic(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    for corrected, kind in ((False, "AUTOMATIC"), (True, "SEMIAUTOMATIC")):
        encoded = labels_to_dicom_seg(volume, some_labels(volume), corrected=corrected)
        dataset = pydicom.dcmread(BytesIO(encoded))
        assert {one.SegmentAlgorithmType for one in dataset.SegmentSequence} == {kind}
        assert dataset.SeriesDescription.endswith("corrected by hand") is corrected


def test_the_same_labels_get_the_same_instance_uid(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    labels = some_labels(volume)
    uids = [
        pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, given))).SOPInstanceUID
        for given in (labels, labels, labels[::-1])
    ]
    assert uids[0] == uids[1] != uids[2]


def test_a_segmentation_without_findings_is_still_a_file(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    encoded = labels_to_dicom_seg(volume, np.zeros(volume.shape, np.uint8))
    assert not planes_in(encoded, volume).any()


def test_bridged_planes_are_left_out_of_the_segmentation(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, [*ct_series(HU)[:3], *ct_series(HU)[4:]]))
    encoded = labels_to_dicom_seg(volume, some_labels(volume))
    expected = np.delete(native_planes(volume), 3, axis=0)
    np.testing.assert_array_equal(planes_in(encoded, volume), expected)


def test_frames_of_one_file_keep_their_place(tmp_path: Path) -> None:
    save_dicom(tmp_path, [enhanced_ct(HU, [3, 0, 7, 1, 5, 2, 6, 4])])
    volume = read(tmp_path)
    encoded = labels_to_dicom_seg(volume, some_labels(volume))
    found = highdicom.seg.segread(BytesIO(encoded)).get_volume(combine_segments=True)
    for plane, labels in zip(found.array, range(len(found.array)), strict=True):
        place = found.affine @ [labels, 0, 0, 1]
        height = round((place[2] - 30) / 2.5)
        np.testing.assert_array_equal(plane, native_planes(volume)[height])


@pytest.mark.parametrize(
    "lacking", ["PatientName", "PatientSex", "StudyDate", "StudyInstanceUID", "SOPInstanceUID"]
)
def test_a_stripped_series_can_still_be_segmented(tmp_path: Path, lacking: str) -> None:
    slices = ct_series(HU)
    for item in slices:
        delattr(item, lacking)
    volume = read(save_dicom(tmp_path, slices))
    encoded = labels_to_dicom_seg(volume, some_labels(volume))
    assert pydicom.dcmread(BytesIO(encoded)).NumberOfFrames == 7


def per_slice(keyword: str) -> Callable[[list[Dataset]], None]:
    def change(slices: list[Dataset]) -> None:
        for number, item in enumerate(slices):
            setattr(item, keyword, f"1.2.{number + 1}")

    return change


def everywhere(**values: object) -> Callable[[list[Dataset]], None]:
    def change(slices: list[Dataset]) -> None:
        for item in slices:
            for keyword, value in values.items():
                setattr(item, keyword, value)

    return change


def odd_thickness(text: str) -> Callable[[list[Dataset]], None]:
    """Write an element as a file may hold it, whatever the standard says."""
    value = text.encode() + b" " * (len(text) % 2)

    def change(slices: list[Dataset]) -> None:
        for item in slices:
            tag = Tag("SliceThickness")
            item[tag] = RawDataElement(tag, "DS", len(value), value, 0, False, True)

    return change


def invented_class(slices: list[Dataset]) -> None:
    for item in slices:
        item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = "1.2.826.0.1.99"


BROKEN = {
    "a class that an anonymiser invented": invented_class,
    "no thickness": everywhere(SliceThickness=None),
    "no positive thickness": everywhere(SliceThickness=0),
    "words for a thickness": odd_thickness("thin"),
    "two thicknesses": odd_thickness("2.5\\2.5"),
    "a thickness without end": odd_thickness("inf"),
    "a study for each slice": per_slice("StudyInstanceUID"),
    "a frame of reference for each slice": per_slice("FrameOfReferenceUID"),
    "an empty frame of reference": everywhere(FrameOfReferenceUID=""),
    "several studies in one value": everywhere(StudyInstanceUID=["1.2.3", "1.2.4"]),
    "no UID but words": everywhere(StudyInstanceUID="removed", FrameOfReferenceUID="removed"),
    "one UID for all images": everywhere(SOPInstanceUID="1.2.77"),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_headers_that_break_the_standard_are_mended(
    tmp_path: Path, change: Callable[[list[Dataset]], None]
) -> None:
    slices = ct_series(HU)
    change(slices)
    volume = read(save_dicom(tmp_path, slices))
    segmentation = pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, some_labels(volume))))
    assert segmentation.NumberOfFrames == 7
    measures = segmentation.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert measures.SliceThickness == pytest.approx(2.5)
    uids = (segmentation.StudyInstanceUID, segmentation.FrameOfReferenceUID)
    assert all(UID(uid).is_valid for uid in uids)
    (series,) = segmentation.ReferencedSeriesSequence
    referred = {item.ReferencedSOPInstanceUID for item in series.ReferencedInstanceSequence}
    assert len(referred) == len(slices)
    assert {item.ReferencedSOPClassUID for item in series.ReferencedInstanceSequence} == {
        CTImageStorage
    }


def test_directions_that_are_rounded_differently_allow_a_segmentation(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for number, one in enumerate(slices):
        small = 0.00049 if number % 2 else 0.00051
        one.ImageOrientationPatient = [1, small, 0, -small, 1, 0]
    volume = read(save_dicom(tmp_path, slices))
    encoded = labels_to_dicom_seg(volume, some_labels(volume), model="paper 1a2b")
    np.testing.assert_array_equal(planes_in(encoded, volume), native_planes(volume))


def test_a_class_that_everybody_knows_is_kept(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.SOPClassUID = item.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    volume = read(save_dicom(tmp_path, slices))
    segmentation = pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, some_labels(volume))))
    (series,) = segmentation.ReferencedSeriesSequence
    referred = {item.ReferencedSOPClassUID for item in series.ReferencedInstanceSequence}
    assert referred == {SecondaryCaptureImageStorage}


def test_a_thickness_missing_in_a_multi_frame_image_is_filled_in(tmp_path: Path) -> None:
    image = enhanced_ct(HU, range(8))
    del image.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness
    volume = read(save_dicom(tmp_path, [image]))
    segmentation = pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, some_labels(volume))))
    measures = segmentation.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert measures.SliceThickness == 2.5


def test_the_thickness_of_tilted_slices_is_measured_across_them(tmp_path: Path) -> None:
    places = [(-100.0, -80.0 + plane, 2.5 * plane) for plane in range(8)]
    slices = ct_series(HU, places)
    for item in slices:
        del item.SliceThickness
    volume = read(save_dicom(tmp_path, slices))
    segmentation = pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, some_labels(volume))))
    measures = segmentation.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert measures.SliceThickness == pytest.approx(2.5)


def test_the_study_of_most_slices_is_that_of_the_segmentation(tmp_path: Path) -> None:
    slices = ct_series(HU)
    slices[0].StudyInstanceUID, slices[0].FrameOfReferenceUID = "1.2.4", "1.2.10"
    volume = read(save_dicom(tmp_path, slices))
    dataset = pydicom.dcmread(BytesIO(labels_to_dicom_seg(volume, some_labels(volume))))
    assert (dataset.StudyInstanceUID, dataset.FrameOfReferenceUID) == ("1.2.3", "1.2.9")


def test_series_of_several_multi_frame_images_allows_no_segmentation(tmp_path: Path) -> None:
    halves = [enhanced_ct(HU, range(4)), enhanced_ct(HU, range(4, 8))]
    volume = read(save_dicom(tmp_path, halves))
    with pytest.raises(UnsupportedScan, match=r"allow a DICOM .*; take another format") as told:
        labels_to_dicom_seg(volume, some_labels(volume))
    assert obstacle_to_dicom(volume) == str(told.value)
    assert obstacle_to_dicom(read(save_dicom(tmp_path / "good", ct_series(HU)))) is None


def test_what_no_segmentation_can_refer_to_is_named_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise AttributeError("no attribute 'PlanePositionSequence'\nmore")

    monkeypatch.setattr(highdicom.seg, "Segmentation", refused)
    volume = read(save_dicom(tmp_path, ct_series(HU)))
    with pytest.raises(UnsupportedScan, match="do not allow a DICOM segmentation \\(no attribute"):
        labels_to_dicom_seg(volume, some_labels(volume))


def test_a_nifti_scan_has_no_dicom_to_refer_to(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii", some_hu()))
    with pytest.raises(UnsupportedScan, match=r"“ct\.nii” is no DICOM series"):
        labels_to_dicom_seg(volume, np.zeros(volume.shape, np.uint8))


def test_labels_of_a_dicom_series_lie_on_it_as_nifti(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path / "series", ct_series(HU)))
    path = tmp_path / "labels.nii.gz"
    path.write_bytes(labels_to_nifti(volume, some_labels(volume)))
    saved = nib.load(path)
    assert saved.get_data_dtype() == np.uint8
    np.testing.assert_allclose(saved.affine @ [0, 0, 0, 1], [100, 80, 30, 1])
    np.testing.assert_array_equal(
        np.asarray(saved.dataobj).transpose(2, 1, 0), native_planes(volume)
    )


def test_a_sheared_grid_is_kept_in_the_sform_alone(tmp_path: Path) -> None:
    places = [(-100.0, -80.0 + plane, 2.5 * plane) for plane in range(8)]
    volume = read(save_dicom(tmp_path / "series", ct_series(HU, places)))
    path = tmp_path / "labels.nii.gz"
    path.write_bytes(labels_to_nifti(volume, some_labels(volume)))
    saved = nib.load(path)
    np.testing.assert_allclose(saved.affine, volume.native.affine, atol=1e-4)
    assert saved.header["qform_code"] == 0


def test_the_same_labels_give_the_same_bytes(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii", some_hu()))
    labels = (volume.hu > 0).astype(np.uint8)
    assert labels_to_nifti(volume, labels) == labels_to_nifti(volume, labels)


def test_labels_of_another_shape_are_a_mistake(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii", some_hu()))
    with pytest.raises(ValueError, match="shape"):
        labels_to_nifti(volume, np.zeros((3, 3, 3), np.uint8))


def test_a_map_of_doubt_is_stored_as_labels_are_and_scaled_by_its_header(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii", some_hu()))
    array = (volume.hu % 128).astype(np.uint8)
    plain, scaled = (
        gzip.decompress(encode)
        for encode in (labels_to_nifti(volume, array), doubt_to_nifti(volume, array, "liver"))
    )
    assert plain[352:] == scaled[352:]
    headers = [nib.Nifti1Header(file[:348]) for file in (plain, scaled)]
    fields = ([(name, header[name].tobytes()) for name in header] for header in headers)
    assert [one[0] for one, other in zip(*fields, strict=True) if one != other] == [
        "scl_slope",
        "descrip",
    ]
    assert headers[1].get_slope_inter() == (pytest.approx(0.5 / 255), 0)


def test_a_slice_alone_lies_at_its_place_and_a_long_description_is_cut(tmp_path: Path) -> None:
    volume = read(save_nifti(tmp_path / "ct.nii", some_hu()))
    labels = (volume.hu > 100).astype(np.uint8)
    packed = slice_to_nifti(volume, labels[..., 3], 3, "HepatoScope: " + "long " * 30)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(packed))
    expected = np.zeros_like(labels)
    expected[..., 3] = labels[..., 3]
    np.testing.assert_array_equal(np.asarray(image.dataobj), to_native(expected, volume.native))
    assert len(image.header["descrip"].item()) == 79
