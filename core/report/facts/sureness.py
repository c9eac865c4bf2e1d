"""Facts of how sure the result is: probabilities, disagreement of views, attribution."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.cascade.doubt_summary import DOUBTFUL, DoubtSummary
from core.cascade.findings import DECIMALS, Findings
from core.cascade.labelled import Labelled
from core.cascade.segmentation import Segmentation
from core.geometry.components import box_where
from core.labels import organ_mask, tumor_mask
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import volume_fact

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
    box = box_where(segmentation.labels, organ_mask)
    if box is None or not isinstance(segmentation, Segmentation) or segmentation.brought:
        return
    labels = segmentation.labels[box]
    liver, tumor = segmentation.liver_probability[box], segmentation.tumor_probability[box]
    for kind, name, probability, mask in (
        (FactKind.CONFIDENCE_LIVER, "liver", liver, organ_mask(labels)),
        (FactKind.CONFIDENCE_TUMOR, "tumor", tumor, tumor_mask(labels)),
    ):
        if mask.any():
            mean = float(probability[mask].mean(dtype=np.float64)) / 2.55
            yield Fact(
                kind,
                f"Mean {name} probability",
                round(mean, DECIMALS["percent"]),
                "%",
                origin=f"mean of the {name} network's probability over what it was called",
            )
    if segmentation.agreement is not None:
        yield Fact(
            FactKind.CONFIDENCE_AGREEMENT,
            "Agreement of the tumor networks",
            round(segmentation.agreement, 2),
            digits=2,
            origin="Dice of the tumor masks of every two networks, 0 to 1",
        )


def _doubt(doubt: DoubtSummary, findings: Findings) -> Iterator[Fact]:
    for kind, label, value in (
        (FactKind.DOUBT_LIVER_INSIDE, "Doubt inside the liver", doubt.inside),
        (FactKind.DOUBT_LIVER_RIM, "Doubt at the rim of the liver", doubt.rim),
    ):
        yield Fact(kind, label, value, digits=2, origin=SPREAD)
    ml = round(doubt.uncalled_ml, DECIMALS["ml"])
    origin = f"liver tissue where the tumor network's views spread by {DOUBTFUL} or more"
    label = "Doubtful tissue not called lesion"
    yield volume_fact(FactKind.DOUBT_UNCALLED_VOLUME, label, ml, origin)
    slices = {lesion.number: lesion.axial_slice for lesion in findings.lesions}
    for lesion in doubt.lesions:
        yield Fact(
            FactKind.DOUBT_LESION.of(lesion.number),
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
        FactKind.EXPLANATION_METHOD,
        "Explained by",
        explanation.method,
        origin="choice",
        axial_slice=z,
    )
    yield Fact(FactKind.EXPLANATION_SLICE, "Slice explained", z + 1, origin="choice", axial_slice=z)
    for kind, place, share in (
        (FactKind.EXPLANATION_SHARE_TUMOR, "on lesions", explanation.share_tumor),
        (FactKind.EXPLANATION_SHARE_LIVER, "on the rest of the liver", explanation.share_liver),
        (FactKind.EXPLANATION_SHARE_OUTSIDE, "outside the liver", explanation.share_outside),
    ):
        percent = round(100 * share, DECIMALS["percent"])
        yield Fact(kind, f"Weight {place}", percent, "%", origin=origin, axial_slice=z)
