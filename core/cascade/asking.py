"""Where networks are asked: about axial slices of a scan, in the way each looks at them."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import (
    Gray,
    Look,
    Looks,
    box_of,
    liver_look,
    look_from_afar,
    network_input,
)
from core.cascade.networks import Networks, all_answers, mean_answer
from core.geometry.fits import Box, SliceFit, from_axial_view
from core.models.features import FeatureNetwork
from core.models.runtime import Network
from core.presets import Preset, preset_named
from core.volume import Volume

BATCH = 16

Floats = NDArray[np.float32]
# Parts of the axial slices, one after the other.
Parts = Iterable[slice]


def batches(slices: range) -> Iterator[slice]:
    """Part evenly spaced slices into as many as a network is asked about at once."""
    for first in range(0, len(slices), BATCH):
        some = slices[first : first + BATCH]
        yield slice(some[0], some[-1] + 1, slices.step)


def answers(
    network: Network | tuple[Network, ...], look: Look, volume: Volume, parts: Parts
) -> Floats:
    """Ask about axial slices, `parts` of them at a time: probabilities [N, S, S].

    Where a square shows nothing the answer is 0, and the network is not asked.
    """
    (mean,) = _each(look, volume, parts, lambda images: mean_answer(network, images)[None])
    return np.asarray(mean)


def votes(
    networks: tuple[Network, ...], look: Look, volume: Volume, parts: Parts, threshold: float
) -> tuple[Floats, Gray]:
    """Ask as `answers` does; also count the networks that reach `threshold`: uint8 [N, S, S]."""

    def polled(images: Floats) -> Floats:
        each = all_answers(networks, images)
        count = np.count_nonzero(each >= threshold, axis=0)
        return np.stack([each.mean(axis=0), count.astype(np.float32)])

    mean, count = _each(look, volume, parts, polled, channels=2)
    return mean, count.astype(np.uint8)


def _each(
    look: Look, volume: Volume, parts: Parts, ask: Callable[[Floats], Floats], channels: int = 1
) -> Floats:
    """Ask about what there is to see in each part: [C, N, S, S], as `ask` gives C channels."""
    found = []
    for part in parts:
        gray = look.show(volume, part)
        shown = look.asked(gray, part)
        small = np.zeros((channels, *gray.shape[:3]), np.float32)
        if shown.any():
            small[:, shown] = ask(network_input(gray[shown]))
        found.append(small)
    return np.concatenate(found, axis=1)


def ask(network: Network | tuple[Network, ...], look: Look, volume: Volume, parts: Parts) -> Gray:
    """Ask as `answers` does, and lay the answers on the grid of the scan: uint8 [X, Y, N]."""
    return native(answers(network, look, volume, parts), look.fit)


def find_liver(
    volume: Volume, preset: Preset, networks: Networks, parts: Callable[[], Parts]
) -> tuple[Gray, Box | None]:
    """Ask for the liver of a whole scan: its probability, uint8 [X, Y, Z], and its box.

    Where a network finds it first, the liver network looks at that box alone, and the mean of
    both answers counts. `parts` goes through the scan anew each time that it is called.
    """
    if networks.finder is None:
        return ask(networks.liver, liver_look(volume, preset), volume, parts()), None
    afar = look_from_afar(volume, preset)
    small = answers(networks.finder, afar, volume, parts())
    threshold = preset_named(preset.finder or preset.name).liver_threshold
    box, height = box_of(small >= threshold, afar.fit, preset.liver_margin or 0.0)
    near = ask(networks.liver, liver_look(volume, preset, box, height), volume, parts())
    average_with(near, native(small, afar.fit))
    return near, box


def liver_seen(volume: Volume, preset: Preset, networks: Networks, slices: range) -> float:
    """Share of what the first liver network sees of some axial slices that it calls liver."""
    look = look_from_afar(volume, preset) if preset.finder else liver_look(volume, preset)
    first = preset_named(preset.finder) if preset.finder else preset
    found = answers(networks.finder or networks.liver, look, volume, batches(slices))
    return float(np.mean(found >= first.liver_threshold))


def liver_answers(
    volume: Volume, networks: Networks, looks: Looks, slices: range
) -> tuple[Gray, Gray | None]:
    """Ask the liver network, and the one that came first if any: uint8 [X, Y, N] each."""
    near = ask(networks.liver, looks.liver, volume, batches(slices))
    if looks.finder is None or networks.finder is None:
        return near, None
    return near, ask(networks.finder, looks.finder, volume, batches(slices))


def ask_for_liver(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for the liver in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    near, far = liver_answers(volume, networks, looks, slices)
    if far is not None:
        average_with(near, far)
    return near


def ask_for_tumor(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for tumor in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    return ask(networks.tumor, looks.tumor, volume, batches(slices))


def maps_of(network: FeatureNetwork, square: Gray) -> dict[str, Floats]:
    """Ask what the layers of a network answer to one square, uint8 [S, S]: [H, W, C] by name."""
    answers = network(network_input(square[None]))
    return {name: layer[0] for name, layer in answers.items()}


def native(small: Floats, fit: SliceFit) -> Gray:
    """Resample probabilities [N, S, S] to the grid of the scan, uint8 [X, Y, N]."""
    probability = np.empty((len(small), fit.rows, fit.columns), np.uint8)
    for part in batches(range(len(small))):
        probability[part] = np.rint(fit.restore(small[part]) * 255)
    return np.ascontiguousarray(from_axial_view(probability))


def average_with(probability: Gray, other: Gray) -> None:
    """Replace `probability` [X, Y, Z] by its mean with `other`, slice by slice to save memory."""
    for z in range(probability.shape[2]):
        total = probability[..., z].astype(np.uint16) + other[..., z] + 1
        probability[..., z] = total // 2
