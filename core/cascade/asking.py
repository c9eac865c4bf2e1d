"""Where networks are asked: about axial slices of a scan, in the way each looks at them."""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.cascade.answers import Answers, Floats, Sheets, lay, restored, runs
from core.cascade.looks import (
    Gray,
    Look,
    Looks,
    box_of,
    liver_look,
    look_from_afar,
    network_input,
    slice_mm,
)
from core.cascade.networks import Networks, all_answers, mean_answer
from core.geometry.fits import Box
from core.models.features import FeatureNetwork
from core.models.runtime import Network
from core.presets import Preset, preset_named
from core.process.ahead import ahead
from core.volume import Volume

# The liver may reach so far beyond what the first network calls.
RIM_MM = 25.0

# Parts of the axial slices, one after the other.
Parts = Iterable[slice]


def batches(slices: range) -> Iterator[slice]:
    """Part evenly spaced slices into as many as a network is asked about at once."""
    for run in runs(slices):
        yield slice(run[0], run[-1] + 1, run.step)


def answers(
    network: Network | tuple[Network, ...],
    look: Look,
    volume: Volume,
    slices: range,
    parts: Callable[[range], Parts] = batches,
) -> Answers:
    """Ask about as many axial slices as `look` wants to tell of all `slices`.

    Where a square shows nothing the answer is 0, and the network is not asked.

    Parameters
    ----------
    parts : goes through the slices that it is given, some at a time.
    """
    asked = slices_asked(look, volume, slices)
    means = [mean for (mean,) in _each(look, volume, parts(asked), _mean_of(network))]
    return Answers(np.concatenate(means), asked, look.fit)


def votes(
    networks: tuple[Network, ...],
    look: Look,
    volume: Volume,
    slices: range,
    parts: Callable[[range], Parts],
    threshold: float,
) -> tuple[Answers, Gray]:
    """Ask as `answers` does; also count the networks that reach `threshold`: uint8 [M, S, S]."""

    def polled(images: Floats) -> Floats:
        each = all_answers(networks, images)
        count = np.count_nonzero(each >= threshold, axis=0)
        return np.stack([each.mean(axis=0), count.astype(np.float32)])

    asked = slices_asked(look, volume, slices)
    means, counts = [], []
    for mean, count in _each(look, volume, parts(asked), polled, channels=2):
        means.append(mean)
        counts.append(count.astype(np.uint8))
    return Answers(np.concatenate(means), asked, look.fit), np.concatenate(counts)


def _mean_of(network: Network | tuple[Network, ...]) -> Callable[[Floats], Floats]:
    return lambda images: mean_answer(network, images)[None]


def _each(
    look: Look, volume: Volume, parts: Parts, ask: Callable[[Floats], Floats], channels: int = 1
) -> Iterator[Floats]:
    """Ask about what there is to see in each part: [C, N, S, S], as `ask` gives C channels."""

    def seen(part: slice) -> tuple[Gray, NDArray[np.bool_]]:
        gray = look.show(volume, part)
        return gray, look.asked(gray, part)

    for gray, shown in ahead(parts, seen):
        small = np.zeros((channels, *gray.shape[:3]), np.float32)
        if shown.any():
            small[:, shown] = ask(network_input(gray[shown]))
        yield small


def ask(
    network: Network | tuple[Network, ...],
    look: Look,
    volume: Volume,
    slices: range,
    parts: Callable[[range], Parts] = batches,
    *,
    other: Answers | None = None,
    grid: Gray | None = None,
) -> Gray:
    """Ask as `answers` does, and lay the answers on the grid of the scan: uint8 [X, Y, N].

    Parameters
    ----------
    other : what another network answered; the mean of both counts.
    grid : zeros, to be written to and returned; others where None.
    """
    laid = np.zeros((*volume.shape[:2], len(slices)), np.uint8) if grid is None else grid

    def with_other(near: Sheets, run: range) -> Gray:
        sheets = near()
        if other is not None:
            average_with(sheets, other.sheets(run))
        return sheets

    def made() -> Iterator[tuple[int, Sheets]]:
        if look.every > 1:
            known = answers(network, look, volume, slices, parts)
            for run in runs(slices):
                yield len(run), partial(with_other, partial(known.sheets, run), run)
            return
        # What is known is laid on the grid while the next is asked for.
        first = 0
        for (mean,) in _each(look, volume, parts(slices), _mean_of(network)):
            run = slices[first : first + len(mean)]
            yield len(run), partial(with_other, partial(restored, mean, look.fit), run)
            first += len(mean)

    lay(laid, made())
    return laid


def slices_asked(look: Look, volume: Volume, slices: range) -> range:
    """Give the slices that are asked about to tell of `slices`; the same for any part of a scan."""
    if look.every == 1 or not slices:
        return slices
    above = -(-slices[-1] // look.every) * look.every
    last = min(above, volume.shape[2] - 1)
    return range(slices[0] // look.every * look.every, last + 1, look.every)


def find_liver(
    volume: Volume, preset: Preset, networks: Networks, parts: Callable[[range], Parts]
) -> tuple[Gray, Box | None]:
    """Ask for the liver of a whole scan: its probability, uint8 [X, Y, Z], and its box.

    Where a network finds it first, the liver network looks at that box alone, and the mean of
    both answers counts. `parts` goes through the slices that it is given.
    """
    everything = range(volume.shape[2])
    if networks.finder is None:
        return ask(networks.liver, liver_look(volume, preset), volume, everything, parts), None
    afar = look_from_afar(volume, preset)
    far = answers(networks.finder, afar, volume, everything, parts)
    threshold = preset_named(preset.finder or preset.name).liver_threshold
    seen = np.concatenate([far.told(run) >= threshold for run in runs(everything)])
    box, reach = box_of(seen, afar.fit, preset.liver_margin or 0.0)
    height = reach.stop - reach.start
    # Beyond these slices the first network sees no liver, and the mean calls none.
    rim = math.ceil(RIM_MM / slice_mm(volume, height)) if height else volume.shape[2]
    span = slice(max(0, reach.start - rim), min(volume.shape[2], reach.stop + rim))
    look = liver_look(volume, preset, box, height)
    found = np.zeros(volume.shape, np.uint8)
    ask(networks.liver, look, volume, everything[span], parts, other=far, grid=found[..., span])
    return found, box


def liver_seen(volume: Volume, preset: Preset, networks: Networks, slices: range) -> float:
    """Share of what the first liver network sees of some axial slices that it calls liver."""
    look = look_from_afar(volume, preset) if preset.finder else liver_look(volume, preset)
    first = preset_named(preset.finder) if preset.finder else preset
    means = _each(look, volume, batches(slices), _mean_of(networks.finder or networks.liver))
    found = np.concatenate([mean for (mean,) in means])
    return float(np.mean(found >= first.liver_threshold))


def liver_answers(
    volume: Volume, networks: Networks, looks: Looks, slices: range
) -> tuple[Gray, Gray | None]:
    """Ask the liver network, and the one that came first if any: uint8 [X, Y, N] each."""
    near = ask(networks.liver, looks.liver, volume, slices)
    if looks.finder is None or networks.finder is None:
        return near, None
    return near, answers(networks.finder, looks.finder, volume, slices).laid(slices)


def ask_for_liver(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for the liver in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    other = None
    if looks.finder is not None and networks.finder is not None:
        other = answers(networks.finder, looks.finder, volume, slices)
    return ask(networks.liver, looks.liver, volume, slices, other=other)


def ask_for_tumor(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for tumor in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    return ask(networks.tumor, looks.tumor, volume, slices)


def maps_of(network: FeatureNetwork, square: Gray) -> dict[str, Floats]:
    """Ask what the layers of a network answer to one square, uint8 [S, S]: [H, W, C] by name."""
    answers = network(network_input(square[None]))
    return {name: layer[0] for name, layer in answers.items()}


def average_with(probability: Gray, other: Gray) -> None:
    """Replace a `probability` by its mean with `other`, of the same shape."""
    probability[...] = (probability.astype(np.uint16) + other + 1) >> 1
