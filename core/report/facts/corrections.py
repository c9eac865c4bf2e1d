"""Facts of what was corrected by hand in the labels that were found."""

from collections.abc import Iterator

from core.cascade.findings import DEFINITIONS, Corrected, Findings
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import volume_fact

ORIGIN = DEFINITIONS["corrected"]


def correction_facts(findings: Findings) -> Iterator[Fact]:
    """Tell what was drawn, by whom and when; nothing where nobody drew."""
    told = findings.corrected
    if told is None:
        return
    yield Fact(FactKind.CORRECTIONS_COUNT, "Corrections by hand", told.edits, origin=ORIGIN)
    yield from _by_whom(told)
    for kind, of, dice in (
        (FactKind.CORRECTIONS_LIVER_DICE, "liver", told.liver_dice),
        (FactKind.CORRECTIONS_TUMOR_DICE, "tumor", told.tumor_dice),
    ):
        if dice is not None:
            label = f"Dice of the {of} as found with the {of} as corrected"
            yield Fact(kind, label, dice, digits=3, origin=ORIGIN)
    found = "labels before the first correction"
    label = "Lesions before the corrections"
    yield Fact(FactKind.CORRECTIONS_FOUND_LESIONS, label, told.found_lesions, origin=found)
    label, ml = "Tumor volume before the corrections", told.found_tumor_volume_ml
    yield volume_fact(FactKind.CORRECTIONS_FOUND_VOLUME, label, ml, found)
    label = "Lesions removed by hand"
    yield Fact(FactKind.CORRECTIONS_REMOVED, label, told.removed_lesions, origin=ORIGIN)
    for lesion, origin in zip(findings.lesions, told.lesions, strict=True):
        yield Fact(
            FactKind.LESION_ORIGIN.of(lesion.number),
            f"Lesion {lesion.number}: where it is from",
            str(origin),
            origin=ORIGIN,
            lesion=lesion.number,
            axial_slice=lesion.axial_slice,
        )


def _by_whom(told: Corrected) -> Iterator[Fact]:
    if told.by:
        by = ", ".join(told.by)
        yield Fact(FactKind.CORRECTIONS_BY, "Corrected by", by, origin="name that was typed")
    if told.last_at:
        label = "Last correction (UTC)"
        yield Fact(FactKind.CORRECTIONS_TIME, label, told.last_at, origin="clock of the host")
