"""The trained networks of a preset, ready to be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import HepatoScopeError
from core.models.convert import Unet
from core.models.runtime import Network, load_network, prepare
from core.models.store import check_task, model_dir, trusted_digest
from core.presets import Preset, preset_named

# Slices that several networks are asked about at once: each keeps memory for as many, and more
# take no less time.
AT_ONCE = 4


@dataclass(frozen=True)
class Networks:
    """The trained networks of a preset, each maybe several of which the mean counts.

    Parameters
    ----------
    liver, tumor : float32 [N, S, S, 3] in 0..1 to probabilities [N, S, S].
    digests : SHA-256 of the weights by the network's part in the cascade.
    finder : where the preset has one, the liver network that comes first.
    """

    liver: Network | tuple[Network, ...]
    tumor: Network | tuple[Network, ...]
    digests: dict[str, str]
    finder: Network | tuple[Network, ...] | None = None


def mean_answer(
    network: Network | tuple[Network, ...], images: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Ask one network, or several for their mean: [N, S, S, 3] in 0..1 to [N, S, S]."""
    if not isinstance(network, tuple):
        return network(images)
    return np.asarray(all_answers(network, images).mean(axis=0, dtype=np.float32))


def all_answers(networks: tuple[Network, ...], images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ask each of K networks: [N, S, S, 3] in 0..1 to [K, N, S, S]."""
    parts = (images[first : first + AT_ONCE] for first in range(0, len(images), AT_ONCE))
    answered = [[network(some) for network in networks] for some in parts]
    return np.concatenate(answered, axis=1)


def load_networks(preset: Preset, weights: Path | None = None) -> Networks:
    """Load the networks of `preset`, its own ones from their place or from the folder `weights`.

    Raises WeightsMissing where one was never trained.
    """
    folders = {
        part: model_dir(home, network, weights if home == preset.name else None)
        for part, (home, network) in preset.homes.items()
    }

    for part, folder in folders.items():
        check_task(folder, "tumor" if part.startswith("tumor") else "liver")
    sizes = dict.fromkeys(preset.liver_networks, preset.size)
    sizes |= dict.fromkeys(preset.tumor_networks, preset.tumor_size)
    finders = [part for part in preset.homes if part.startswith("finder")]
    if preset.finder:
        sizes |= dict.fromkeys(finders, preset_named(preset.finder).size)
    prepare([(folders[name], Unet(size)) for name, size in sizes.items()])

    def loaded(names: Sequence[str]) -> Network | tuple[Network, ...]:
        networks = tuple(load_network(folders[name], sizes[name]) for name in names)
        return networks if len(networks) > 1 else networks[0]

    return Networks(
        loaded(preset.liver_networks),
        loaded(preset.tumor_networks),
        {part: trusted_digest(folder) for part, folder in folders.items()},
        loaded(finders) if finders else None,
    )


def networks_that_made(
    preset: Preset, models: Mapping[str, str], then: str, networks: Networks | None = None
) -> Networks:
    """Give the networks of `preset`, to be asked again about what they segmented.

    Parameters
    ----------
    models : digests of the weights that made the result.
    then : what is to be done with it, for the message.
    networks : replace the preset's own.

    Raises
    ------
    HepatoScopeError
        The weights on this machine are others by now.
    """
    networks = networks or load_networks(preset)
    if networks.digests != models:
        raise HepatoScopeError(
            f"This scan was segmented with other weights of “{preset.name}” than those on this "
            f"machine; segment it again, then {then}."
        )
    return networks
