"""PyTorch and transformers: what to set before they load, and what they raise."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.errors import BadCheckpoint
from core.process.memory import is_of_memory


def prepare() -> None:
    """Set what must be set before the libraries load."""
    # PyTorch's threads, waiting actively beside a busy process, take ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # The hub's other way of fetching tells neither progress nor listens to being stopped.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Turn what the libraries raise of files that are damaged or do not belong together.

    Raises BadCheckpoint, which names the checkpoint.
    """
    from pickle import UnpicklingError

    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    damaged = (SafetensorError, UnpicklingError, StrictDataclassError)
    try:
        yield
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, *damaged) as error:
        if is_of_memory(error):
            raise
        raise BadCheckpoint(
            f"“{name}” cannot be loaded ({type(error).__name__}); copy or download the "
            "checkpoint again."
        ) from error


def check_whole(told: dict[str, Any], name: str, kind: str) -> None:
    """Refuse weights without all parts of a `kind`, by what transformers told as it loaded them."""
    if told["missing_keys"]:
        raise BadCheckpoint(
            f"The weights of “{name}” lack {len(told['missing_keys'])} of the parts of a {kind}; "
            "copy or download the checkpoint again."
        )
