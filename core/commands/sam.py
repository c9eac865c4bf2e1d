"""Score SAM beside our networks."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_preset, named, say, whole_number
from core.errors import BadDataset
from core.foundation.sam.checkpoint import SHIPPED
from core.presets import preset_named


def sam_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled cases, a checkpoint, and how SAM is prompted."""
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument(
        "--checkpoint",
        default=SHIPPED,
        metavar="NAME_OR_FOLDER",
        help="such as facebook/sam-vit-base, or the folder of a SAM; the shipped one by default",
    )
    parser.add_argument(
        "--download", action="store_true", help="fetch the checkpoint where it is not here yet"
    )
    parser.add_argument(
        "--mode",
        choices=["automatic", "points", "box"],
        default="automatic",
        help="best of all masks, or prompts",
    )
    parser.add_argument(
        "--prompts-from",
        choices=["truth", "networks"],
        default="truth",
        help="what prompts are drawn from: true masks, or those of --preset",
    )
    parser.add_argument("--slices", type=whole_number, default=3, help="of a case, at most")
    parser.add_argument(
        "--side", type=whole_number, default=16, help="points along each side of the grid"
    )
    parser.add_argument("--points", type=whole_number, default=1, help="drawn in every object")
    parser.add_argument("--seed", type=int, default=0)
    add_preset(
        parser,
        default=None,
        help="also score these networks on the same slices, in a run beside, OUT-PRESET",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUN")


def sam(arguments: argparse.Namespace) -> int:
    """Score SAM on slices of labelled cases, and our networks on the same ones where asked to."""
    from core.cascade.networks import load_networks
    from core.evaluation.run import write_run
    from core.evaluation.sam import Mode, Plan, Source, score_beside, score_sam
    from core.evaluation.score import evaluate_with
    from core.foundation.sam.automatic import Settings
    from core.foundation.sam.checkpoint import fetched
    from core.foundation.sam.model import load_sam
    from core.io.datasets import find_cases

    plan = Plan(
        Mode(arguments.mode),
        Source(arguments.prompts_from),
        arguments.slices,
        arguments.points,
        arguments.seed,
        settings=Settings(side=arguments.side),
    )
    if plan.needs_networks and not arguments.preset:
        raise BadDataset("Prompts from networks need to know which: name them with --preset.")
    cases = named(find_cases(arguments.data, arguments.split), arguments.cases)
    checkpoint = fetched(arguments.checkpoint, say if arguments.download else None)
    loaded = load_sam(checkpoint)
    preset = preset_named(arguments.preset) if arguments.preset else None
    networks = load_networks(preset) if preset else None
    scores, failures = evaluate_with(
        cases, lambda case: score_sam(case, loaded, plan, preset, networks), say
    )
    where = arguments.data.name, arguments.split
    models = {"sam": checkpoint.digest}
    if plan.needs_networks and networks:
        models |= networks.digests
    facts = plan.facts(checkpoint, preset)
    write_run(arguments.out, scores, failures, plan.preset, models, *where, facts)
    if preset and networks:
        ours, missed = evaluate_with(
            cases, lambda case: score_beside(case, preset, networks, plan), say
        )
        beside = arguments.out.with_name(f"{arguments.out.name}-{preset.name}")
        write_run(beside, ours, missed, preset, networks.digests, *where, plan.facts_beside())
    return 1 if failures else 0


SAM = Command(
    "sam",
    "score SAM on slices with ground truth",
    "sam --data LITS_FOLDER --mode box --out run-sam",
    sam_options,
    sam,
)
