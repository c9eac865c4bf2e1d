"""Whether doubt says where the networks are wrong, on scans whose truth is known.

Run from the repository: ``python -m bench.doubt --data FOLDER --preset paper``. For liver and
tumors it prints how well two signs of doubt part wrong voxels from right ones (AUROC): the
disagreement of the views, and the distance of the probability from certainty; which share of
doubtful and of undoubted voxels is wrong; and by case how expected Dice and mean disagreement
go with the true Dice. Liver voxels count within 10 mm of the true or the called organ, tumor
voxels within the called organ, where tumors are looked for.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cascade.doubt import MOST, disagreement
from core.cascade.doubt_summary import DOUBTFUL
from core.cascade.networks import Networks, load_networks
from core.cascade.segmentation import Segmentation, segment
from core.commands.common import named
from core.evaluation.score import TARGETS, probability_of
from core.io.datasets import LabelledCase, find_cases
from core.labels import organ_mask
from core.metrics.calibration import (
    ProbabilityHistogram,
    empty_histogram,
    next_level,
    probability_histogram,
)
from core.metrics.overlap import overlap
from core.metrics.risk import expected_dice, risk_coverage
from core.presets import BEST, PRESETS, Preset, preset_named

NEAR_MM = 10.0
SIGNS = ("disagreement", "1 - |2p - 1|")


@dataclass(frozen=True, eq=False)
class Judged:
    """One target of one case.

    Parameters
    ----------
    by_sign : wrong (`positives`) and right voxels by level of each sign of doubt.
    dice, expected : true and expected.
    doubt : mean disagreement over the called voxels, 0..0.5; NaN where none is called.
    """

    case: str
    by_sign: dict[str, ProbabilityHistogram]
    dice: float
    expected: float
    doubt: float


def auroc(counts: ProbabilityHistogram) -> float:
    """Chance that a wrong voxel has more doubt than a right one, half of equals; NaN of none."""
    wrong, right = counts.positives.astype(float), counts.negatives.astype(float)
    if not wrong.any() or not right.any():
        return math.nan
    below = np.cumsum(right) - right
    return float(wrong @ (below + right / 2) / (wrong.sum() * right.sum()))


def near(mask: NDArray[np.bool_], spacing: tuple[float, ...]) -> NDArray[np.bool_]:
    """Voxels within `NEAR_MM` of a mask [X, Y, Z]."""
    from scipy.ndimage import distance_transform_edt

    if not mask.any():
        return mask
    return np.asarray(distance_transform_edt(~mask, sampling=spacing) <= NEAR_MM)


def judge(case: LabelledCase, preset: Preset, networks: Networks) -> dict[str, Judged]:
    """Segment a case, measure its doubt, and compare both with its truth."""
    volume, truth = case.read()
    found = segment(volume, preset, networks=networks)
    doubt = disagreement(volume, found, networks=networks)
    organ = organ_mask(found.labels)
    within = {"organ": near(organ | organ_mask(truth), volume.spacing), "tumor": organ}
    maps = {"organ": doubt.liver, "tumor": doubt.tumor}
    return {
        target: judge_target(case.name, preset, target, truth, found, maps[target], within[target])
        for target in (TARGETS if case.tumors_labelled else ("organ",))
    }


def judge_target(
    name: str,
    preset: Preset,
    target: str,
    truth: NDArray[np.uint8],
    found: Segmentation,
    doubt: NDArray[np.uint8],
    within: NDArray[np.bool_],
) -> Judged:
    """Compare one target with the truth, both [X, Y, Z], in the voxels `within`."""
    true, called = TARGETS[target](truth), TARGETS[target](found.labels)
    probability = probability_of(target, found)
    unsure = (255 - np.abs(2 * probability.astype(np.int16) - 255)).astype(np.uint8)
    by_sign = {
        sign: probability_histogram(levels, true ^ called, within)
        for sign, levels in zip(SIGNS, (doubt, unsure), strict=True)
    }
    threshold = preset.liver_threshold if target == "organ" else preset.tumor_threshold
    levels = np.bincount(probability.ravel(), minlength=256)
    inside = float(doubt[called].mean()) * MOST / 255 if called.any() else math.nan
    dice = overlap(true, called).dice
    return Judged(name, by_sign, dice, expected_dice(levels, threshold), inside)


def report(target: str, judged: list[Judged]) -> None:
    """Print what the cases of one target say."""
    print(f"\n{target}: {len(judged)} cases")
    for sign in SIGNS:
        each = [auroc(one.by_sign[sign]) for one in judged]
        pooled = sum((one.by_sign[sign] for one in judged), empty_histogram())
        print(
            f"  {sign:14} AUROC for a wrong voxel {auroc(pooled):.3f} pooled, "
            f"{np.nanmean(each):.3f} mean of cases ({np.nanmin(each):.3f} to {np.nanmax(each):.3f})"
        )
    pooled = sum((one.by_sign[SIGNS[0]] for one in judged), empty_histogram())
    level = next_level(DOUBTFUL / MOST)
    for words, part in (("doubtful", slice(level, None)), ("undoubted", slice(0, level))):
        wrong, right = int(pooled.positives[part].sum()), int(pooled.negatives[part].sum())
        print(
            f"  {words} voxels ({'at least' if part.start else 'below'} {DOUBTFUL:g}): "
            f"{100 * wrong / max(wrong + right, 1):.2f} % of {wrong + right:,} wrong, "
            f"{100 * wrong / max(int(pooled.positives.sum()), 1):.0f} % of all errors"
        )
    dice = [one.dice for one in judged]
    for words, trust in (
        ("expected Dice", [one.expected for one in judged]),
        ("less disagreement", [-one.doubt for one in judged]),
    ):
        found = risk_coverage(trust, dice)
        print(
            f"  {words}: Spearman {found.rank_correlation:+.2f} with the true Dice of "
            f"{len(found.risk)} cases, AURC {found.aurc:.3f}, excess {found.excess_aurc:.3f}"
        )


def main() -> None:
    """Judge every case, then print both targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split")
    parser.add_argument("--cases", nargs="+", metavar="CASE")
    parser.add_argument("--preset", choices=list(PRESETS), default=BEST.name)
    arguments = parser.parse_args()
    preset = preset_named(arguments.preset)
    networks = load_networks(preset)
    judged: dict[str, list[Judged]] = {target: [] for target in TARGETS}
    for case in named(find_cases(arguments.data, arguments.split), arguments.cases):
        for target, one in judge(case, preset, networks).items():
            judged[target].append(one)
            print(
                f"{case.name} {target}: Dice {one.dice:.3f}, expected {one.expected:.3f}, "
                f"mean disagreement {one.doubt:.3f}",
                flush=True,
            )
    for target, cases in judged.items():
        if cases:
            report(target, cases)


if __name__ == "__main__":
    main()
