"""A LLaVA on this machine: found, and told from what is none."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.checkpoints.files import CONFIG_NAME, read_config
from core.errors import BadCheckpoint
from core.reporting.llava.architecture import MB, Architecture, architecture_of

# One file, or the list of several; those that cannot carry code come first.
WEIGHTS_NAMES = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)


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
        return self.architecture.memory_mb(
            quantised=quantised or self.stored_quantised, bytes_a_weight=4 if self.single else 2
        )


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
    size = sum(path.stat().st_size for path in weights_of(folder)) / MB
    return LocalCheckpoint(
        name or folder.name,
        folder,
        size,
        stored_quantised=bool(config.get("quantization_config")),
        single=str(config.get("dtype", config.get("torch_dtype"))) == "float32",
        architecture=architecture,
    )


def weights_of(folder: Path) -> tuple[Path, ...]:
    """List the files with the weights of the LLaVA in `folder`.

    Raises BadCheckpoint where one is missing.
    """
    found = next((folder / file for file in WEIGHTS_NAMES if (folder / file).is_file()), None)
    if found is None:
        raise BadCheckpoint(
            f"“{folder.name}” describes a LLaVA but has no weights; put {WEIGHTS_NAMES[0]} beside "
            f"its {CONFIG_NAME}."
        )
    if found.suffix != ".json":
        return (found,)
    try:
        parts = sorted(set(json.loads(found.read_text())["weight_map"].values()))
        paths = tuple(folder / Path(part).name for part in parts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCheckpoint(
            f"The {found.name} in “{folder.name}” is damaged; copy the checkpoint again."
        ) from error
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise BadCheckpoint(
            f"“{folder.name}” lacks {len(missing)} of its {len(paths)} files of weights, such as "
            f"{missing[0]}; copy or download the checkpoint again."
        )
    return paths
