"""Score the training patients of `ensemble`, each by the tumor network that never saw them.

``python -m bench.out_of_fold --data DATA/lits-a --data DATA/lits-b --out RUN`` writes a run as
`python -m core evaluate` does. The networks that find the liver did see most of these patients
(their cards name the exceptions), so these figures tell of the tumor networks alone; the vote of
all five, which a new patient gets, is not in them.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from core.cascade.networks import load_networks
from core.evaluation import evaluate, write_run
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import patient_of
from core.labels import organ_mask
from core.models.store import preset_digests
from core.presets import ENSEMBLE
from core.training.folds.recipe import FOLDS, fold_of


def main() -> None:
    """Score fold by fold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    cases = [case for root in given.data for case in find_cases(root, "train")]
    scores, failures = [], []
    networks = load_networks(ENSEMBLE)
    assert isinstance(networks.tumor, tuple)
    for fold in range(len(FOLDS)):
        held_out = [case for case in cases if fold_of(patient_of(case)) == fold and _liver(case)]
        alone = replace(networks, tumor=networks.tumor[fold])
        found = evaluate(held_out, ENSEMBLE, alone, lambda line: print(line, flush=True))
        scores += found[0]
        failures += found[1]
    data = " and ".join(root.name for root in given.data)
    digests = preset_digests(ENSEMBLE)
    run = write_run(given.out, scores, failures, ENSEMBLE, digests, f"{data}, out of fold", "train")
    for target, averages in run["summary"].items():
        per_case = averages["per_case"]
        print(f"{target}: mean {per_case['mean_dice']:.3f}, pooled {per_case['global_dice']:.3f}")


def _liver(case: LabelledCase) -> bool:
    """Tell whether the case shows a liver: the first volumes of lits-a have theirs in lits-b."""
    return bool(organ_mask(case.read()[1]).any())


if __name__ == "__main__":
    main()
