"""The LLaVA-1.5 checkpoints we know, and what each needs before it is fetched."""

from dataclasses import dataclass

from core.foundation.files import MB
from core.foundation.llava.architecture import Architecture, Language, Vision

LLAMA_2 = "Llama 2 Community License"


@dataclass(frozen=True)
class Checkpoint:
    """A LLaVA-1.5 on the Hugging Face Hub.

    Parameters
    ----------
    name : on the hub, ``owner/model``.
    title : what it is called in short.
    summary : what sets it apart.
    licence : of the weights.
    architecture : its sizes, as its config.json gives them.
    """

    name: str
    title: str
    summary: str
    licence: str
    architecture: Architecture

    @property
    def download_mb(self) -> int:
        """Size of its weights, 10⁶ bytes: they are stored in 16 bits."""
        return round(self.architecture.weights * 2 / MB)

    @property
    def memory_mb(self) -> int:
        """Memory in 4 bits, on a GPU or without one, 10⁶ bytes."""
        return self.architecture.memory_mb(quantised=True)

    @property
    def memory_16_bit_mb(self) -> int:
        """Memory in 16 bits, 10⁶ bytes."""
        return self.architecture.memory_mb(quantised=False)


SEVEN = Architecture(Vision(), Language(4096, 11008, 32, 4096, 32064))
THIRTEEN = Architecture(Vision(), Language(5120, 13824, 40, 5120, 32064))
MISTRAL = Architecture(Vision(), Language(4096, 14336, 32, 1024, 32064))

# Licences as the hub's pages stated them in 2025. Sizes follow from the architectures, which a
# test holds against the networks that transformers builds of the published configurations.
CHECKPOINTS = (
    Checkpoint(
        "llava-hf/llava-1.5-7b-hf",
        "LLaVA-1.5 7B",
        "Vicuna 7B and CLIP ViT-L/336 (Liu et al. 2023): the one to begin with.",
        LLAMA_2,
        SEVEN,
    ),
    Checkpoint(
        "llava-hf/llava-1.5-13b-hf",
        "LLaVA-1.5 13B",
        "Vicuna 13B: better sentences for twice the memory.",
        LLAMA_2,
        THIRTEEN,
    ),
    Checkpoint(
        "llava-hf/bakLlava-v1-hf",
        "BakLLaVA 7B",
        "Mistral 7B in place of Vicuna.",
        "see its card",
        MISTRAL,
    ),
)


def known(name: str) -> Checkpoint | None:
    """Look a hub name up; None where it is not in the catalogue."""
    return next((entry for entry in CHECKPOINTS if entry.name == name), None)
