"""Write a study with what its reader made of it."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmwrite

from core.cascade.segmentation import Segmentation
from core.editing.file import edits_to_json
from core.provenance import NOTICE, commit
from core.study import Study
from core.volume import Volume

NAME, EDITS_NAME = "session.json", "edits.json"
FORMAT, FORMAT_VERSION = "hepatoscope-session", 1
# The first is as good on noise as the others, and ten times faster.
LEVEL = 1


def save(study: Study, written: Mapping[str, Any], *, with_scan: bool) -> bytes:
    """Write `study` as a file that `core.saved.open_saved` reads.

    Parameters
    ----------
    written : what was written about it, as plain values for JSON.
    with_scan : whether voxels and DICOM headers travel along; without, who opens the file must
        have the scan.

    Raises ValueError where the study was not segmented.
    """
    found = study.segmentation
    if found is None:
        raise ValueError(f"{study.title} was not segmented yet")
    record = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "notice": NOTICE,
        "commit": commit(),
        "scan": _scan_record(study.volume),
        "quality": [asdict(finding) for finding in study.quality],
        "segmentation": _segmentation_record(found),
        "written": dict(written),
    }
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        archive.writestr(NAME, json.dumps(record, indent=2, ensure_ascii=False))
        for name in ("labels", "liver_probability", "tumor_probability"):
            _add(archive, name, getattr(found, name))
        for number, decision in enumerate(found.decisions):
            _add(archive, f"decision-{number}", decision.voxels)
        if found.corrections:
            _add(archive, "found", found.as_found)
            edits = edits_to_json(found.corrections, found.as_found, study.id, {})
            archive.writestr(EDITS_NAME, edits)
        if with_scan:
            _add(archive, "hu", study.volume.hu)
            for number, header in enumerate(study.volume.dicom_headers):
                archive.writestr(f"headers/{number:06d}.dcm", _dicom(header))
    return buffer.getvalue()


def _scan_record(volume: Volume) -> dict[str, Any]:
    return {
        "sha256": volume.digest,
        "source": volume.source,
        "shape": list(volume.shape),
        "affine": volume.affine.tolist(),
        "native_shape": list(volume.native.shape),
        "native_affine": volume.native.affine.tolist(),
        "notes": list(volume.notes),
        "synthetic": volume.synthetic,
        "turns": [str(turn) for turn in volume.turns],
        "base": volume.base,
        "spacing_known": volume.spacing_known,
    }


def _segmentation_record(found: Segmentation) -> dict[str, Any]:
    return {
        "preset": found.preset,
        "liver_threshold": found.liver_threshold,
        "tumor_threshold": found.tumor_threshold,
        "models_sha256": found.models,
        "seconds": found.seconds,
        "steps": [asdict(step) for step in found.steps],
        "decisions": [str(decision.opinion) for decision in found.decisions],
        "liver_box": None if found.liver_box is None else asdict(found.liver_box),
        "liver_gray": found.liver_gray,
        "chances": None if found.chances is None else list(found.chances),
        "agreement": found.agreement,
        "brought": None if found.brought is None else asdict(found.brought),
    }


def _add(archive: ZipFile, name: str, array: NDArray[Any]) -> None:
    with archive.open(f"arrays/{name}.npy", "w", force_zip64=True) as file:
        np.lib.format.write_array(file, array, allow_pickle=False)


def _dicom(header: Dataset) -> bytes:
    buffer = io.BytesIO()
    dcmwrite(buffer, header, enforce_file_format=False)
    return buffer.getvalue()
