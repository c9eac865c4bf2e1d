"""A LLaVA on this machine: found, and told from what is none."""

from dataclasses import dataclass
from pathlib import Path

from core.foundation.files import MB, PROCESSOR_NAMES, read_config, stored_type, whole_weights
from core.foundation.hub import Hub
from core.foundation.llava.architecture import Architecture, architecture_of

KIND = "LLaVA-1.5"
# What turns text into tokens, frames talk, and says how to write.
COMPANIONS = (
    *PROCESSOR_NAMES,
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.json",
    "chat_template.jinja",
    "generation_config.json",
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
    config = read_config(folder, KIND)
    architecture = architecture_of(config, name or folder.name)
    size = sum(path.stat().st_size for path in whole_weights(folder, KIND)) / MB
    return LocalCheckpoint(
        name or folder.name,
        folder,
        size,
        stored_quantised=bool(config.get("quantization_config")),
        single=stored_type(config) == "float32",
        architecture=architecture,
    )


HUB = Hub(KIND, COMPANIONS, open_folder, architecture_of)
find, must_find, look_up, download = HUB.find, HUB.must_find, HUB.look_up, HUB.download
