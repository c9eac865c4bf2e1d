"""Facts of how the result was made, and of what the same networks did on known cases."""

from collections.abc import Iterator
from typing import Any

from core.cascade.segmentation import Labelled
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

OWN = "settings of the segmentation"


def method_facts(segmentation: Labelled) -> Iterator[Fact]:
    """Tell of the preset, its thresholds and networks, its evaluation, and the software."""
    preset = PRESETS.get(segmentation.preset)
    liver, tumor = segmentation.liver_threshold, segmentation.tumor_threshold
    yield Fact("preset", "Preset", segmentation.preset, origin=preset.summary if preset else OWN)
    yield Fact("thresholds", "Thresholds", f"liver {liver:.2f}, tumor {tumor:.2f}", origin=OWN)
    for name, value in (("liver", liver), ("tumor", tumor)):
        label = f"Probability from which a voxel is called {name}"
        yield Fact(f"thresholds.{name}", label, value, digits=2, origin=OWN)
    for part, digest in segmentation.models.items():
        origin = _model_name(segmentation.preset, part, digest)
        yield Fact(f"model.{part}.sha256", f"Weights of the {part} network", digest, origin=origin)
    yield from _evaluation(segmentation)
    yield Fact("software.version", "HepatoScope", VERSION, origin=f"commit {commit()}")


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
    yield Fact("evaluation.data", "Evaluated on", run["data"], origin=origin)
    yield Fact("evaluation.patients", "Patients", len(run["patients"]), origin=origin)
    for name, label, value in (
        ("lesions", "True lesions", touched["truth"]),
        ("found", "Found of them", touched["found"]),
        ("called", "Lesions called", touched["predicted"]),
        ("true", "True of them", touched["true"]),
    ):
        yield Fact(
            f"evaluation.{name}", label, value, origin=f"{origin}; one shared voxel is enough"
        )
    for target in ("organ", "tumor"):
        dice = run["summary"][target]["per_case"]["mean_dice"]
        label = f"Mean Dice of the {target}"
        yield Fact(f"evaluation.{target}_dice", label, round(dice, 4), digits=2, origin=origin)


def _run_of(segmentation: Labelled) -> dict[str, Any] | None:
    """Find the run on real patients of the same networks and thresholds, if there is one."""
    thresholds = {"organ": segmentation.liver_threshold, "tumor": segmentation.tumor_threshold}
    for run in evaluations().values():
        same = run["models"] == segmentation.models and run["thresholds"] == thresholds
        if same and run["preset"] == segmentation.preset and run["data"] != "phantoms":
            return run
    return None
