"""Which optional parts work on this machine, found out without loading any of them."""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec

VISION_LANGUAGE = "requirements-vision-language.txt"
OF_SAM = ("torch", "transformers")
OF_LLAVA = (*OF_SAM, "bitsandbytes", "accelerate")


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


def has_gpu() -> bool:
    """Tell whether the driver of an NVIDIA GPU is here."""
    return shutil.which("nvidia-smi") is not None


def capabilities() -> tuple[Capability, ...]:
    """Look at this machine."""
    return (
        Capability(
            "GPU",
            has_gpu(),
            "Segmentation is made for two CPU cores and does not need one; LLaVA is slow without.",
            "" if has_gpu() else "Run HepatoScope on a host with an NVIDIA GPU and its driver.",
        ),
        _of_libraries("SAM", OF_SAM, "Zero-shot masks to compare with the trained networks."),
        _of_libraries("LLaVA", OF_LLAVA, "Report text by a vision-language model."),
    )


def _of_libraries(name: str, needed: tuple[str, ...], used_for: str) -> Capability:
    missing = ", ".join(missing_modules(*needed))
    advice = f"Missing here: {missing}. Add them with “pip install -r {VISION_LANGUAGE}”."
    return Capability(name, not missing, used_for, advice if missing else "")
