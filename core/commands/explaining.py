"""Explain answers, and put explanations to the test."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_preset, figure, say
from core.errors import BadDataset, HepatoScopeError
from core.presets import preset_named


def explain_options(parser: argparse.ArgumentParser) -> None:
    """Ask for a scan, one of its slices, and a method."""
    parser.add_argument("input", type=Path, metavar="INPUT", help="a scan, as for segment")
    parser.add_argument("--slice", type=int, help="axial slice, from 1; default: most tumor")
    parser.add_argument("--method", help="such as shap, integrated or occlusion")
    parser.add_argument("--network", default="tumor", choices=["tumor", "liver"])
    add_preset(parser)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")


def faithfulness_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled cases and a preset."""
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    add_preset(parser)
    parser.add_argument("--out", type=Path, required=True)


def explain(arguments: argparse.Namespace) -> int:
    """Segment a scan and explain one of its slices, as a picture."""
    from core.cascade.segmentation import segment as run
    from core.draw.slices import telling_slice
    from core.explainers.backgrounds import Background
    from core.explainers.explain import explain as answer
    from core.explainers.pictures import draw, native_map, sheet_png
    from core.explainers.question import Asked, pose
    from core.explainers.registry import method_named, published
    from core.explainers.standing import standing
    from core.geometry.slices import Plane
    from core.io.apart import read_apart
    from core.volume import unnamed

    method = method_named(arguments.method) if arguments.method else published()
    volume = unnamed(read_apart(arguments.input))
    segmentation = run(volume, preset_named(arguments.preset))
    if arguments.slice is None:
        z = telling_slice(segmentation.labels, Plane.AXIAL)
    elif 1 <= arguments.slice <= volume.shape[2]:
        z = arguments.slice - 1
    else:
        raise HepatoScopeError(
            f"The scan has slices 1 to {volume.shape[2]}, and {arguments.slice} is none of them; "
            "choose another with --slice."
        )
    posed = pose(volume, segmentation, z, Asked(arguments.network))
    found = answer(posed.question, method.name, None, arguments.seed, lambda share: None)
    pictures = draw(volume, segmentation.labels, z, native_map(posed, found.values))
    trial = standing(method.name, Background.PLAIN, Asked(arguments.network), arguments.preset)
    asked = f"{arguments.network} network of {arguments.preset}, slice {z + 1}"
    note = f"{method.title} ({trial.note}), {asked}"
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(sheet_png(pictures, volume.source, note))
    error = found.completeness_error
    told = "" if error is None else f", adds up within {error:.1%}"
    say(f"slice {z + 1}: answer {found.score:.4f}{told}, {found.seconds:.1f} s")
    say(f"{method.title}: {trial.sentence}")
    return 0


def faithfulness(arguments: argparse.Namespace) -> int:
    """Put all methods to the test on the true lesions of labelled cases."""
    from core.explainers.trial import held_out, run_trial
    from core.explainers.verdicts import write_trial
    from core.io.datasets import find_cases
    from core.models.store import preset_digests

    preset = preset_named(arguments.preset)
    cases = held_out(find_cases(arguments.data, arguments.split), preset)
    rows = run_trial(cases, preset, arguments.out, say)
    if not rows:
        raise BadDataset(
            f"The networks found no lesion in {arguments.data.name}, so there is nothing to "
            "explain; give cases with larger lesions."
        )
    facts = {
        "data": arguments.data.name,
        "split": arguments.split,
        "cases": [case.name for case in cases],
        "preset": preset.name,
        "models": preset_digests(preset),
    }
    for verdict in write_trial(arguments.out, rows, facts):
        gain = verdict.figures["insertion_gain"]
        told = "trusted" if verdict.trusted else "; ".join(verdict.reasons)
        say(f"{verdict.title}: insertion {figure(gain.value)} over random order; {told}")
    return 0


EXPLAIN = Command(
    "explain",
    "show which pixels an answer rests on",
    "explain ct.nii.gz --method shap --slice 41 --out explanation.png",
    explain_options,
    explain,
)
FAITHFULNESS = Command(
    "faithfulness",
    "put the explanations to the test on patients held out; started again, it goes on",
    "faithfulness --data LITS_FOLDER --out weights/explanations/mine",
    faithfulness_options,
    faithfulness,
)
