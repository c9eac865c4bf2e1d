"""Facts of the liver: its volume, held against a published range, and its density."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import Findings
from core.geometry.areas import axial_areas
from core.geometry.components import box_where
from core.labels import organ_mask
from core.report.acquisition import WHOLE, coverage_of
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import volume_fact
from core.report.measured import HALF_VOXEL, volume_of
from core.report.references import LIVER_ML, UNENHANCED_HU
from core.volume import Volume


def liver_facts(volume: Volume, labels: NDArray[np.uint8], findings: Findings) -> Iterator[Fact]:
    """Tell of the liver; without one, of its warnings alone."""
    known = findings.to_dict()
    box = box_where(labels, organ_mask)
    if box is not None:
        organ = volume_of(organ_mask(labels[box]), volume.voxel_ml)
        z = int(axial_areas(labels, volume.spacing)[0].argmax())
        ml, origin = known["liver_volume_ml"], f"voxels called liver or lesion; {HALF_VOXEL}"
        told = volume_fact(FactKind.LIVER_VOLUME, "Liver volume", ml, origin, organ)
        yield replace(told, axial_slice=z)
        yield from _judgement(ml, coverage_of(labels) == WHOLE)
        yield from _density(known, z)
    for number, warning in enumerate(findings.warnings, start=1):
        yield Fact(FactKind.LIVER_WARNING.of(number), "Warning", warning, origin="measurement")


def _judgement(liver_ml: float, whole: bool) -> Iterator[Fact]:
    yield Fact(
        FactKind.LIVER_VOLUME_REFERENCE, "Published range", LIVER_ML.shown, origin=LIVER_ML.source
    )
    yield Fact(
        FactKind.LIVER_VOLUME_JUDGEMENT,
        "Liver volume is",
        LIVER_ML.judge(liver_ml) if whole else None,
        origin=f"held against {LIVER_ML.source}; body size is not known"
        if whole
        else "not judged: the scan does not show the whole liver",
    )


def _density(known: dict[str, float | None], z: int) -> Iterator[Fact]:
    origin = "voxels called liver, lesions left out"
    for kind, label, value in (
        (FactKind.LIVER_MEAN_HU, "Mean density of the liver", known["liver_mean_hu"]),
        (FactKind.LIVER_SD_HU, "Its spread", known["liver_sd_hu"]),
    ):
        yield Fact(kind, label, value, "HU", origin=origin, axial_slice=z)
    yield Fact(
        FactKind.LIVER_HU_REFERENCE,
        "Published density without contrast agent",
        UNENHANCED_HU.shown,
        origin=f"{UNENHANCED_HU.source}; not applied, for the phase of this scan is not known",
    )
