"""The files that a checkpoint consists of, as transformers saves them."""

import json
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint

CONFIG_NAME = "config.json"
# The one that cannot carry code comes first.
WEIGHTS_NAMES = ("model.safetensors", "pytorch_model.bin")
# Of large models, instead: the list of the files that the weights lie in.
INDEX_NAMES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
# Of transformers 5, and of those before.
PROCESSOR_NAMES = ("processor_config.json", "preprocessor_config.json")
MB = 1_000_000


def folder_of(place: str) -> Path | None:
    """Find the folder that a place names on this machine; None where it names none."""
    try:
        folder = Path(place).expanduser()
        return folder if place and folder.is_dir() else None
    # No home, no path, or one that is too long.
    except (RuntimeError, ValueError, OSError):
        return None


def read_config(folder: Path, kind: str) -> dict[str, Any]:
    """Read the config.json in `folder`; raises BadCheckpoint where there is none to be read.

    Parameters
    ----------
    kind : of the checkpoint that is wanted, such as ``SAM``, for the messages.
    """
    if not folder.is_dir():
        raise BadCheckpoint(
            f"There is no folder “{folder}” on the machine that runs HepatoScope; give the folder "
            f"of a {kind} with {CONFIG_NAME} and {WEIGHTS_NAMES[0]}."
        )
    try:
        config = json.loads((folder / CONFIG_NAME).read_text())
    except FileNotFoundError as error:
        raise BadCheckpoint(
            f"“{folder.name}” is no checkpoint: it has no {CONFIG_NAME}; give the folder that a "
            "model was saved to."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadCheckpoint(
            f"The {CONFIG_NAME} in “{folder.name}” is damaged; copy the checkpoint again."
        ) from error
    if not isinstance(config, dict):
        raise BadCheckpoint(f"The {CONFIG_NAME} in “{folder.name}” describes no model.")
    return config


def stored_type(config: dict[str, Any]) -> str:
    """Name the type that a checkpoint's weights are stored as, such as ``float16``."""
    return str(config.get("dtype", config.get("torch_dtype")))


def weights_in(folder: Path) -> tuple[Path, ...]:
    """List the files that the weights in `folder` lie in; some may be missing.

    Empty where there is neither a file of weights nor a list of such files.

    Raises
    ------
    BadCheckpoint
        The list is damaged.
    """
    for name in WEIGHTS_NAMES:
        if (folder / name).is_file():
            return (folder / name,)
    for name in INDEX_NAMES:
        if (folder / name).is_file():
            return _listed(folder / name)
    return ()


def whole_weights(folder: Path, kind: str) -> tuple[Path, ...]:
    """List the files that the weights of a `kind` in `folder` lie in; BadCheckpoint without all."""
    paths = weights_in(folder)
    if not paths:
        raise BadCheckpoint(
            f"“{folder.name}” describes a {kind} but has no weights; put {WEIGHTS_NAMES[0]} beside "
            f"its {CONFIG_NAME}."
        )
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise BadCheckpoint(
            f"“{folder.name}” lacks {len(missing)} of its {len(paths)} files of weights, such as "
            f"{missing[0]}; copy or download the checkpoint again."
        )
    return paths


def _listed(index: Path) -> tuple[Path, ...]:
    try:
        parts = sorted(set(json.loads(index.read_text())["weight_map"].values()))
        paths = tuple(index.parent / Path(part).name for part in parts)
        # A name that no file can have is damage too.
        for path in paths:
            path.is_file()
        return paths
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadCheckpoint(
            f"The {index.name} in “{index.parent.name}” is damaged; copy the checkpoint again."
        ) from error
