"""Facts of four scans, and the sentences that were written about them with their true verdicts.

The verdicts follow these rules. A number is right if the fact rounds to it at the precision it
is written with; with a word such as “about”, within a tenth. A lesion that the networks did not
call is not there. What no fact tells of is unsupported, whether a sentence affirms or denies it.
A sentence that also contradicts a fact is contradicted. The first 304 rows were
written before the check and split at random into “dev”, on which it was made, and “held_out”,
which was scored after that. The rows “later” came up while it was made, and served that too.
The rows “fresh” were written when it was done, with other phrasing, before it was scored.
"""

from pathlib import Path

from core.report.fact import Fact, Facts, Value

SENTENCES = Path(__file__).with_name("sentences.csv")
LESION_UNITS = {
    "volume": ("mL", 1),
    "longest_diameter": ("mm", 0),
    "short_diameter": ("mm", 0),
    "mean_hu": ("HU", 0),
    "contrast_hu": ("HU", 0),
    "confidence": ("%", 0),
}


def fact(fact_id: str, value: Value, unit: str = "", digits: int = 0) -> Fact:
    return Fact(fact_id, fact_id.replace(".", " ").replace("_", " "), value, unit, digits)


def scan(slices: int, thickness_mm: float, coverage: str) -> tuple[Fact, ...]:
    return (
        fact("scan.source", "case"),
        fact("scan.modality", "CT"),
        fact("scan.slices", slices),
        fact("scan.slice_thickness", thickness_mm, "mm", 1),
        fact("scan.coverage", coverage),
        fact("scan.synthetic", False),
        fact("preset", "focus"),
    )


def liver(volume: float, hu: float, judgement: str) -> tuple[Fact, ...]:
    return (
        fact("liver.volume", volume, "mL"),
        fact("liver.mean_hu", hu, "HU"),
        fact("liver.volume_judgement", judgement),
    )


def tumors(count: int, volume: float, burden: float) -> tuple[Fact, ...]:
    return (
        fact("lesion.count", count),
        fact("tumor.volume", volume, "mL", 1),
        fact("tumor.burden", burden, "%", 1),
    )


def lesion(number: int, axial_slice: int, **values: Value) -> tuple[Fact, ...]:
    """Describe one lesion; `axial_slice` counts from 0, the slices in words from 1."""
    return tuple(
        Fact(
            f"lesion.{number}.{name}",
            f"{name.replace('_', ' ')} of lesion {number}",
            value,
            *LESION_UNITS.get(name, ("", 0)),
            lesion=number,
            axial_slice=axial_slice,
        )
        for name, value in values.items()
    )


NONE = Facts(
    (
        *scan(148, 2.0, "the whole liver"),
        *liver(1462.3, 108.4, "within the normal range"),
        *tumors(0, 0.0, 0.0),
    )
)
ONE = Facts(
    (
        *scan(96, 5.0, "cut off at the lowest slice"),
        *liver(2143.8, 54.2, "enlarged"),
        *tumors(1, 61.4, 2.864),
        *lesion(
            1,
            57,
            volume=61.4,
            longest_diameter=58.3,
            short_diameter=47.6,
            mean_hu=38.0,
            contrast_hu=-16.2,
            location="upper third of the liver, right of its center",
            lobe="right",
            confidence=91.0,
            slices="53–64",
        ),
        fact("largest.longest_diameter", 58.3, "mm"),
        fact("explanation.share_tumor", 64.0, "%"),
    )
)
THREE = Facts(
    (
        *scan(312, 1.0, "the whole liver"),
        *liver(1617.4, 96.3, "within the normal range"),
        *tumors(3, 25.8, 1.595),
        *lesion(
            1,
            203,
            volume=18.9,
            longest_diameter=36.2,
            short_diameter=29.4,
            mean_hu=62.1,
            contrast_hu=-34.2,
            location="upper third of the liver, right of its center",
            lobe="right",
            confidence=95.0,
            slices="188–222",
        ),
        *lesion(
            2,
            150,
            volume=5.7,
            longest_diameter=24.1,
            short_diameter=19.6,
            mean_hu=70.4,
            contrast_hu=-25.9,
            location="middle third of the liver, right of its center",
            lobe="right",
            confidence=86.0,
            slices="140–163",
        ),
        *lesion(
            3,
            92,
            volume=1.2,
            longest_diameter=13.4,
            short_diameter=11.0,
            mean_hu=75.0,
            contrast_hu=-21.3,
            location="lower third of the liver, left of its center",
            lobe="left",
            confidence=72.0,
            slices="86–99",
        ),
        fact("largest.longest_diameter", 36.2, "mm"),
        fact("explanation.share_tumor", 21.0, "%"),
    )
)
EARLIER = Facts(
    (
        *scan(210, 1.5, "the whole liver"),
        *liver(1540.2, 101.0, "within the normal range"),
        *tumors(2, 14.2, 0.922),
        *lesion(
            1,
            70,
            volume=12.9,
            longest_diameter=31.5,
            short_diameter=26.0,
            mean_hu=66.0,
            contrast_hu=-35.0,
            location="lower third of the liver, right of its center",
            lobe="right",
            confidence=88.0,
            slices="61–82",
        ),
        *lesion(
            2,
            140,
            volume=1.3,
            longest_diameter=13.9,
            short_diameter=12.2,
            mean_hu=71.0,
            contrast_hu=-30.0,
            location="upper third of the liver, left of its center",
            lobe="left",
            confidence=74.0,
            slices="136–145",
        ),
        fact("largest.longest_diameter", 31.5, "mm"),
        fact("study.earlier.source", "earlier case"),
        fact("study.earlier.tumor_volume", 8.7, "mL", 1),
        fact("change.liver.volume", 1.2, "%", 1),
        fact("change.tumor.volume", 63.2, "%", 1),
        fact("change.new_lesions", 1),
        fact("change.lesion.1.status", "grown"),
        fact("change.lesion.1.earlier_diameter", 24.5, "mm", 1),
        fact("change.lesion.1.longest_diameter", 28.6, "%", 1),
        fact("change.lesion.2.status", "new"),
        fact("change.sum.earlier", 24.5, "mm", 1),
        fact("change.sum.now", 31.5, "mm", 1),
        fact("change.sum.percent", 28.6, "%", 1),
    ),
    not_assessable=(
        "A LI-RADS category cannot be given: it needs several contrast phases.",
        "Enhancement cannot be assessed in one phase.",
    ),
)
CASES = {"none": NONE, "one": ONE, "three": THREE, "earlier": EARLIER}
