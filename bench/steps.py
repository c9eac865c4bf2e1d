"""What it costs in Dice to ask about fewer slices, by how far apart they lie.

Run from the repository: ``python -m bench.steps --preset focus``. Draws phantoms of 256×256×300
with slices of 1 mm, or takes ``--data``, a labelled folder whose slices have a known distance;
scores the preset with every slice asked about, and at pairs of distances in mm: from afar, close
up. Told are the mean Dice, and its change, of the liver with its tumors and of tumors.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

import core.cascade.looks as looks
from core.cascade.networks import load_networks
from core.evaluation import evaluate
from core.io.datasets import find_cases
from core.phantom import write_phantoms
from core.presets import PRESETS, preset_named

SEED, SHAPE, SPACING = 60, (256, 256, 300), (1.5, 1.5, 1.0)
# From afar, close up; with the first every slice is asked about.
STEPS = ((0.0, 0.0), (6.0, 0.0), (6.0, 2.0), (6.0, 3.0))


def main() -> None:
    """Score, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.steps", description=__doc__)
    parser.add_argument("--preset", choices=list(PRESETS), default="focus")
    parser.add_argument("--cases", type=int, default=4, help="phantoms to draw")
    parser.add_argument("--data", type=Path, help="labelled folder, in place of phantoms")
    given = parser.parse_args()
    preset = preset_named(given.preset)
    networks, exact = load_networks(preset), dict[tuple[str, str], float | None]()
    print(
        "| afar, mm | close up, mm | target | mean Dice | change | seconds |\n" + "|---" * 6 + "|"
    )
    with TemporaryDirectory() as name:
        if given.data is None:
            write_phantoms(Path(name), given.cases, SEED, shape=SHAPE, spacing=SPACING)
        cases = find_cases(given.data or Path(name))
        for far, near in STEPS:
            looks.FAR_STEP_MM, looks.NEAR_STEP_MM = far, near
            began = perf_counter()
            scores, _ = evaluate(cases, preset, networks)
            took = perf_counter() - began
            found = {(score.case, score.target): score.whole.dice for score in scores}
            exact = exact or {**found}
            for target in sorted({each for _, each in found}):
                known = [
                    (dice, then)
                    for of, dice in found.items()
                    if of[1] == target and dice is not None and (then := exact[of]) is not None
                ]
                now, before = np.array(known).mean(axis=0)
                cells = f"{far:g} | {near:g} | {target} | {now:.4f} | {now - before:+.4f}"
                print(f"| {cells} | {took:.0f} |", flush=True)


if __name__ == "__main__":
    main()
