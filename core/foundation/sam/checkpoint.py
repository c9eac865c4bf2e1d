"""A checkpoint on this machine: found, told from what is no SAM, and what it needs."""

from dataclasses import dataclass
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
from core.io.digest import sha256_of

KIND = "SAM"
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


@dataclass(frozen=True)
class LocalCheckpoint:
    """A SAM in a folder.

    Parameters
    ----------
    name : hub name, or name of the folder.
    weights : files with the weights.
    weights_mb : their size as float32, 10⁶ bytes.
    """

    name: str
    folder: Path
    weights: tuple[Path, ...]
    weights_mb: float
    architecture: Architecture

    @property
    def memory_mb(self) -> int:
        """Memory it needs to look at one slice, in 10⁶ bytes."""
        return self.architecture.memory_mb(self.weights_mb)

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
    config = read_config(folder, KIND)
    architecture = architecture_of(config, folder.name)
    weights = whole_weights(folder, KIND)
    size = sum(path.stat().st_size for path in weights) / MB
    half = stored_type(config) in ("float16", "bfloat16")
    return LocalCheckpoint(
        name or folder.name, folder, weights, size * 2 if half else size, architecture
    )


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
find, fetched, look_up, download = HUB.find, HUB.fetched, HUB.look_up, HUB.download
