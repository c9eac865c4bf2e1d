"""What it costs in Dice to compute the networks in bfloat16 in place of float32.

Run from the repository: ``python -m bench.precision --data DATA/lits-a --split test``. Scores the
presets on labelled cases in float32, with the networks of the liver in bfloat16, and with all of
them. A processor without bfloat16 emulates it in OpenVINO: the answers are the same, only slower.
"""

import argparse
from dataclasses import replace
from math import isfinite
from pathlib import Path
from time import perf_counter

import numpy as np

from core.cascade.networks import Networks, load_networks
from core.evaluation import evaluate
from core.io.datasets import find_cases
from core.models import runtime
from core.presets import PRESETS, Preset


def main() -> None:
    """Score, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.precision", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split")
    given = parser.parse_args()
    cases = find_cases(given.data, given.split)
    print("| preset | in bfloat16 | target | mean Dice | change | largest | seconds |")
    print("|---" * 7 + "|")
    for preset in PRESETS.values():
        exact, coarse = networks_in("f32", preset), networks_in("bf16", preset)
        ways = {"none": exact, "liver": replace(coarse, tumor=exact.tumor), "all": coarse}
        known: dict[tuple[str, str], float] = {}
        for way, networks in ways.items():
            began = perf_counter()
            scores, _ = evaluate(cases, preset, networks)
            took = perf_counter() - began
            # A patient without tumors of whom none was called has no Dice.
            found = {
                (score.case, score.target): score.whole.dice
                for score in scores
                if isfinite(score.whole.dice)
            }
            known = known or found
            for target in sorted({of for _, of in found}):
                pairs = [
                    (dice, known[key])
                    for key, dice in found.items()
                    if key[1] == target and key in known
                ]
                change = np.subtract(*np.array(pairs).T)
                cells = f"{preset.name} | {way} | {target} | {np.mean(pairs, axis=0)[0]:.4f}"
                told = f"{change.mean():+.5f} | {np.abs(change).max():.5f} | {took:.0f}"
                print(f"| {cells} | {told} |", flush=True)


def networks_in(precision: str, preset: Preset) -> Networks:
    """Load the networks of a preset anew, to be computed in `precision`."""
    runtime.PRECISION = precision
    runtime.forget()
    return load_networks(preset)


if __name__ == "__main__":
    main()
