"""Trained networks on disk: ``weights/<preset>/<model>/`` with weights and a model card."""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import WeightsMissing
from core.presets import BEST, PRESETS, Preset, is_taught, preset_named

if TYPE_CHECKING:
    from keras import Model

WEIGHTS_DIR = Path(__file__).parents[2] / "weights"
WEIGHTS_NAME = "model.weights.h5"
CARD_NAME = "card.json"
# Of a card: SHA-256 of the weights that it tells of.
DIGEST = "weights_sha256"
# Where the host names its workspace; and taught presets where it names none.
WORKSPACE_PLACE, TAUGHT_PLACE = "HEPATOSCOPE_WORKSPACE", "HEPATOSCOPE_TAUGHT"
CALIBRATION_NAME = "calibration.json"


def model_dir(preset: str, model: str, place: Path | None = None) -> Path:
    """Folder of a trained network of `preset`, in its own place or below `place`.

    Raises WeightsMissing, which says how to come by them.
    """
    folder = (place or home_of(preset)) / model
    if not (folder / WEIGHTS_NAME).is_file():
        remedy = (
            f"train it with “python -m core train {model} --preset {preset} --data FOLDER "
            f"--out weights/{preset}/{model}”"
            if model in ("liver", "tumor")
            else "fetch the folder “weights” anew"
        )
        raise WeightsMissing(
            f"There are no weights for the {model} network of the preset “{preset}”; {remedy}."
        )
    return folder


def home_of(preset: str) -> Path:
    """Folder of the networks of a preset: below the weights, or where taught ones are kept."""
    return taught_dir() / preset if is_taught(preset) else WEIGHTS_DIR / preset


def taught_dir() -> Path:
    """Folder of presets that were taught: in the workspace, or where the process was told."""
    told = os.environ.get(TAUGHT_PLACE)
    return Path(told) if told else Path(os.environ.get(WORKSPACE_PLACE, "")) / "taught"


def taught_presets() -> tuple[Preset, ...]:
    """Presets that were taught and may be used, the newest first."""
    weights = [
        path for path in taught_dir().glob(f"*/tumor/{WEIGHTS_NAME}") if is_taught(path.parts[-3])
    ]
    newest = sorted(weights, key=lambda path: -path.stat().st_mtime)
    return tuple(preset_named(path.parts[-3]) for path in newest)


def trained_presets() -> tuple[Preset, ...]:
    """Presets whose networks are all on this machine, in the order of `PRESETS`."""
    return tuple(
        preset
        for preset in PRESETS.values()
        if all(
            (WEIGHTS_DIR / home / network / WEIGHTS_NAME).is_file()
            for home, network in preset.homes.values()
        )
    )


def first_preset() -> Preset:
    """Preset to start with: `BEST`, or the last that was trained where `BEST` was not."""
    trained = trained_presets()
    return BEST if BEST in trained or not trained else trained[-1]


def weights_digest(folder: Path) -> str:
    """SHA-256 of the weights in `folder`."""
    return hashlib.sha256((folder / WEIGHTS_NAME).read_bytes()).hexdigest()


def trusted_digest(folder: Path) -> str:
    """SHA-256 of the weights in `folder`, which must be what the card beside them tells.

    Raises WeightsMissing where they are others. A card that tells none is of a training before
    cards did.
    """
    digest = weights_digest(folder)
    told = read_card(folder).get(DIGEST) if (folder / CARD_NAME).is_file() else None
    if told not in (None, digest):
        raise WeightsMissing(
            f"The weights in “{folder.name}” are not those of its {CARD_NAME} (SHA-256 "
            f"{digest[:8]}, not {told!s:.8}), so nothing is known of them; fetch the folder "
            "“weights” anew, or train the network again."
        )
    return digest


def check_task(folder: Path, task: str) -> None:
    """Raise WeightsMissing where the network in `folder` was trained for another task."""
    known = read_card(folder).get("task") if (folder / CARD_NAME).is_file() else None
    if known not in (None, task):
        raise WeightsMissing(
            f"The network in “{folder.name}” was trained to find “{known!s:.20}”, not {task}; "
            "fetch the folder “weights” anew."
        )


def write_card(folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Write a model card beside the weights that it tells of; returns it with their SHA-256."""
    told = {**card, DIGEST: weights_digest(folder)}
    (folder / CARD_NAME).write_text(json.dumps(told, indent=2) + "\n")
    return told


def preset_digests(preset: Preset) -> dict[str, str]:
    """SHA-256 of the networks of `preset` on this machine, by their part in the cascade.

    Raises WeightsMissing where one was never trained.
    """
    return {part: weights_digest(model_dir(*home)) for part, home in preset.homes.items()}


def read_card(folder: Path) -> dict[str, Any]:
    """Read the model card of the network in `folder`.

    Raises WeightsMissing where it cannot be read.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD_NAME).read_text())
        if not isinstance(card, dict):
            raise ValueError("no card")
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsMissing(
            f"The {CARD_NAME} in “{folder.name}” is missing or damaged; fetch the folder “weights” "
            "anew."
        ) from error
    return card


def calibration_of(preset: str) -> dict[str, Any]:
    """Read what `preset` learned from patients whom its networks had not seen.

    Raises WeightsMissing where that is not on this machine.
    """
    path = WEIGHTS_DIR / preset / CALIBRATION_NAME
    if not path.is_file():
        raise WeightsMissing(
            f"There is no {CALIBRATION_NAME} for the preset “{preset}”; fetch the folder “weights” "
            "anew."
        )
    return _read(path)


@cache
def _read(path: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


def trained_models() -> dict[str, dict[str, Any]]:
    """Cards of all trained networks, by ``preset/model``."""
    return {
        f"{path.parent.parent.name}/{path.parent.name}": read_card(path.parent)
        for path in sorted(WEIGHTS_DIR.glob(f"*/*/{CARD_NAME}"))
        # Models that others trained have cards of their own kind.
        if (path.parent / WEIGHTS_NAME).is_file()
    }


def evaluations() -> dict[str, dict[str, Any]]:
    """Read the run.json of every shipped evaluation run, by its folder's name."""
    return {
        path.parent.name: json.loads(path.read_text())
        for path in sorted((WEIGHTS_DIR / "evaluations").glob("*/run.json"))
    }


def save_weights(model: "Model", path: Path) -> None:
    """Save the weights of `model` with the kernels as float16, half the size.

    Vectors (biases, batch-normalisation statistics) stay float32: small variances would
    underflow. What only training needs, the state of the optimizer, is left out.
    """
    import h5py

    model.save_weights(path)
    compact = path.with_suffix(".part")
    with h5py.File(path) as full, h5py.File(compact, "w") as half:
        full.visititems(lambda name, item: _copy(name, item, half))
    compact.replace(path)


def _copy(name: str, item: Any, target: Any) -> None:
    import h5py

    if name.split("/")[0] == "optimizer":
        return
    if not isinstance(item, h5py.Dataset):
        copied = target.require_group(name)
    elif item.ndim >= 2:
        copied = target.create_dataset(name, data=item[()].astype(np.float16), compression="gzip")
    else:
        copied = target.create_dataset(name, data=item[()])
    for key, value in item.attrs.items():
        copied.attrs[key] = value


def untrained_unet(folder: Path, size: int) -> "Model":
    """Rebuild the U-Net that the card in `folder` describes for `size` pixels, by chance filled."""
    from core.models.unet import WIDE_DECODER, build_unet

    card = read_card(folder) if (folder / CARD_NAME).is_file() else {}
    filters = card.get("architecture", {}).get("decoder_filters", WIDE_DECODER)
    return build_unet(size, decoder_filters=tuple(filters))


def load_unet(folder: Path, size: int) -> "Model":
    """Rebuild the U-Net that the card in `folder` describes for `size` pixels, with its weights."""
    model = untrained_unet(folder, size)
    model.load_weights(folder / WEIGHTS_NAME)
    return model


def load_autoencoder(folder: Path) -> "Model":
    """Rebuild the autoencoder of `folder` as its card describes it, and load its weights."""
    from core.models.autoencoder import build_autoencoder

    shape = read_card(folder)["architecture"]
    model = build_autoencoder(shape["bottleneck"], shape["pooled"])
    model.load_weights(folder / WEIGHTS_NAME)
    return model
