"""``python -m core prepare``: make the networks ready for this machine, as an install does."""

import argparse

from core.commands.common import Command, say
from core.errors import WeightsMissing


def _options(parser: argparse.ArgumentParser) -> None:
    del parser


def prepare(arguments: argparse.Namespace) -> int:
    """Convert the networks of every preset that is here, so that the first scan does not wait."""
    del arguments
    from core.cascade.networks import load_networks
    from core.models.store import trained_presets

    presets = trained_presets()
    if not presets:
        raise WeightsMissing(
            "There are no weights here to be made ready; fetch the folder “weights”, or train."
        )
    for preset in presets:
        load_networks(preset)
        say(f"{preset.name}: ready")
    return 0


PREPARE = Command(
    "prepare",
    "make the networks ready, so that the first scan does not wait",
    "prepare",
    _options,
    prepare,
)
