"""A LLaVA on this machine: found, and told from what is none."""

from dataclasses import dataclass
from pathlib import Path

from core.errors import BadCheckpoint
from core.foundation.checkpoints.files import (
    CONFIG_NAME,
    MB,
    WEIGHTS_NAMES,
    read_config,
    stored_type,
    weights_in,
)
from core.foundation.llava.architecture import Architecture, architecture_of


@dataclass(frozen=True)
class LocalCheckpoint:
    """A LLaVA in a folder.

    Parameters
    ----------
    name : hub name, or name of the folder.
    weights_mb : size of its files, 10⁶ bytes.
    stored_quantised : they hold the matrices in 4 or 8 bits.
    single : they hold 4 bytes a weight.
    """

    name: str
    folder: Path
    weights_mb: float
    stored_quantised: bool
    single: bool
    architecture: Architecture

    def memory_mb(self, *, quantised: bool) -> int:
        """Memory to write one report, in 4 bits or as the weights are, 10⁶ bytes."""
        bytes_a_weight = 4 if self.single else 2
        if self.stored_quantised:
            working = self.architecture.working_mb(quantised=True, bytes_a_weight=bytes_a_weight)
            return round(self.weights_mb + working)
        return self.architecture.memory_mb(quantised=quantised, bytes_a_weight=bytes_a_weight)


def open_folder(folder: Path, name: str | None = None) -> LocalCheckpoint:
    """Look into `folder`, without loading its weights.

    Raises
    ------
    BadCheckpoint
        It is no folder, holds no LLaVA-1.5, or lacks weights.
    """
    if not folder.is_dir():
        raise BadCheckpoint(
            f"There is no folder “{folder}” on the machine that runs HepatoScope; give the folder "
            f"of a LLaVA-1.5 with {CONFIG_NAME} and {WEIGHTS_NAMES[0]}."
        )
    config = read_config(folder)
    architecture = architecture_of(config, name or folder.name)
    size = sum(path.stat().st_size for path in _weights_of(folder)) / MB
    return LocalCheckpoint(
        name or folder.name,
        folder,
        size,
        stored_quantised=bool(config.get("quantization_config")),
        single=stored_type(config) == "float32",
        architecture=architecture,
    )


def _weights_of(folder: Path) -> tuple[Path, ...]:
    paths = weights_in(folder)
    if not paths:
        raise BadCheckpoint(
            f"“{folder.name}” describes a LLaVA but has no weights; put {WEIGHTS_NAMES[0]} beside "
            f"its {CONFIG_NAME}."
        )
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise BadCheckpoint(
            f"“{folder.name}” lacks {len(missing)} of its {len(paths)} files of weights, such as "
            f"{missing[0]}; copy or download the checkpoint again."
        )
    return paths
