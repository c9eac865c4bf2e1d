"""Write labels as a DICOM Segmentation that refers to the slices it was made from."""

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UnsupportedScan
from core.io.dicom.geometry import LPS_RAS
from core.io.dicom.reference import plane_of, referring, sources_of, uid_of
from core.volume import Volume, to_native

if TYPE_CHECKING:
    from highdicom.seg import SegmentDescription

SERIES_NUMBER = 900
CORRECTED = ", corrected by hand"
DEVICE: dict[str, Any] = {
    "manufacturer": "HepatoScope",
    "manufacturer_model_name": "HepatoScope",
    "device_serial_number": "0",
}


def labels_to_dicom_seg(
    volume: Volume,
    labels: NDArray[np.uint8],
    *,
    model: str = "unspecified",
    corrected: bool = False,
) -> bytes:
    """Encode `labels` as a binary DICOM SEG with the segments Liver and Tumor.

    Parameters
    ----------
    volume : read from DICOM; its headers give patient, study and frame of reference.
    labels : uint8 [X, Y, Z] on the grid of `volume`; 0 background, 1 liver, 2 tumor. The
        segments stay disjoint, as the labels are.
    model : version of the algorithm to name, such as a preset and its weights.
    corrected : whether a reader drew on them: then they count as made semi-automatically.

    Returns
    -------
    A DICOM file. Empty frames are left out; so are planes that were interpolated across missing
    slices: they have no source image. UIDs follow from the scan and the labels.

    Raises
    ------
    UnsupportedScan : `volume` was not read from DICOM, or its headers allow no segmentation.
    ValueError : `labels` has another shape than `volume`.
    """
    import highdicom

    if labels.shape != volume.shape:
        raise ValueError(f"labels have shape {labels.shape}, the volume {volume.shape}")
    sources = sources_of(volume, "a DICOM segmentation")
    with referring(volume, "a DICOM segmentation"):
        frames = to_native(labels, volume.native).transpose(2, 1, 0)
        places: dict[str, Any] = {}
        if "NumberOfFrames" in sources[0]:
            places["plane_positions"] = _plane_positions(volume)
        else:
            frames = frames[[plane_of(header, volume) for header in sources]]
        made = highdicom.seg.Segmentation(
            source_images=sources,
            pixel_array=np.ascontiguousarray(frames),
            segmentation_type="BINARY",
            segment_descriptions=_segments(model, corrected),
            series_instance_uid=uid_of(volume.digest, "series", model),
            series_number=SERIES_NUMBER,
            sop_instance_uid=uid_of(volume.digest, model, sha256(labels.tobytes()).hexdigest()),
            instance_number=1,
            **DEVICE,
            software_versions=model[:64],
            content_label="LIVER",
            content_description="Liver and tumors, research use only",
            series_description="HepatoScope segmentation" + CORRECTED * corrected,
            omit_empty_frames=True,
            **places,
        )
        file = BytesIO()
        made.save_as(file)
        return file.getvalue()


def obstacle_to_dicom(volume: Volume) -> str | None:
    """Say in a sentence why no DICOM segmentation can be made of `volume`; None where it can."""
    one_voxel = np.zeros(volume.shape, np.uint8)
    one_voxel[tuple(side // 2 for side in volume.shape)] = 1
    try:
        labels_to_dicom_seg(volume, one_voxel)
    except UnsupportedScan as error:
        return str(error)
    return None


def _segments(model: str, corrected: bool) -> "Sequence[SegmentDescription]":
    import highdicom
    from pydicom.sr.codedict import codes

    algorithm = highdicom.AlgorithmIdentificationSequence(
        name="HepatoScope", version=model[:64], family=codes.DCM.ArtificialIntelligence
    )
    meanings = (
        ("Liver", codes.SCT.AnatomicalStructure, codes.SCT.Liver, None),
        ("Tumor", codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, codes.SCT.Liver),
    )
    return [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=category,
            segmented_property_type=kind,
            algorithm_type="SEMIAUTOMATIC" if corrected else "AUTOMATIC",
            algorithm_identification=algorithm,
            anatomic_regions=None if region is None else [region],
        )
        for number, (label, category, kind, region) in enumerate(meanings, start=1)
    ]


def _plane_positions(volume: Volume) -> Sequence[Any]:
    import highdicom

    first = LPS_RAS @ volume.native.affine
    return [
        highdicom.PlanePositionSequence("PATIENT", (first @ [0, 0, plane, 1])[:3].tolist())
        for plane in range(volume.native.shape[2])
    ]
