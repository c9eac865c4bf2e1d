"""Facts of an earlier study, and of what has changed since."""

from collections.abc import Iterator
from math import isinf

from core.cascade.findings import DECIMALS, Lesion
from core.report.fact import Fact
from core.report.facts.liver import rounded, volume_digits
from core.report.followup.comparison import Comparison, DiameterSum, LesionChange, Status
from core.report.measured import HALF_VOXEL, ONE_PIXEL, Measured

ALIGNED = "the earlier liver was shifted until both centers met; nothing was turned or bent"
MATCHED = "lesions whose outlines overlap after that, or whose centers lie within 15 mm"
RECIST = "RECIST 1.1 sum of diameters of the target lesions in the liver"
PLAIN_SUM = "Sum of the largest diameters"
COUNTED = {
    "new_lesions": Status.NEW,
    "gone_lesions": Status.GONE,
    "grown_lesions": Status.GROWN,
    "shrunk_lesions": Status.SHRUNK,
    "stable_lesions": Status.STABLE,
    "reshaped_lesions": Status.RESHAPED,
    "split_lesions": Status.SPLIT,
    "merged_lesions": Status.MERGED,
    "unseen_lesions": Status.UNSEEN,
}


def change_facts(earlier: Comparison | None) -> Iterator[Fact]:
    """Tell of the comparison with `earlier`, or that there is none."""
    given = earlier is not None
    yield Fact("study.earlier", "Earlier study given", given, origin="choice of the user")
    if earlier is None:
        return
    yield from _study(earlier)
    for name, now, before in (
        ("liver", earlier.liver_now, earlier.liver_earlier),
        ("tumor", earlier.tumor_now, earlier.tumor_earlier),
    ):
        yield _percent(f"change.{name}.volume", f"Change of the {name} volume", now, before)
    for name, status in COUNTED.items():
        label = f"Lesions: {status}"
        yield Fact(f"change.{name}", label, earlier.count(status), origin=f"{ALIGNED}; {MATCHED}")
    for change in earlier.lesions:
        if change.now is not None:
            yield from _lesion(change.now, change)
    yield from _gone(earlier)
    if earlier.total is not None:
        yield from _sum(earlier.total)


def _study(earlier: Comparison) -> Iterator[Fact]:
    found = "measured in the earlier study"
    yield Fact("study.earlier.source", "Earlier study", earlier.source, origin="name of the file")
    yield Fact("study.earlier.days", "Days since", earlier.days, origin="dates in DICOM headers")
    yield Fact("study.earlier.settings", "Its settings", earlier.settings, origin=found)
    yield Fact("study.earlier.same_settings", "As in this study", earlier.same_settings)
    count = sum(change.earlier is not None for change in earlier.lesions)
    yield Fact("study.earlier.lesion_count", "Lesions then", count, origin=found)
    for name, measured in (("liver", earlier.liver_earlier), ("tumor", earlier.tumor_earlier)):
        value = round(measured.value, DECIMALS["ml"])
        yield Fact(
            f"study.earlier.{name}_volume",
            f"{name.capitalize()} volume then",
            value,
            "mL",
            volume_digits(value),
            rounded(measured, "ml"),
            f"{found}; {HALF_VOXEL}",
        )
    shift = round(earlier.shift_mm, DECIMALS["mm"])
    yield Fact("study.earlier.shift", "Shift of the earlier liver", shift, "mm", origin=ALIGNED)
    overlap = round(earlier.overlap, 4)
    yield Fact("study.earlier.overlap", "Overlap (Dice)", overlap, digits=2, origin=ALIGNED)


def _percent(
    fact_id: str,
    label: str,
    now: Measured,
    before: Measured,
    lesion: int | None = None,
    axial_slice: int | None = None,
) -> Fact:
    change = now.percent_since(before)
    return Fact(
        fact_id,
        label,
        None if change is None else round(change.value, DECIMALS["percent"]),
        "%",
        1,
        None if change is None or isinf(change.high) else rounded(change, "percent"),
        "change since the earlier study; the range is that of both measurements",
        lesion,
        axial_slice,
    )


def _lesion(lesion: Lesion, change: LesionChange) -> Iterator[Fact]:
    number, z = lesion.number, lesion.axial_slice
    root, label = f"change.lesion.{number}", f"Lesion {number}"
    yield Fact(
        f"{root}.status",
        f"{label} since the earlier study",
        str(change.status),
        origin=f"{ALIGNED}; {MATCHED}",
        lesion=number,
        axial_slice=z,
    )
    if change.size_now is None or change.size_earlier is None:
        return
    now, before = change.size_now, change.size_earlier
    yield _then(f"{root}.earlier_diameter", f"{label}: diameter then", before.diameter, number, z)
    volume = round(before.volume.value, DECIMALS["ml"])
    yield Fact(
        f"{root}.earlier_volume",
        f"{label}: volume then",
        volume,
        "mL",
        volume_digits(volume),
        rounded(before.volume, "ml"),
        f"measured in the earlier study; {HALF_VOXEL}",
        number,
        z,
    )
    yield _percent(
        f"{root}.longest_diameter", f"{label}: change of the longest diameter",
        now.diameter, before.diameter, number, z,
    )  # fmt: skip
    yield _percent(
        f"{root}.volume", f"{label}: change of the volume", now.volume, before.volume, number, z
    )


def _then(
    fact_id: str, label: str, length: Measured, lesion: int | None = None, z: int | None = None
) -> Fact:
    return Fact(
        fact_id,
        label,
        round(length.value, DECIMALS["mm"]),
        "mm",
        1,
        rounded(length, "mm"),
        f"measured in the earlier study; {ONE_PIXEL}",
        lesion,
        z,
    )


def _gone(earlier: Comparison) -> Iterator[Fact]:
    """Tell how large the largest lesion was that is no longer called."""
    lengths = [
        change.size_earlier.diameter
        for change in earlier.lesions
        if change.status is Status.GONE and change.size_earlier
    ]
    if lengths:
        longest = max(lengths, key=lambda length: length.value)
        yield _then("change.gone_diameter", "Longest of those no longer called", longest)


def _sum(total: DiameterSum) -> Iterator[Fact]:
    origin = "longest axial diameters of the same lesions in both studies, two at most"
    yield Fact("change.sum.name", "Sum", RECIST if total.is_recist else PLAIN_SUM, origin=origin)
    yield Fact("change.sum.lesions", "Lesions in it", len(total.targets), origin=origin)
    for name, measured in (("earlier", total.earlier), ("now", total.now)):
        value = round(measured.value, DECIMALS["mm"])
        interval = rounded(measured, "mm")
        yield Fact(f"change.sum.{name}", f"Sum {name}", value, "mm", 1, interval, origin)
    yield _percent("change.sum.percent", "Change of the sum", total.now, total.earlier)
    if total.why_not:
        yield Fact("change.sum.why_not", "Why it is no RECIST 1.1 sum", total.why_not)
