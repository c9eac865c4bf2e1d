"""Facts of how the result was made, and of what the same networks did on known cases."""

from collections.abc import Iterator
from typing import Any

from core.cascade.labelled import Labelled
from core.models.store import (
    CARD_NAME,
    WEIGHTS_DIR,
    WEIGHTS_NAME,
    evaluations,
    read_card,
    weights_digest,
)
from core.presets import PRESETS
from core.provenance import VERSION, commit
from core.report.fact import Fact
from core.report.fact_kind import FactKind

OWN = "settings of the segmentation"


def method_facts(segmentation: Labelled) -> Iterator[Fact]:
    """Tell of the preset, its thresholds, networks and evaluation, or who else made the labels."""
    if segmentation.brought is None:
        yield from _networks(segmentation)
        yield from _evaluation(segmentation)
    else:
        origin = segmentation.brought.sentence
        yield Fact(FactKind.BROUGHT, "Labels", segmentation.maker, origin=origin)
    yield Fact(FactKind.SOFTWARE_VERSION, "HepatoScope", VERSION, origin=f"commit {commit()}")


def _networks(segmentation: Labelled) -> Iterator[Fact]:
    preset = PRESETS.get(segmentation.preset)
    liver, tumor = segmentation.liver_threshold, segmentation.tumor_threshold
    yield Fact(
        FactKind.PRESET, "Preset", segmentation.preset, origin=preset.summary if preset else OWN
    )
    yield Fact(
        FactKind.THRESHOLDS, "Thresholds", f"liver {liver:.2f}, tumor {tumor:.2f}", origin=OWN
    )
    for kind, name, value in (
        (FactKind.THRESHOLDS_LIVER, "liver", liver),
        (FactKind.THRESHOLDS_TUMOR, "tumor", tumor),
    ):
        label = f"Probability from which a voxel is called {name}"
        yield Fact(kind, label, value, digits=2, origin=OWN)
    for part, digest in segmentation.models.items():
        origin = _model_name(segmentation.preset, part, digest)
        yield Fact(
            FactKind.MODEL_SHA256.of(part), f"Weights of the {part} network", digest, origin=origin
        )


def _model_name(preset: str, part: str, digest: str) -> str:
    """Name the network as the model card of these very weights does."""
    home = PRESETS[preset].homes.get(part) if preset in PRESETS else None
    if home is None:
        return OWN
    folder = WEIGHTS_DIR.joinpath(*home)
    there = (folder / WEIGHTS_NAME).is_file() and (folder / CARD_NAME).is_file()
    if not there or weights_digest(folder) != digest:
        return "no model card of these weights is on this machine"
    return str(read_card(folder)["model"])


def _evaluation(segmentation: Labelled) -> Iterator[Fact]:
    """Tell what these networks, at these thresholds, did on patients held out."""
    run = _run_of(segmentation)
    if run is None:
        return
    origin = f"shipped evaluation on {run['data']}, split “{run['split']}”"
    touched = run["summary"]["tumor"]["lesions"]["touched"]
    yield Fact(FactKind.EVALUATION_DATA, "Evaluated on", run["data"], origin=origin)
    yield Fact(FactKind.EVALUATION_PATIENTS, "Patients", len(run["patients"]), origin=origin)
    for kind, label, value in (
        (FactKind.EVALUATION_LESIONS, "True lesions", touched["truth"]),
        (FactKind.EVALUATION_FOUND, "Found of them", touched["found"]),
        (FactKind.EVALUATION_CALLED, "Lesions called", touched["predicted"]),
        (FactKind.EVALUATION_TRUE, "True of them", touched["true"]),
    ):
        yield Fact(kind, label, value, origin=f"{origin}; one shared voxel is enough")
    for kind, target in (
        (FactKind.EVALUATION_ORGAN_DICE, "organ"),
        (FactKind.EVALUATION_TUMOR_DICE, "tumor"),
    ):
        dice = run["summary"][target]["per_case"]["mean_dice"]
        label = f"Mean Dice of the {target}"
        yield Fact(kind, label, round(dice, 4), digits=2, origin=origin)


def _run_of(segmentation: Labelled) -> dict[str, Any] | None:
    """Find the run on whole real patients of the same networks and thresholds, if there is one."""
    thresholds = {"organ": segmentation.liver_threshold, "tumor": segmentation.tumor_threshold}
    for run in evaluations().values():
        same = run["models"] == segmentation.models and run[FactKind.THRESHOLDS] == thresholds
        whole = run["data"] != "phantoms" and "slices_scored" not in run
        if same and whole and run[FactKind.PRESET] == segmentation.preset:
            return run
    return None
