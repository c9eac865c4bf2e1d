"""Everything that can be taken home from a case, made when it is asked for."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.draw.preview import preview_png
from core.geometry.stl import to_stl
from core.geometry.surfaces import mesh_of
from core.io.export import (
    labels_to_dicom_seg,
    labels_to_nifti,
    obstacle_to_dicom,
    probability_to_nifti,
)
from core.labels import organ_mask, tumor_mask
from core.record import findings_record, lesions_csv, to_json
from core.study import Study
from core.volume import Volume
from pages.common.frame import plain
from pages.common.saved import session_download
from pages.common.widgets import download


def downloads(case: Study, segmentation: Segmentation) -> None:
    """Offer labels, findings and preview."""
    volume, labels, stem = case.volume, segmentation.labels, file_stem(case)
    left, right = st.columns(2, gap="medium")
    with left:
        _button(
            "Labels (NIfTI)",
            lambda: labels_to_nifti(volume, labels),
            f"{stem}-labels.nii.gz",
            "On the grid of your file, voxel by voxel: 0 background, 1 liver, 2 tumor.",
        )
        _labels_as_dicom(volume, segmentation, stem)
        for of, probability in _probabilities(segmentation).items():
            _button(
                f"{of.capitalize()} probability (NIfTI)",
                partial(probability_to_nifti, volume, probability, of),
                f"{stem}-{of}-probability.nii.gz",
                f"What the {of} network answered, 0 to 1, on the grid of your file.",
            )
        session_download(case, stem)
    with right:
        _button(
            "Findings (JSON)",
            lambda: findings_json(case, segmentation),
            f"{stem}-findings.json",
            "Measurements with units, scan, weights and versions.",
        )
        _button(
            "Preview (PNG)",
            lambda: preview_png(volume, labels),
            f"{stem}-preview.png",
            "The most telling slice with its labels.",
        )
        for of, mask in (("Liver", organ_mask), ("Lesions", tumor_mask)):
            _button(
                f"{of} surface (STL)",
                partial(_surface, volume, segmentation, mask),
                f"{stem}-{of.lower()}.stl",
                "In millimeters: right, front, head. For 3-D programs and printers.",
            )
        assert case.findings is not None
        findings = case.findings
        _button(
            "Lesions (CSV)",
            lambda: lesions_csv(findings),
            f"{stem}-lesions.csv",
            "A row for each, rejected ones marked; slices and voxels count from 0.",
        )


def _labels_as_dicom(volume: Volume, segmentation: Segmentation, stem: str) -> None:
    """Offer the labels as DICOM SEG, where the scan is DICOM; say why where it cannot be made."""
    if volume.dicom_headers and (obstacle := dicom_obstacle(volume)):
        st.warning(plain(obstacle), icon=":material/warning:")
    elif volume.dicom_headers:
        _button(
            "Labels (DICOM SEG)",
            lambda: labels_to_dicom_seg(
                volume,
                segmentation.labels,
                model=segmentation.maker,
                corrected=bool(segmentation.corrections or segmentation.brought),
            ),
            f"{stem}-labels.dcm",
            "Refers to your series; it carries the patient data that the series carries.",
        )


def _probabilities(segmentation: Segmentation) -> dict[str, NDArray[np.uint8]]:
    """List what the networks answered; nothing where nobody asked them."""
    if segmentation.brought is not None:
        return {}
    return {"liver": segmentation.liver_probability, "tumor": segmentation.tumor_probability}


def _surface(
    volume: Volume,
    segmentation: Segmentation,
    mask: Callable[[NDArray[np.uint8]], NDArray[np.bool_]],
) -> bytes:
    return to_stl(mesh_of(mask(segmentation.labels), volume.affine))


def dicom_obstacle(volume: Volume) -> str | None:
    """Say why no DICOM document can be made of a series; asked once per scan and session."""
    known: dict[str, str | None] = st.session_state.setdefault("dicom-obstacles", {})
    if volume.digest not in known:
        known[volume.digest] = obstacle_to_dicom(volume)
    return known[volume.digest]


def findings_json(case: Study, segmentation: Segmentation) -> bytes:
    """Write down the findings of a segmented case, and where they came from."""
    assert case.findings is not None
    return to_json(findings_record(case.known)).encode()


def file_stem(case: Study) -> str:
    """Name files after the scan: letters, digits, dots, dashes and underscores only."""
    name = PurePath(case.title).name
    for suffix in (".gz", ".tar", ".nii", ".zip", ".dcm", ".nrrd", ".mha"):
        name = name.removesuffix(suffix)
    kept = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name)
    return kept.strip("-.") or "scan"


def _button(label: str, make: Callable[[], bytes | str], name: str, tip: str) -> None:
    download(label, make, name, key=f"download-{label}", width="stretch")
    st.caption(tip)
