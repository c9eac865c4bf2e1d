"""PyTorch and transformers: what to set before they load, and what they raise."""

import os


def prepare() -> None:
    """Set what must be set before the libraries load."""
    # PyTorch's threads, waiting actively beside a busy process, take ten times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # The hub's other way of fetching tells neither progress nor listens to being stopped.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")


def of_damaged_files() -> tuple[type[Exception], ...]:
    """Name what the libraries raise of files that are damaged or do not belong together."""
    from pickle import UnpicklingError

    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    damaged = (SafetensorError, UnpicklingError, StrictDataclassError)
    return OSError, ValueError, RuntimeError, TypeError, KeyError, *damaged
