"""Facts of what a reader decided on lesions that the networks had called."""

from collections.abc import Iterator

from core.cascade.findings import DECIMALS, DEFINITIONS, Findings
from core.cascade.labelled import Labelled
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import volume_fact

READER = "decided by the reader of this report's scan"


def decision_facts(segmentation: Labelled, findings: Findings) -> Iterator[Fact]:
    """Tell what was rejected and confirmed; nothing where nobody decided on anything."""
    if not segmentation.decisions:
        return
    rejected = findings.to_dict()["rejected"]
    origin = DEFINITIONS["rejected"]
    yield Fact(FactKind.REJECTED_COUNT, "Rejected by the reader", len(rejected), origin=origin)
    confirmed = [lesion for lesion in findings.lesions if lesion.confirmed]
    yield Fact(FactKind.CONFIRMED_COUNT, "Confirmed by the reader", len(confirmed), origin=READER)
    if rejected:
        longest = max(lesion["longest_diameter_mm"] for lesion in rejected)
        volume = round(sum(lesion["volume_ml"] for lesion in rejected), DECIMALS["ml"])
        yield Fact(
            FactKind.REJECTED_DIAMETER, "Longest of what was rejected", longest, "mm", 1,
            origin=DEFINITIONS["longest_diameter"],
        )  # fmt: skip
        yield volume_fact(FactKind.REJECTED_VOLUME, "Volume of what was rejected", volume, origin)
    for lesion in confirmed:
        yield Fact(
            FactKind.LESION_CONFIRMED.of(lesion.number),
            f"Lesion {lesion.number}: opinion of the reader",
            "confirmed",
            origin=READER,
            lesion=lesion.number,
            axial_slice=lesion.axial_slice,
        )
