"""The stages at which networks have answered: probabilities, regions, labels, the whole in 3D."""

import numpy as np
from numpy.typing import NDArray

from core.cascade.asking import liver_answers
from core.cascade.networks import Networks
from core.cascade.postprocessing import above
from core.draw.canvas import lettered
from core.draw.colors import AMBER, COLORS, PINK
from core.draw.overlay import Style, heat, overlay, tinted
from core.draw.slices import upright
from core.labels import LIVER, TUMOR
from core.walkthrough.moment import Content, Moment, Number, Picture

# Probabilities between which a network is in two minds.
UNSURE = (0.1, 0.9)


def liver_stage(moment: Moment, networks: Networks) -> Content:
    """Show what the liver network answers for the slice."""
    result, overall = moment.known
    share = moment.displayed(result.segmentation.liver_probability) / np.float32(255)
    only = range(moment.z, moment.z + 1)
    near, far = liver_answers(moment.volume, networks, overall.looks, only)
    if far is None:
        shown = {"Probability alone": heat(share), "Laid over the slice": _over(moment, share)}
    else:
        shown = {
            "From afar: the whole slice": _over(moment, _shown(far[..., 0])),
            "Close up: the box of the liver": _over(moment, _shown(near[..., 0])),
            "The mean of both, which counts": _over(moment, share),
        }
    pictures = tuple(Picture(name, _axial(moment, image)) for name, image in shown.items())
    return Content(_probabilities(moment, share, "liver"), pictures)


def tumor_stage(moment: Moment) -> Content:
    """Show what the tumor network answers for the slice."""
    result, _ = moment.known
    share = moment.displayed(result.segmentation.tumor_probability) / np.float32(255)
    pictures = (
        Picture("Probability alone", _axial(moment, heat(share))),
        Picture("Laid over the slice", _axial(moment, _over(moment, share))),
    )
    return Content(_probabilities(moment, share, "tumor"), pictures)


def _probabilities(moment: Moment, share: NDArray[np.floating], what: str) -> tuple[Number, ...]:
    low, high = UNSURE
    pixel_cm2 = moment.pixel_mm[0] * moment.pixel_mm[1] / 100
    return (
        Number("Highest in this slice", float(share.max()), "", 2),
        Number(f"Above {high:g}: sure of {what}", float((share > high).sum() * pixel_cm2), "cm²"),
        Number(
            f"From {low:g} to {high:g}: in two minds",
            float(((share >= low) & (share <= high)).sum() * pixel_cm2),
            "cm²",
        ),
    )


def threshold_stage(moment: Moment) -> Content:
    """Show which voxels are called liver at the threshold."""
    result, overall = moment.known
    called = above(
        moment.displayed(result.segmentation.liver_probability), moment.settings.liver_threshold
    )
    pixel_cm2 = moment.pixel_mm[0] * moment.pixel_mm[1] / 100
    level = moment.settings.liver_threshold
    numbers = (
        Number("Threshold", level, "", 2),
        Number("Called in this slice", float(called.sum() * pixel_cm2), "cm²"),
        Number("Called in the whole scan", result.segmentation.steps[0].changed_ml, "mL"),
        *(
            Number(f"At {other:.2f} it would be", float(overall.liver_ml[_level(other)]), "mL")
            for other in (0.2, 0.5, 0.8)
        ),
    )
    picture = tinted(moment.gray, [(called, COLORS[LIVER])])
    return Content(
        numbers,
        (Picture("Blue: reaches the threshold, wherever it lies", _axial(moment, picture)),),
    )


def _level(threshold: float) -> int:
    """Smallest 8-bit probability that `core.cascade.postprocessing.above` calls."""
    return int(np.ceil(threshold * 255))


def pieces_stage(moment: Moment) -> Content:
    """Show what is dropped, and what is filled."""
    result, _ = moment.known
    found = result.segmentation
    called = above(moment.displayed(found.liver_probability), moment.settings.liver_threshold)
    organ, _ = moment.masks
    _, largest, filled = found.steps[:3]
    numbers = (
        Number("Called before", found.steps[0].changed_ml, "mL"),
        Number("Smaller pieces dropped", largest.changed_ml, "mL"),
        Number("Holes filled", filled.changed_ml, "mL"),
        Number("Liver region", sum(step.changed_ml for step in found.steps[:3]), "mL"),
    )
    drawn = tinted(
        moment.gray,
        [(called & organ, COLORS[LIVER]), (called & ~organ, AMBER), (organ & ~called, PINK)],
    )
    caption = "Blue: kept. Orange: dropped, no part of the largest piece. Pink: holes filled"
    return Content(numbers, (Picture(caption, _axial(moment, drawn)),))


def labels_stage(moment: Moment) -> Content:
    """Show which label every voxel has in the end, with the figures of the Segment page."""
    result, _ = moment.known
    found, findings = result.segmentation, result.findings
    burden = findings.tumor_burden_percent
    numbers = (
        Number("Tumor threshold", moment.settings.tumor_threshold, "", 2),
        Number("Liver volume", findings.liver_volume_ml, "mL"),
        Number("Tumor volume", findings.tumor_volume_ml, "mL"),
        Number("Tumor burden", "–" if burden is None else burden, "" if burden is None else "%"),
        Number("Lesions", len(findings.lesions)),
        *(Number(f"Step: {step.name}", step.changed_ml, "mL") for step in found.steps),
    )
    labels = moment.displayed(found.labels)
    size = upright(moment.gray, moment.pixel_mm)
    enlarged = upright(labels, moment.pixel_mm, smooth=False)
    flat = np.zeros((*labels.shape, 3), np.uint8)
    flat[labels == LIVER], flat[labels == TUMOR] = COLORS[LIVER], COLORS[TUMOR]
    pictures = (
        Picture("Labels: black is background", _axial(moment, flat, smooth=False)),
        Picture("Over the slice", lettered(overlay(size, enlarged, style=Style.BOTH), "R", "A")),
    )
    return Content(numbers, pictures)


def surface_stage(moment: Moment) -> Content:
    """Show the labels of the whole scan as a body."""
    result, overall = moment.known
    lesions = result.findings.lesions
    numbers = [
        Number("Slices with liver", _slices(result.segmentation.labels > 0)),
        Number("Liver volume", result.findings.liver_volume_ml, "mL"),
        Number("Lesions", len(lesions)),
    ]
    if lesions:
        numbers += [
            Number("Largest lesion", lesions[0].volume_ml, "mL"),
            Number("Its longest diameter", lesions[0].longest_diameter_mm, "mm"),
        ]
    return Content(tuple(numbers), (Picture("Seen from the front", overall.front),))


def _slices(mask: NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(mask.any(axis=(0, 1))))


def _shown(answer: NDArray[np.uint8]) -> NDArray[np.floating]:
    """Turn one answer [X, Y] as a slice is displayed, in 0..1."""
    return answer.T[::-1, ::-1] / np.float32(255)


def _over(moment: Moment, share: NDArray[np.floating]) -> NDArray[np.uint8]:
    return heat(share, moment.gray)


def _axial(moment: Moment, picture: NDArray[np.uint8], *, smooth: bool = True) -> NDArray[np.uint8]:
    return lettered(upright(picture, moment.pixel_mm, smooth=smooth), "R", "A")
