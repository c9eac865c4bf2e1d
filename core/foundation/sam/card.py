"""The card of a distilled SAM: what its networks take, and which files they are."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadCheckpoint

CARD_NAME = "card.json"
KIND = "distilled SAM"
# The image encoder, and the prompt encoder with the mask decoder, as OpenVINO keeps networks.
ENCODER, DECODER = "encoder.xml", "decoder.xml"
FILES = (ENCODER, "encoder.bin", DECODER, "decoder.bin")


@dataclass(frozen=True)
class Card:
    """What is to be known of a distilled SAM before it is loaded.

    Parameters
    ----------
    image_size : side in pixels of the square it sees.
    mean, std : of each channel; (value - mean) / std is what it takes of values 0..255.
    memory_mb : memory to look at one slice, 10⁶ bytes, as it was measured.
    sha256 : digest of each of `FILES`.
    """

    image_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    memory_mb: int
    sha256: dict[str, str]


def read_card(folder: Path) -> Card:
    """Read the card in `folder`; raises BadCheckpoint where it tells of no distilled SAM."""
    try:
        told = json.loads((folder / CARD_NAME).read_text())
        if told["kind"] != KIND:
            raise ValueError(told["kind"])
        scale = told["input"]
        card = Card(
            int(scale["size"]),
            tuple(map(float, scale["mean"])),
            tuple(map(float, scale["std"])),
            int(told["memory_mb"]),
            {file: str(told["sha256"][file]) for file in FILES},
        )
        if not 0 < card.image_size <= 4096 or {len(card.mean), len(card.std)} != {3}:
            raise ValueError("no input that can be made")
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BadCheckpoint(
            f"The {CARD_NAME} in “{folder.name}” describes no {KIND}; give the folder of a SAM, or "
            "fetch the folder “weights” anew."
        ) from error
    return card
