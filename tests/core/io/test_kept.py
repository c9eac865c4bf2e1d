"""What of DICOM headers stays in memory, and what is said of the rest."""

from pathlib import Path

import pytest

from core.io import read
from core.io.dicom.kept import KEPT, identity_in
from core.io.export import labels_to_dicom_seg
from tests.core.io.scans import ct_series, save_dicom, some_hu

SECRET = "1 Main Street, Springfield"
HU = some_hu((8, 20, 18))


def test_headers_keep_the_list_and_drop_the_rest_by_name(tmp_path: Path) -> None:
    slices = ct_series(HU)
    for item in slices:
        item.PatientName, item.PatientAddress = "Doe^Jane", SECRET
        item.private_block(0x0009, "SOMEBODY", create=True).add_new(1, "LO", SECRET)
    volume = read(save_dicom(tmp_path, slices))
    for header in volume.dicom_headers:
        assert {element.keyword for element in header} <= set(KEPT)
        assert SECRET not in str(header)
    assert "Patient's Address" in volume.dropped
    assert "2 private elements" in volume.dropped
    assert "Patient's Name" not in volume.dropped
    assert "Patient's Name" in identity_in(volume.dicom_headers[0])


def test_results_for_the_series_still_bear_its_patient(tmp_path: Path) -> None:
    import io

    import pydicom

    slices = ct_series(HU)
    for item in slices:
        item.PatientName, item.PatientID = "Doe^Jane", "4711"
    volume = read(save_dicom(tmp_path, slices))
    labels = (volume.hu > 0).astype("uint8")
    result = pydicom.dcmread(io.BytesIO(labels_to_dicom_seg(volume, labels)))
    assert (result.PatientName, result.PatientID) == ("Doe^Jane", "4711")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"BurnedInAnnotation": "YES"}, "text is burned into the pixels"),
        ({"ImageType": ["DERIVED", "SECONDARY"]}, "secondary captures"),
    ],
)
def test_text_in_the_pixels_is_warned_of(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    slices = ct_series(HU)
    for item in slices:
        for keyword, value in change.items():
            setattr(item, keyword, value)
    volume = read(save_dicom(tmp_path, slices))
    assert any(told in note for note in volume.notes)
    plain = tmp_path / "plain"
    plain.mkdir()
    assert not read(save_dicom(plain, ct_series(HU))).notes
