"""LLaVAs on the Hugging Face Hub, and in its cache on this machine."""

from core.errors import BadCheckpoint
from core.foundation.checkpoints.files import PROCESSOR_NAMES
from core.foundation.checkpoints.hub import Hub, HubFacts
from core.foundation.llava.architecture import architecture_of
from core.foundation.llava.checkpoint import LocalCheckpoint, open_folder

__all__ = ["HUB", "HubFacts", "download", "find", "look_up", "must_find"]

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
HUB = Hub("LLaVA-1.5", COMPANIONS, open_folder, architecture_of)

find, look_up, download = HUB.find, HUB.look_up, HUB.download


def must_find(place: str) -> LocalCheckpoint:
    """Find a checkpoint by hub name or folder, without the network.

    Raises
    ------
    BadCheckpoint
        As `find` does, and where it is not on this machine.
    """
    found = find(place)
    if found is None:
        raise BadCheckpoint(
            f"“{place}” is not on this machine; download it first, or give the folder of a "
            "LLaVA-1.5."
        )
    return found
