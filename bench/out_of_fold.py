"""Teach the judge of `ensemble`, and score its training patients as if they were new.

``python -m bench.out_of_fold --data DATA/lits-a --data DATA/lits-b --answers ANSWERS --out RUN``

Each patient is segmented by the tumor network that never saw them; what it calls teaches the judge
(`core.cascade.judge`), and each patient is judged by one taught by the others. RUN is a run as
`python -m core evaluate` writes it; ``--calibration FILE`` keeps the judge taught by all, how often
the others were right, and how far the burden was off. ANSWERS keeps what the networks said:
started again, they are not asked anew.

The networks that find the liver did see most of these patients (their cards name the exceptions),
so these figures tell of the tumor networks and the judge alone; the vote of all five, which a new
patient gets, is not in them.
"""

import argparse
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.burden import CONFIDENCE, burden_error, conformal_bound
from core.cascade.judge import Judge, Traits, teach, traits_of
from core.cascade.looks import height_of, slice_mm
from core.cascade.networks import Networks, load_networks
from core.cascade.postprocessing import above, smoothed
from core.cascade.segmentation import Segmentation, relabel, segment
from core.evaluation import write_run
from core.evaluation.score import TARGETS, CaseScore, evaluate_with, score_target
from core.geometry.components import find_components
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import patient_of
from core.labels import organ_mask, tumor_mask
from core.metrics.bootstrap import mean_interval
from core.models.store import preset_digests
from core.presets import ENSEMBLE
from core.provenance import commit
from core.training.folds.recipe import fold_of

# Weaker pieces than those that are called teach the judge too: most of them are wrong.
UNJUDGED = replace(ENSEMBLE, tumor_seed=0.4, lesion_chance=None)
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Candidate:
    """A piece: whose it is, what shows of it, whether it touches a true lesion.

    Parameters
    ----------
    sure : whether its probability reaches what the preset calls from.
    """

    patient: str
    traits: Traits
    real: bool
    sure: bool


def main() -> None:
    """Segment fold by fold, teach the judges, score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--answers", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibration", type=Path, help="file for the judge taught by all")
    given = parser.parse_args()
    cases = [
        case
        for root in given.data
        for case in find_cases(root, "train")
        # The first volumes of lits-a have their livers in lits-b.
        if fold_of(patient_of(case)) >= 0 and organ_mask(case.read()[1]).any()
    ]
    given.answers.mkdir(parents=True, exist_ok=True)
    ask_all(cases, given.answers)
    candidates = [each for case in cases for each in candidates_of(case, given.answers)]
    judges = {
        patient: taught_by([each for each in candidates if each.patient != patient])
        for patient in {patient_of(case) for case in cases}
    }
    scores, failures = evaluate_with(
        cases, lambda case: score(case, given.answers, judges[patient_of(case)]), say
    )
    data = " and ".join(root.name for root in given.data)
    digests = preset_digests(ENSEMBLE)
    run = write_run(given.out, scores, failures, ENSEMBLE, digests, f"{data}, out of fold", "train")
    for target, averages in run["summary"].items():
        per_case = averages["per_case"]
        say(f"{target}: mean {per_case['mean_dice']:.3f}, pooled {per_case['global_dice']:.3f}")
    if given.calibration:
        facts = calibration(candidates, judges, scores)
        given.calibration.write_text(json.dumps(facts, indent=2) + "\n")
        say(json.dumps(facts, indent=1))


def say(line: str) -> None:
    """Tell at once, whoever reads."""
    print(line, flush=True)


def ask_all(cases: Sequence[LabelledCase], answers: Path) -> None:
    """Segment every case that was not segmented before by the network that never saw it."""
    missing = [case for case in cases if not place(case, answers).is_file()]
    if not missing:
        return
    networks = load_networks(ENSEMBLE)
    for case in missing:
        found = segment(case.read()[0], UNJUDGED, networks=unseen(networks, case))
        part = place(case, answers).with_suffix(".part")
        part.write_bytes(pickle.dumps(found))
        part.replace(place(case, answers))
        say(f"segmented {case.dataset}/{case.name}")


def unseen(networks: Networks, case: LabelledCase) -> Networks:
    """Leave of the tumor networks the one that `case` was held out of."""
    assert isinstance(networks.tumor, tuple)
    return replace(networks, tumor=networks.tumor[fold_of(patient_of(case))])


def place(case: LabelledCase, answers: Path) -> Path:
    """Where the answers about `case` are kept."""
    return answers / f"{case.dataset}-{case.name}.pickle"


def answered(case: LabelledCase, answers: Path) -> Segmentation:
    """Read what the networks said of `case`."""
    found: Segmentation = pickle.loads(place(case, answers).read_bytes())
    return found


def candidates_of(case: LabelledCase, answers: Path) -> Iterator[Candidate]:
    """Describe all pieces found in `case`, and look up which of them touch true lesions."""
    volume, truth = case.read()
    found = answered(case, answers)
    organ, tumor = organ_mask(found.labels), tumor_mask(found.labels)
    height = slice_mm(volume, height_of(organ))
    sigma = ENSEMBLE.tumor_smoothing_mm / height
    sure = above(smoothed(found.tumor_probability, sigma), ENSEMBLE.tumor_seed or 0.0)
    pieces = find_components(tumor).numbered
    real, called = (np.unique(pieces[mask]) for mask in (tumor_mask(truth), sure))
    described = traits_of(volume.hu, organ, tumor, height, ENSEMBLE.window)
    for number, traits in enumerate(described, start=1):
        yield Candidate(patient_of(case), traits, number in real, number in called)


def taught_by(candidates: Sequence[Candidate]) -> Judge:
    """Teach a judge."""
    traits = [each.traits for each in candidates]
    return teach(traits, [each.real for each in candidates])


def score(case: LabelledCase, answers: Path, judge: Judge) -> list[CaseScore]:
    """Call the answers about one case, judged by `judge`, and score them."""
    volume, truth = case.read()
    found = answered(case, answers)
    found = relabel(volume, found, found.liver_threshold, found.tumor_threshold, judge)
    seconds = sum(found.seconds.values())
    return [score_target(target, case, volume, truth, found, seconds) for target in TARGETS]


def calibration(
    candidates: Sequence[Candidate], judges: dict[str, Judge], scores: Sequence[CaseScore]
) -> dict[str, Any]:
    """Tell the judge taught by all, what those taught by the others were worth, and the burden."""
    called = [each for each in candidates if each.sure]
    chances = np.array([judges[each.patient].chance(each.traits) for each in called])
    real = np.array([each.real for each in called])
    tumors = [one for one in scores if one.target == "tumor"]
    false = [sum(not (each.truth or each.touched) for each in one.lesions) for one in tumors]
    interval = mean_interval([float(count) for count in false])
    errors = burden_errors(scores)
    return {
        "judge": asdict(taught_by(candidates)),
        "called_from": ENSEMBLE.lesion_chance,
        "taught_by": len(candidates),
        "pieces": len(called),
        "real": int(real.sum()),
        "false_a_scan": float(np.mean(false)),
        "false_a_scan_interval": [interval.low, interval.high],
        "reliability": list(reliability(chances, real)),
        "burden": {
            "bound": conformal_bound(errors, CONFIDENCE),
            "confidence": CONFIDENCE,
            "patients": len(errors),
        },
        "scans": len(tumors),
        "data": sorted({one.dataset for one in scores}),
        "commit": commit(),
    }


def burden_errors(scores: Sequence[CaseScore]) -> dict[str, list[float]]:
    """How far the burden of every scan is off, by patient."""
    found: dict[str, list[float]] = {}
    livers = {(one.dataset, one.case): one.whole for one in scores if one.target == "organ"}
    for one in scores:
        if one.target == "tumor":
            organ, tumor = livers[one.dataset, one.case], one.whole
            called = tumor.predicted_voxels / max(organ.predicted_voxels, 1)
            true = tumor.truth_voxels / max(organ.truth_voxels, 1)
            found.setdefault(one.patient, []).append(burden_error(called, true))
    return found


def reliability(
    chances: NDArray[np.float64], real: NDArray[np.bool_]
) -> Iterator[dict[str, float]]:
    """Tell for every fifth of the chances how many pieces had one, and how many were real."""
    for low, high in pairwise(BINS):
        inside = (chances >= low) & ((chances < high) | (high == 1))
        if inside.any():
            yield {
                "from": low,
                "to": high,
                "pieces": int(inside.sum()),
                "told": round(float(chances[inside].mean()), 3),
                "real": round(float(real[inside].mean()), 3),
            }


if __name__ == "__main__":
    main()
