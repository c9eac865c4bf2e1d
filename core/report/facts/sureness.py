"""Facts of how sure the result is: probabilities, disagreement of views, attribution."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.cascade.doubt_summary import DOUBTFUL, DoubtSummary
from core.cascade.findings import DECIMALS, Findings
from core.cascade.segmentation import Labelled, Segmentation
from core.geometry.components import bounding_box
from core.labels import organ_mask, tumor_mask
from core.report.fact import Fact
from core.report.facts.liver import volume_digits

SPREAD = "standard deviation over the views of the networks, 0 to 0.5"


@dataclass(frozen=True)
class ExplanationSummary:
    """Where an attribution map of one slice puts its weight.

    Parameters
    ----------
    method : its name, such as ``SHAP``.
    share_tumor, share_liver, share_outside : parts of the map's absolute sum on lesions, on the
        rest of the liver and beyond it, 0..1.
    axial_slice : z index of the slice explained.
    """

    method: str
    share_tumor: float
    share_liver: float
    share_outside: float
    axial_slice: int


def sureness_facts(
    segmentation: Labelled,
    findings: Findings,
    doubt: DoubtSummary | None,
    explanation: ExplanationSummary | None,
) -> Iterator[Fact]:
    """Tell how sure the networks are, then what was asked of them beyond that."""
    yield from _confidence(segmentation)
    if doubt is not None:
        yield from _doubt(doubt, findings)
    if explanation is not None:
        yield from _explanation(explanation)


def _confidence(segmentation: Labelled) -> Iterator[Fact]:
    box = bounding_box(organ_mask(segmentation.labels))
    if box is None or not isinstance(segmentation, Segmentation):
        return
    labels = segmentation.labels[box]
    seen = {
        "liver": (segmentation.liver_probability[box], organ_mask(labels)),
        "tumor": (segmentation.tumor_probability[box], tumor_mask(labels)),
    }
    for name, (probability, mask) in seen.items():
        if mask.any():
            mean = float(probability[mask].mean(dtype=np.float64)) / 2.55
            yield Fact(
                f"confidence.{name}",
                f"Mean {name} probability",
                round(mean, DECIMALS["percent"]),
                "%",
                origin=f"mean of the {name} network's probability over what it was called",
            )


def _doubt(doubt: DoubtSummary, findings: Findings) -> Iterator[Fact]:
    for name, label, value in (
        ("liver_inside", "Doubt inside the liver", doubt.inside),
        ("liver_rim", "Doubt at the rim of the liver", doubt.rim),
    ):
        yield Fact(f"doubt.{name}", label, value, digits=2, origin=SPREAD)
    uncalled = round(doubt.uncalled_ml, DECIMALS["ml"])
    yield Fact(
        "doubt.uncalled_volume",
        "Doubtful tissue not called lesion",
        uncalled,
        "mL",
        volume_digits(uncalled),
        origin=f"liver tissue where the tumor network's views spread by {DOUBTFUL} or more",
    )
    slices = {lesion.number: lesion.axial_slice for lesion in findings.lesions}
    for lesion in doubt.lesions:
        yield Fact(
            f"doubt.lesion.{lesion.number}",
            f"Lesion {lesion.number}: doubt",
            lesion.mean_disagreement,
            digits=2,
            origin=SPREAD,
            lesion=lesion.number,
            axial_slice=slices.get(lesion.number),
        )


def _explanation(explanation: ExplanationSummary) -> Iterator[Fact]:
    z = explanation.axial_slice
    origin = f"share of the absolute sum of the {explanation.method} map"
    yield Fact(
        "explanation.method", "Explained by", explanation.method, origin="choice", axial_slice=z
    )
    yield Fact("explanation.slice", "Slice explained", z + 1, origin="choice", axial_slice=z)
    for name, place in (
        ("tumor", "on lesions"),
        ("liver", "on the rest of the liver"),
        ("outside", "outside the liver"),
    ):
        share = round(100 * getattr(explanation, f"share_{name}"), DECIMALS["percent"])
        yield Fact(
            f"explanation.share_{name}", f"Weight {place}", share, "%", origin=origin, axial_slice=z
        )
