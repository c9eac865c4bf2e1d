"""Which optional parts work on this machine, found out without loading any of them."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec

VISION_LANGUAGE = "requirements-vision-language.txt"


@dataclass(frozen=True)
class Capability:
    """One optional part.

    Parameters
    ----------
    available : whether this machine has what it needs.
    used_for : what it adds.
    advice : how to turn it on; empty where it is on.
    """

    name: str
    available: bool
    used_for: str
    advice: str


def missing_modules(*names: str) -> tuple[str, ...]:
    """Name the modules that are not installed, importing none."""
    return tuple(name for name in names if find_spec(name) is None)


def capabilities() -> tuple[Capability, ...]:
    """Look at this machine."""
    return (_gpu(), _sam(), _llava())


def _gpu() -> Capability:
    found = shutil.which("nvidia-smi") is not None
    return Capability(
        "GPU",
        found,
        "Segmentation is made for two CPU cores and does not need one; LLaVA is slow without.",
        "" if found else "Run HepatoScope on a host with an NVIDIA GPU and its driver.",
    )


def _sam() -> Capability:
    missing = missing_modules("torch", "transformers")
    return Capability(
        "SAM",
        not missing,
        "Zero-shot masks to compare with the trained networks.",
        _install(missing),
    )


def _llava() -> Capability:
    missing = missing_modules("torch", "transformers", "bitsandbytes", "accelerate")
    return Capability(
        "LLaVA",
        not missing,
        "Report text by a vision-language model.",
        _install(missing),
    )


def _install(missing: tuple[str, ...]) -> str:
    if not missing:
        return ""
    return f"Missing here: {', '.join(missing)}. Add them with “pip install -r {VISION_LANGUAGE}”."
