"""Facts of the lesions: how many and how large, then each one by one, largest first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.burden import burden_range
from core.cascade.findings import DECIMALS, DEFINITIONS, Findings
from core.cascade.labelled import Labelled
from core.cascade.segmentation import Segmentation
from core.cascade.sureness import lesion_probabilities
from core.geometry.components import box_where
from core.labels import organ_mask
from core.report.acquisition import WHOLE, coverage_of
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.facts.units import Interval, length_fact, percent_digits, rounded, volume_fact
from core.report.lobes import METHOD, UNKNOWN, lobe_of
from core.report.measured import (
    HALF_VOXEL,
    NOTHING,
    ONE_PIXEL,
    Measured,
    Shapes,
    diameter,
    lesion_volumes,
    shapes_of,
    volume_of,
)
from core.volume import Volume

# So many lesions are told of one by one, the others together.
DESCRIBED = 5
CALLED = f"voxels called lesion; {HALF_VOXEL}"
OUTLINE = "outline of the lesion"
REAL = f"{DEFINITIONS['real']}; taught by lesions called in patients the network never saw"
CONFIDENCE = "mean of the tumor network's probability over the lesion; not a chance of disease"


def lesion_facts(volume: Volume, segmentation: Labelled, findings: Findings) -> Iterator[Fact]:
    """Tell of all lesions together, of the largest, of each, and of those too many to describe."""
    known = findings.to_dict()
    yield Fact(
        FactKind.LESION_COUNT, "Lesions", known["lesion_count"], origin=DEFINITIONS["lesion"]
    )
    if specks := known["speck_count"]:
        yield Fact(FactKind.SPECK_COUNT, "Specks among them", specks, origin=DEFINITIONS["speck"])
    if known["tumor_burden_percent"] is None:
        return
    shapes = shapes_of(segmentation.labels)
    volumes = lesion_volumes(shapes, volume.voxel_ml)
    yield from _totals(known, volume, segmentation.labels, sum(volumes, start=NOTHING))
    yield from _burden_by_errors(findings, segmentation)
    if shapes is None:
        return
    yield _largest(known["lesions"], volume)
    lobes = _lobes(segmentation.labels, shapes, findings)
    sure = _confidences(segmentation, shapes)
    for lesion, measured, lobe, share in zip(known["lesions"], volumes, lobes, sure, strict=True):
        for fact in (
            *_sizes(lesion, measured, volume),
            *_place(lesion, lobe),
            *_density(lesion, known["liver_mean_hu"], share),
        ):
            yield _about(lesion, fact)
    if len(volumes) > DESCRIBED:
        yield from _rest(known["lesions"][DESCRIBED:])


def _totals(
    known: dict[str, Any], volume: Volume, labels: NDArray[np.uint8], tumor: Measured
) -> Iterator[Fact]:
    ml = known["tumor_volume_ml"]
    yield volume_fact(FactKind.TUMOR_VOLUME, "Volume of all lesions", ml, CALLED, tumor)
    yield Fact(
        FactKind.TUMOR_BURDEN,
        "Share of the liver",
        known["tumor_burden_percent"],
        "%",
        percent_digits(known["tumor_burden_percent"]),
        _burden_range(tumor, labels, volume),
        f"{DEFINITIONS['burden']}; {HALF_VOXEL}",
    )


def _burden_by_errors(findings: Findings, segmentation: Labelled) -> Iterator[Fact]:
    """Tell where the true burden lies by what was off in other patients, where that is known."""
    if (
        not isinstance(segmentation, Segmentation)
        or segmentation.chances is None
        or segmentation.corrections
    ):
        return
    found = burden_range(findings.tumor_burden_percent, segmentation.preset)
    if found is not None:
        yield Fact(
            FactKind.TUMOR_BURDEN_RANGE,
            "Share of the liver, by errors seen",
            f"{found.low:.1f} to {found.high:.1f} %",
            origin=f"conformal range of {100 * found.confidence:.0f} % confidence, from the errors "
            f"in {found.patients} patients whom the tumor networks had not seen",
        )


def _burden_range(tumor: Measured, labels: NDArray[np.uint8], volume: Volume) -> Interval:
    """Range of the burden where the outlines of lesions and liver move independently."""
    liver = volume_of(organ_mask(labels[box_where(labels, organ_mask) or ...]), volume.voxel_ml)
    high = 100 * tumor.high / max(liver.low, tumor.value)
    return rounded(Measured(0.0, 100 * tumor.low / liver.high, min(100.0, high)), "percent")


def _largest(lesions: Sequence[dict[str, Any]], volume: Volume) -> Fact:
    longest = max(lesions, key=lambda lesion: float(lesion["longest_diameter_mm"]))
    length = longest["longest_diameter_mm"]
    kind, origin = FactKind.LARGEST_LONGEST_DIAMETER, DEFINITIONS["longest_diameter"]
    told = length_fact(
        kind, "Longest diameter of all", length, f"{origin}; {ONE_PIXEL}", diameter(length, volume)
    )
    return replace(told, lesion=longest["number"], axial_slice=longest["axial_slice"])


def _about(lesion: dict[str, Any], fact: Fact) -> Fact:
    """Say of which lesion a fact is."""
    number = lesion["number"]
    return replace(
        fact,
        id=FactKind(fact.id).of(number),
        label=f"Lesion {number}: {fact.label[0].lower()}{fact.label[1:]}",
        lesion=number,
        axial_slice=lesion["axial_slice"],
    )


def _sizes(lesion: dict[str, Any], measured: Measured, volume: Volume) -> Iterator[Fact]:
    yield Fact(FactKind.LESION_NUMBER, "Number", lesion["number"], origin="order by volume")
    yield volume_fact(FactKind.LESION_VOLUME, "Volume", lesion["volume_ml"], CALLED, measured)
    for kind, name in (
        (FactKind.LESION_LONGEST_DIAMETER, "longest_diameter"),
        (FactKind.LESION_SHORT_DIAMETER, "short_diameter"),
    ):
        length, label = lesion[f"{name}_mm"], name.replace("_", " ").capitalize()
        origin = f"{DEFINITIONS[name]}; {ONE_PIXEL}"
        yield length_fact(kind, label, length, origin, diameter(length, volume))


def _place(lesion: dict[str, Any], lobe: str) -> Iterator[Fact]:
    first, last, z = lesion["first_slice"] + 1, lesion["last_slice"] + 1, lesion["axial_slice"] + 1
    spans = f"{first}–{last}" if last > first else f"{first}"
    for kind, label, value, origin in (
        (FactKind.LESION_SLICE, "Slice of the longest diameter", z, OUTLINE),
        (FactKind.LESION_SLICES, "Slices", spans, OUTLINE),
        (FactKind.LESION_LOCATION, "Location", lesion["location"], "outline of the liver"),
        (FactKind.LESION_LOBE, "Lobe", lobe, METHOD),
    ):
        yield Fact(kind, label, value, origin=origin)


def _density(lesion: dict[str, Any], liver_hu: float | None, share: float | None) -> Iterator[Fact]:
    mean = lesion["mean_hu"]
    contrast = None if liver_hu is None else round(mean - liver_hu, DECIMALS["hu"])
    darker = "mean density of the lesion less that of the liver"
    yield Fact(FactKind.LESION_MEAN_HU, "Mean density", mean, "HU", origin=OUTLINE)
    yield Fact(
        FactKind.LESION_CONTRAST_HU, "Difference from the liver", contrast, "HU", origin=darker
    )
    if share is not None:
        label = "Mean tumor probability"
        yield Fact(FactKind.LESION_CONFIDENCE, label, share, "%", origin=CONFIDENCE)
    if lesion["real_percent"] is not None:
        real, label = lesion["real_percent"], "Chance that it is real"
        yield Fact(FactKind.LESION_REAL, label, real, "%", digits=0, origin=REAL)


def _lobes(labels: NDArray[np.uint8], shapes: Shapes, findings: Findings) -> list[str]:
    """Name the lobe of each lesion; of a liver that is cut off nothing can be said."""
    if coverage_of(labels) != WHOLE:
        return [UNKNOWN] * len(findings.lesions)
    along_x = np.count_nonzero(organ_mask(labels[shapes.box]), axis=(1, 2))
    start = shapes.box[0].start
    return [lobe_of(along_x, lesion.centroid_voxel[0] - start) for lesion in findings.lesions]


def _confidences(segmentation: Labelled, shapes: Shapes) -> Sequence[float | None]:
    """Mean tumor probability of each lesion in percent; None where none was kept."""
    if not isinstance(segmentation, Segmentation) or segmentation.brought:
        return [None] * len(shapes.parts.regions)
    found = lesion_probabilities(segmentation.labels, segmentation.tumor_probability)
    return [round(share, DECIMALS["percent"]) for share in found]


def _rest(lesions: Sequence[dict[str, Any]]) -> Iterator[Fact]:
    origin = f"lesions after the {DESCRIBED} largest"
    total = round(sum(lesion["volume_ml"] for lesion in lesions), DECIMALS["ml"])
    longest = max(lesion["longest_diameter_mm"] for lesion in lesions)
    yield Fact(FactKind.REST_COUNT, "Further lesions", len(lesions), origin=origin)
    yield Fact(FactKind.REST_LONGEST_DIAMETER, "Longest of them", longest, "mm", 1, origin=origin)
    yield volume_fact(FactKind.REST_VOLUME, "Volume of them", total, origin)
