"""Explanations as files: the map on the grid of the scan, and a record of how it was made."""

from typing import Any

import numpy as np

from core.cascade.segmentation import Segmentation
from core.explainers.attribution import Attribution, Shares
from core.explainers.faithfulness import Curves
from core.explainers.pictures import native_map
from core.explainers.question import Posed
from core.explainers.registry import method_named
from core.explainers.standing import Standing
from core.io.export import slice_to_nifti
from core.provenance import NOTICE, commit, versions
from core.volume import Volume


def map_to_nifti(volume: Volume, posed: Posed, found: Attribution, z: int) -> bytes:
    """Encode the map as .nii.gz on the input's grid: float32, 0 but in axial slice `z`."""
    part = native_map(posed, found.values).astype(np.float32)
    return slice_to_nifti(volume, part, z, f"HepatoScope: attribution by {found.method}")


def explanation_record(
    volume: Volume,
    segmentation: Segmentation,
    found: Attribution,
    spread: Shares | None,
    curves: Curves | None,
    asked: dict[str, Any],
    trial: Standing,
) -> dict[str, Any]:
    """Collect how an explanation was made and what it says, for a file.

    Parameters
    ----------
    asked : what was explained: network, slice (from 1), lesion, background.
    trial : what the shipped trial says of the method.
    """
    method = method_named(found.method)
    return {
        "notice": NOTICE,
        "source": volume.source,
        "source_sha256": volume.digest,
        "preset": segmentation.preset,
        "models_sha256": segmentation.models,
        "asked": asked,
        "method": {"name": method.name, "title": method.title, "paper": method.paper},
        "trial": trial.record(),
        "samples": found.samples,
        "seed": found.seed,
        "score": found.score,
        "expected_score": found.expected,
        "score_of_plain_slice": found.plain_score,
        "sum_of_map": float(found.values.sum(dtype=np.float64)),
        "completeness_error": found.completeness_error,
        "seconds": round(found.seconds, 3),
        "shares_of_attribution": None
        if spread is None
        else {
            "tumor_as_called": spread.tumor,
            "rest_of_liver": spread.liver,
            "outside": spread.outside,
            "tumor_area_of_liver": spread.tumor_area,
            "peak_in_tumor": spread.peak_in_tumor,
        },
        "curves": None
        if curves is None
        else {
            "deletion_gain": curves.deletion_gain,
            "insertion_gain": curves.insertion_gain,
            **{name: getattr(curves, name).tolist() for name in curves.__dataclass_fields__},
        },
        "commit": commit(),
        "versions": versions(),
    }
