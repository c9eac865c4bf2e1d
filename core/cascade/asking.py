"""Where networks are asked: about axial slices of a scan, in the way each looks at them."""

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

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
    slice_mm,
)
from core.cascade.networks import Networks, all_answers, mean_answer
from core.geometry.fits import Box, SliceFit, axial_view, box_around
from core.models.features import FeatureNetwork
from core.models.runtime import Network
from core.presets import Preset, preset_named
from core.process.ahead import ahead
from core.volume import Volume

BATCH = 8
# The liver may reach so far beyond what the first network calls; sagittal sheets at a time.
RIM_MM, SLAB = 25.0, 32

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
    return np.concatenate([mean for (mean,) in _each(look, volume, parts, _mean_of(network))])


def votes(
    networks: tuple[Network, ...], look: Look, volume: Volume, parts: Parts, threshold: float
) -> tuple[Floats, Gray]:
    """Ask as `answers` does; also count the networks that reach `threshold`: uint8 [N, S, S]."""

    def polled(images: Floats) -> Floats:
        each = all_answers(networks, images)
        count = np.count_nonzero(each >= threshold, axis=0)
        return np.stack([each.mean(axis=0), count.astype(np.float32)])

    mean, count = np.concatenate(list(_each(look, volume, parts, polled, channels=2)), axis=1)
    return mean, count.astype(np.uint8)


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
    other: tuple[Floats, SliceFit] | None = None,
    grid: Gray | None = None,
) -> Gray:
    """Ask as `answers` does, and lay the answers on the grid of the scan: uint8 [X, Y, N].

    Parameters
    ----------
    other : what another network answered to the same slices, [N, S, S], and how they sit in its
        square; the mean of both counts.
    grid : zeros, to be written to and returned; others where None.
    """
    laid = np.zeros((*volume.shape[:2], len(slices)), np.uint8) if grid is None else grid

    def lay(mean: Floats, first: int) -> None:
        here = slice(first, first + len(mean))
        if not mean.any() and (other is None or not other[0][here].any()):
            return
        sheets = _restored(mean, look.fit)
        if other is not None:
            average_with(sheets, _restored(other[0][here], other[1]))
        _write(sheets, laid[..., here])

    found: Iterable[Floats]
    if look.every > 1:
        small = answers_told(network, look, volume, slices, parts)
        found = (small[part] for part in batches(range(len(small))))
    else:
        found = (mean for (mean,) in _each(look, volume, parts(slices), _mean_of(network)))
    # What is known is laid on the grid while the next is asked for.
    with ThreadPoolExecutor(1) as beside:
        waiting, first = [], 0
        for mean in found:
            waiting.append(beside.submit(lay, mean, first))
            first += len(mean)
        for one in waiting:
            one.result()
    return laid


def answers_told(
    network: Network | tuple[Network, ...],
    look: Look,
    volume: Volume,
    slices: range,
    parts: Callable[[range], Parts] = batches,
) -> Floats:
    """Ask about as many axial slices as `look` wants, and tell of all `slices`: [N, S, S]."""
    asked = slices_asked(look, volume, slices)
    return between(answers(network, look, volume, parts(asked)), asked, slices)


def slices_asked(look: Look, volume: Volume, slices: range) -> range:
    """Give the slices that are asked about to tell of `slices`; the same for any part of a scan."""
    if look.every == 1 or not slices:
        return slices
    above = -(-slices[-1] // look.every) * look.every
    last = min(above, volume.shape[2] - 1)
    return range(slices[0] // look.every * look.every, last + 1, look.every)


def between(small: Floats, asked: range, slices: range) -> Floats:
    """Interpolate answers [N, S, S] to the slices `asked`, evenly: to all `slices`."""
    if slices == asked:
        return small
    told = np.empty((len(slices), *small.shape[1:]), np.float32)
    for answer, z in zip(told, slices, strict=True):
        before, beyond = divmod(z - asked.start, asked.step)
        share = np.float32(beyond / asked.step)
        # Above the last that was asked about, its answer holds.
        answer[...] = small[before] * (1 - share) + small[min(before + 1, len(small) - 1)] * share
    return told


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
    small = answers_told(networks.finder, afar, volume, everything, parts)
    threshold = preset_named(preset.finder or preset.name).liver_threshold
    box, reach = box_of(small >= threshold, afar.fit, preset.liver_margin or 0.0)
    height = reach.stop - reach.start
    # Beyond these slices the first network sees no liver, and the mean calls none.
    rim = math.ceil(RIM_MM / slice_mm(volume, height)) if height else volume.shape[2]
    span = slice(max(0, reach.start - rim), min(volume.shape[2], reach.stop + rim))
    look = liver_look(volume, preset, box, height)
    found = np.zeros(volume.shape, np.uint8)
    far = small[span], afar.fit
    ask(networks.liver, look, volume, everything[span], parts, other=far, grid=found[..., span])
    return found, box


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
    near = ask(networks.liver, looks.liver, volume, slices)
    if looks.finder is None or networks.finder is None:
        return near, None
    small = answers_told(networks.finder, looks.finder, volume, slices)
    return near, native(small, looks.finder.fit)


def ask_for_liver(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for the liver in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    other = None
    if looks.finder is not None and networks.finder is not None:
        small = answers_told(networks.finder, looks.finder, volume, slices)
        other = small, looks.finder.fit
    return ask(networks.liver, looks.liver, volume, slices, other=other)


def ask_for_tumor(volume: Volume, networks: Networks, looks: Looks, slices: range) -> Gray:
    """Ask for tumor in some slices, as in a whole scan: uint8 [X, Y, N], 255 = 1."""
    return ask(networks.tumor, looks.tumor, volume, slices)


def maps_of(network: FeatureNetwork, square: Gray) -> dict[str, Floats]:
    """Ask what the layers of a network answer to one square, uint8 [S, S]: [H, W, C] by name."""
    answers = network(network_input(square[None]))
    return {name: layer[0] for name, layer in answers.items()}


def native(small: Floats, fit: SliceFit) -> Gray:
    """Resample probabilities [N, S, S] to the grid of the scan, uint8 [X, Y, N]."""
    grid = np.zeros((fit.columns, fit.rows, len(small)), np.uint8)
    for part in batches(range(len(small))):
        _write(_restored(small[part], fit), grid[..., part])
    return grid


def _write(sheets: Gray, grid: Gray) -> None:
    """Write axial slices [N, rows, columns] into a grid of zeros [X, Y, N].

    What is zero is not written: memory that nobody has written to costs nothing.
    """
    box = box_around(sheets > 0, 0.0)
    axial_view(grid)[box.inside] = sheets[box.inside]


def _restored(small: Floats, fit: SliceFit) -> Gray:
    """Resample probabilities [N, S, S] to axial slices, uint8 [N, rows, columns]."""
    return np.rint(fit.restore(small) * np.float32(255)).astype(np.uint8)


def average_with(probability: Gray, other: Gray) -> None:
    """Replace `probability` [X, Y, Z] by its mean with `other`, in slabs to save memory."""
    for first in range(0, len(probability), SLAB):
        slab = probability[first : first + SLAB]
        slab[...] = (slab.astype(np.uint16) + other[first : first + SLAB] + 1) >> 1
