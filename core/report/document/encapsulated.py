"""A report's PDF as a DICOM object, so that an archive keeps it beside the series."""

import io
from datetime import UTC, datetime
from hashlib import sha256

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, EncapsulatedPDFStorage, ExplicitVRLittleEndian

from core.io.dicom.kept import IDENTITY
from core.io.dicom.reference import referring, sources_of, uid_of
from core.provenance import VERSION
from core.volume import Volume

SERIES_NUMBER = 902
TITLE = "HepatoScope report, research use only"


def to_encapsulated_pdf(volume: Volume, pdf: bytes) -> bytes:
    """Wrap `pdf` in a DICOM Encapsulated PDF of the series that `volume` was read from.

    The object carries the patient data of the series; the pages inside stay as they are.

    Raises
    ------
    UnsupportedScan : `volume` was not read from DICOM.
    """
    sources = sources_of(volume, "a DICOM document")
    with referring(volume, "a DICOM document"):
        document = _identified(sources[0], volume, sha256(pdf).hexdigest())
        document.SourceInstanceSequence = [_reference(source) for source in sources]
        document.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
        document.EncapsulatedDocumentLength = len(pdf)
        document.MIMETypeOfEncapsulatedDocument = "application/pdf"
        document.DocumentTitle = TITLE
        document.ConceptNameCodeSequence = [_coded()]
        document.BurnedInAnnotation = "YES"
        document.RecognizableVisualFeatures = "NO"
        file = io.BytesIO()
        document.save_as(file, enforce_file_format=True)
        return file.getvalue()


def _identified(source: Dataset, volume: Volume, digest: str) -> FileDataset:
    """Begin a document of the study of `source`, written now."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    meta.MediaStorageSOPInstanceUID = UID(uid_of("pdf", volume.digest, digest))
    document = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    document.SpecificCharacterSet = source.SpecificCharacterSet
    for keyword in (*IDENTITY, "StudyInstanceUID"):
        document[keyword] = source[keyword]
    now = datetime.now(UTC)
    document.SOPClassUID = meta.MediaStorageSOPClassUID
    document.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    document.SeriesInstanceUID = uid_of("pdf series", volume.digest)
    document.SeriesNumber, document.InstanceNumber = SERIES_NUMBER, 1
    document.Modality, document.ConversionType = "DOC", "WSD"
    document.SeriesDescription = TITLE
    document.Manufacturer = document.ManufacturerModelName = "HepatoScope"
    document.SoftwareVersions, document.DeviceSerialNumber = VERSION, "0"
    document.ContentDate = document.InstanceCreationDate = f"{now:%Y%m%d}"
    document.ContentTime = document.InstanceCreationTime = f"{now:%H%M%S}"
    document.AcquisitionDateTime = ""
    document.TimezoneOffsetFromUTC = "+0000"
    return document


def _reference(source: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = source.SOPClassUID
    reference.ReferencedSOPInstanceUID = source.SOPInstanceUID
    return reference


def _coded() -> Dataset:
    title, item = codes.cid7021.ImagingMeasurementReport, Dataset()
    item.CodeValue, item.CodingSchemeDesignator = title.value, title.scheme_designator
    item.CodeMeaning = title.meaning
    return item
