"""Facts of an earlier study, and of what has changed since."""

from collections.abc import Iterator
from dataclasses import replace
from math import isinf

from core.cascade.findings import DECIMALS
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import length_fact, rounded, volume_fact
from core.report.followup.comparison import Comparison, DiameterSum, LesionChange, Status
from core.report.measured import HALF_VOXEL, ONE_PIXEL, Measured

ALIGNED = "the earlier liver was shifted until both centers met; nothing was turned or bent"
MATCHED = "lesions whose outlines overlap after that, or whose centers lie within 15 mm"
THEN = "measured in the earlier study"
RECIST = "RECIST 1.1 sum of diameters of the target lesions in the liver"
PLAIN_SUM = "Sum of the largest diameters"
COUNTED = {
    FactKind.CHANGE_NEW_LESIONS: Status.NEW,
    FactKind.CHANGE_GONE_LESIONS: Status.GONE,
    FactKind.CHANGE_GROWN_LESIONS: Status.GROWN,
    FactKind.CHANGE_SHRUNK_LESIONS: Status.SHRUNK,
    FactKind.CHANGE_STABLE_LESIONS: Status.STABLE,
    FactKind.CHANGE_RESHAPED_LESIONS: Status.RESHAPED,
    FactKind.CHANGE_SPLIT_LESIONS: Status.SPLIT,
    FactKind.CHANGE_MERGED_LESIONS: Status.MERGED,
    FactKind.CHANGE_UNSEEN_LESIONS: Status.UNSEEN,
}


def change_facts(earlier: Comparison | None) -> Iterator[Fact]:
    """Tell of the comparison with `earlier`, or that there is none."""
    given = earlier is not None
    yield Fact(FactKind.STUDY_EARLIER, "Earlier study given", given, origin="choice of the user")
    if earlier is None:
        return
    yield from _study(earlier)
    for kind, name, now, before in (
        (FactKind.CHANGE_LIVER_VOLUME, "liver", earlier.liver_now, earlier.liver_earlier),
        (FactKind.CHANGE_TUMOR_VOLUME, "tumor", earlier.tumor_now, earlier.tumor_earlier),
    ):
        yield _percent(kind, f"Change of the {name} volume", now, before)
    for kind, status in COUNTED.items():
        label = f"Lesions: {status}"
        yield Fact(kind, label, earlier.count(status), origin=f"{ALIGNED}; {MATCHED}")
    for change in earlier.lesions:
        if change.now is not None:
            number, z = change.now.number, change.now.axial_slice
            for fact in _lesion(number, change):
                yield replace(fact, lesion=number, axial_slice=z)
    yield from _gone(earlier)
    if earlier.total is not None:
        yield from _sum(earlier.total)


def _study(earlier: Comparison) -> Iterator[Fact]:
    yield Fact(
        FactKind.STUDY_EARLIER_SOURCE, "Earlier study", earlier.source, origin="name of the file"
    )
    yield Fact(
        FactKind.STUDY_EARLIER_DAYS, "Days since", earlier.days, origin="dates in DICOM headers"
    )
    yield Fact(FactKind.STUDY_EARLIER_SETTINGS, "Its settings", earlier.settings, origin=THEN)
    yield Fact(FactKind.STUDY_EARLIER_SAME_SETTINGS, "As in this study", earlier.same_settings)
    count = sum(change.earlier is not None for change in earlier.lesions)
    yield Fact(FactKind.STUDY_EARLIER_LESION_COUNT, "Lesions then", count, origin=THEN)
    for kind, name, measured in (
        (FactKind.STUDY_EARLIER_LIVER_VOLUME, "Liver", earlier.liver_earlier),
        (FactKind.STUDY_EARLIER_TUMOR_VOLUME, "Tumor", earlier.tumor_earlier),
    ):
        yield _volume_then(kind, f"{name} volume then", measured)
    shift = round(earlier.shift_mm, DECIMALS["mm"])
    yield Fact(
        FactKind.STUDY_EARLIER_SHIFT, "Shift of the earlier liver", shift, "mm", origin=ALIGNED
    )
    overlap = round(earlier.overlap, 4)
    yield Fact(FactKind.STUDY_EARLIER_OVERLAP, "Overlap (Dice)", overlap, digits=2, origin=ALIGNED)


def _percent(fact_id: str, label: str, now: Measured, before: Measured) -> Fact:
    change = now.percent_since(before)
    return Fact(
        fact_id,
        label,
        None if change is None else round(change.value, DECIMALS["percent"]),
        "%",
        1,
        None if change is None or isinf(change.high) else rounded(change, "percent"),
        "change since the earlier study; the range is that of both measurements",
    )


def _lesion(number: int, change: LesionChange) -> Iterator[Fact]:
    label, fate = f"Lesion {number}", f"{ALIGNED}; {MATCHED}"
    status = FactKind.CHANGE_LESION_STATUS.of(number)
    yield Fact(status, f"{label} since the earlier study", str(change.status), origin=fate)
    if change.size_now is None or change.size_earlier is None:
        return
    now, before = change.size_now, change.size_earlier
    diameter_then = FactKind.CHANGE_LESION_EARLIER_DIAMETER.of(number)
    yield _length_then(diameter_then, f"{label}: diameter then", before.diameter)
    volume_then = FactKind.CHANGE_LESION_EARLIER_VOLUME.of(number)
    yield _volume_then(volume_then, f"{label}: volume then", before.volume)
    diameter = FactKind.CHANGE_LESION_LONGEST_DIAMETER.of(number)
    told = f"{label}: change of the longest diameter"
    yield _percent(diameter, told, now.diameter, before.diameter)
    volume = FactKind.CHANGE_LESION_VOLUME.of(number)
    yield _percent(volume, f"{label}: change of the volume", now.volume, before.volume)


def _volume_then(fact_id: str, label: str, volume: Measured) -> Fact:
    ml = round(volume.value, DECIMALS["ml"])
    return volume_fact(fact_id, label, ml, f"{THEN}; {HALF_VOXEL}", volume)


def _length_then(fact_id: str, label: str, length: Measured) -> Fact:
    mm = round(length.value, DECIMALS["mm"])
    return length_fact(fact_id, label, mm, f"{THEN}; {ONE_PIXEL}", length)


def _gone(earlier: Comparison) -> Iterator[Fact]:
    """Tell how large the largest lesion was that is no longer called."""
    lengths = [
        change.size_earlier.diameter
        for change in earlier.lesions
        if change.status is Status.GONE and change.size_earlier
    ]
    if lengths:
        longest = max(lengths, key=lambda length: length.value)
        yield _length_then(
            FactKind.CHANGE_GONE_DIAMETER, "Longest of those no longer called", longest
        )


def _sum(total: DiameterSum) -> Iterator[Fact]:
    origin = "longest axial diameters of the same lesions in both studies, two at most"
    yield Fact(
        FactKind.CHANGE_SUM_NAME, "Sum", RECIST if total.is_recist else PLAIN_SUM, origin=origin
    )
    yield Fact(FactKind.CHANGE_SUM_LESIONS, "Lesions in it", len(total.targets), origin=origin)
    for kind, name, measured in (
        (FactKind.CHANGE_SUM_EARLIER, "earlier", total.earlier),
        (FactKind.CHANGE_SUM_NOW, "now", total.now),
    ):
        mm = round(measured.value, DECIMALS["mm"])
        yield length_fact(kind, f"Sum {name}", mm, origin, measured)
    yield _percent(FactKind.CHANGE_SUM_PERCENT, "Change of the sum", total.now, total.earlier)
    if total.why_not:
        yield Fact(FactKind.CHANGE_SUM_WHY_NOT, "Why it is no RECIST 1.1 sum", total.why_not)
