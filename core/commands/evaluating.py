"""Score against ground truth, and compare scores."""

import argparse
from pathlib import Path

from core.commands.common import (
    Command,
    add_preset,
    add_workers,
    figure,
    named,
    say,
    workers,
)
from core.presets import preset_named

COMPARABLE = ("dice", "iou", "precision", "recall", "hd95_mm", "assd_mm", "surface_dice")


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled cases and a preset."""
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument(
        "--weights", type=Path, help="folder with liver/ and tumor/; default: the preset's own"
    )
    parser.add_argument("--out", type=Path, required=True)
    add_preset(parser)
    add_workers(parser)


def compare_options(parser: argparse.ArgumentParser) -> None:
    """Ask for two runs and a score."""
    parser.add_argument("first", type=Path, metavar="A", help="folder of a run")
    parser.add_argument("second", type=Path, metavar="B", help="folder of the run to judge")
    parser.add_argument("--score", choices=COMPARABLE, default="dice")


def evaluate(arguments: argparse.Namespace) -> int:
    """Compare with ground truth."""
    from core.cascade.networks import load_networks
    from core.cohort.cluster import scores_on
    from core.cohort.work import Order
    from core.evaluation import evaluate as score_cases
    from core.evaluation import write_run
    from core.evaluation.score import evaluate_with
    from core.io.datasets import find_cases

    preset = preset_named(arguments.preset)
    cases = named(find_cases(arguments.data, arguments.split), arguments.cases)
    networks = load_networks(preset, arguments.weights)
    if arguments.workers or arguments.scheduler:
        order = Order.of(arguments.out, preset.name)
        with workers(arguments, order) as client:
            score = scores_on(client, cases, preset.name, arguments.weights)
            scores, failures = evaluate_with(cases, score, say)
    else:
        scores, failures = score_cases(cases, preset, networks, say)
    data = arguments.data.name
    run = write_run(
        arguments.out, scores, failures, preset, networks.digests, data, arguments.split
    )
    for target, averages in run["summary"].items():
        per_case = averages["per_case"]
        say(
            f"{target}: mean Dice {figure(per_case['mean_dice'])} over {per_case['scored']} "
            f"case(s), global Dice {figure(per_case['global_dice'])}"
        )
    return 1 if failures else 0


def compare(arguments: argparse.Namespace) -> int:
    """Say what the second run gains over the first on the same cases."""
    from core.evaluation import compare_runs, read_run

    first, second = read_run(arguments.first), read_run(arguments.second)
    compared = compare_runs(first, second, arguments.score)
    print(f"{arguments.score}: {second.name} minus {first.name}")
    for target, found in compared.items():
        gain = found.difference
        print(
            f"{target}: {gain.value:+.3f}, {gain.confidence:.0%} interval "
            f"{gain.low:+.3f} to {gain.high:+.3f} over {gain.cases} case(s); "
            f"higher in {found.higher}, lower in {found.lower}, equal in {found.equal}; "
            f"Wilcoxon p {found.p_value:.3f}; left out, not defined in one: {gain.left_out}; "
            f"only in one run: {found.only_first + found.only_second}"
        )
    return 0


EVALUATE = Command(
    "evaluate",
    "compare with ground truth",
    "evaluate --data LITS_FOLDER --split test --out run",
    evaluate_options,
    evaluate,
)
COMPARE = Command(
    "compare",
    "paired difference of two evaluation runs",
    "compare run-a run-b --score iou",
    compare_options,
    compare,
)
