"""What the networks look at: slices in a window and a square, and the liver cut out of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import largest_component
from core.geometry.fits import Box, SliceFit, axial_view, box_around
from core.geometry.windows import Window, apply_window
from core.presets import Preset, preset_named
from core.volume import Volume

CENTER = 128

Gray = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Look:
    """How a network looks at the axial slices of a scan.

    Parameters
    ----------
    window : HU range mapped on 8 bits.
    fit : how the slices, or a box of them, sit in the network's square.
    """

    window: Window
    fit: SliceFit

    def gray(self, volume: Volume, part: slice) -> Gray:
        """Bring axial slices `part` of `volume` to the square: uint8 [N, S, S]."""
        return self.fit.shrink(apply_window(axial_view(volume.hu)[part], self.window))

    def show(self, volume: Volume, part: slice) -> Gray:
        """Show axial slices `part` as the network sees them: uint8 [N, S, S]."""
        return self.gray(volume, part)


@dataclass(frozen=True, eq=False)
class TumorLook(Look):
    """How a tumor network looks at a scan: at the liver alone, all else black.

    Parameters
    ----------
    organ : bool [X, Y, Z], the liver with its tumors.
    median : gray of that liver in the window, shown as 128.
    neighbours_mm : distance of the slices shown on the channels beside the slice's own, or None.
    """

    organ: Mask
    median: float
    neighbours_mm: float | None = None

    def cover(self, part: slice) -> Gray:
        """Bring axial slices `part` of the liver to the square: share of each pixel, 255 = 1."""
        return self.fit.shrink(axial_view(self.organ)[part] * np.uint8(255))

    def inside(self, part: slice) -> Mask:
        """Which pixels of the square show liver: bool [N, S, S]."""
        return self.cover(part) >= 128

    def show(self, volume: Volume, part: slice) -> Gray:
        """Show axial slices `part` as the network sees them: uint8 [N, S, S] or [N, S, S, 3]."""
        if self.neighbours_mm is None:
            return mask_to_liver(self.gray(volume, part), self.inside(part), self.median)
        count, step = volume.shape[2], self.neighbours_mm / volume.spacing[2]
        places = np.arange(count)[part]
        first = max(0, int(places[0] - np.ceil(step)))
        around = slice(first, min(count, int(places[-1] + np.ceil(step)) + 1))
        return with_neighbours(
            self.gray(volume, around), self.cover(around), places - first, step, self.median
        )


@dataclass(frozen=True, eq=False)
class Looks:
    """How all networks of a preset look at one scan.

    Parameters
    ----------
    preset : at the window and the thresholds that count.
    liver, tumor : of these networks.
    finder : of the network that finds the liver first, where there is one.
    """

    preset: Preset
    liver: Look
    tumor: TumorLook
    finder: Look | None

    @classmethod
    def of(
        cls, volume: Volume, preset: Preset, box: Box | None, organ: Mask, median: float
    ) -> "Looks":
        """Look at `volume` once its liver is known: its box for the liver network, its voxels."""
        finder = look_from_afar(volume, preset) if preset.finder else None
        tumor = tumor_look(volume, preset, organ, median)
        return cls(preset, liver_look(volume, preset, box), tumor, finder)


def look_from_afar(volume: Volume, preset: Preset) -> Look:
    """Look as the network does that finds the liver of `volume`: at whole slices."""
    return Look(preset.window, _fit(volume, preset_named(preset.finder or preset.name).size, None))


def liver_look(volume: Volume, preset: Preset, box: Box | None = None) -> Look:
    """Look as the liver network does, at the axial slices of `volume` or a box of them."""
    return Look(preset.window, _fit(volume, preset.size, box))


def tumor_look(
    volume: Volume, preset: Preset, organ: Mask, median: float | None = None
) -> TumorLook:
    """Look as the tumor network does, once the liver `organ` [X, Y, Z] is known.

    Parameters
    ----------
    median : gray of that liver; measured in the network's square where None.
    """
    box = None
    if preset.tumor_margin is not None:
        box = box_around(axial_view(organ), preset.tumor_margin)
    fit, beside = _fit(volume, preset.tumor_size, box), preset.tumor_neighbours_mm
    look = TumorLook(preset.window, fit, organ, float(CENTER), beside)
    return replace(look, median=_measured(look, volume) if median is None else median)


def _measured(look: TumorLook, volume: Volume) -> float:
    liver = np.flatnonzero(look.organ.any(axis=(0, 1)))
    parts = [slice(z, z + 1) for z in liver.tolist()]
    grays = [look.gray(volume, part)[look.inside(part)] for part in parts]
    return _median(np.concatenate(grays)) if grays else float(CENTER)


def box_of(small_liver: Mask, fit: SliceFit, margin: float) -> Box:
    """Box of the largest piece of a mask [Z, S, S], in native pixels, widened by `margin`."""
    piece = largest_component(small_liver) * np.uint8(255)
    return box_around(fit.restore(piece) >= 128, margin)


def network_input(gray: Gray) -> NDArray[np.float32]:
    """Stack 8-bit slices on three channels: [N, S, S] or [N, S, S, 3] to float32 in 0..1.

    One slice is repeated; slices that come with their neighbours have three channels already.
    """
    scaled = gray.astype(np.float32) / np.float32(255)
    return scaled if gray.ndim == 4 else np.repeat(scaled[..., None], 3, axis=-1)


def own_slice(gray: Gray) -> Gray:
    """Take the slices themselves out of what a network saw: [N, S, S] of either shape."""
    return gray[..., 1] if gray.ndim == 4 else gray


def liver_gray(gray: Gray, liver: Mask) -> float:
    """Median grey of a case's liver in 8-bit slices, both of one shape; 128 without a liver."""
    return _median(gray[liver])


def mask_to_liver(gray: Gray, liver: Mask, median: float) -> Gray:
    """Blacken all but the liver in 8-bit slices, and bring its `median` grey to 128.

    A fatty or unenhanced liver is as dark as a tumor in an enhanced one: what tells a tumor
    is its contrast with the liver around it. Both arrays of one shape, tumors included.
    """
    centered = np.clip(gray.astype(np.float32) + (CENTER - median), 1, 255)
    return np.where(liver, centered.astype(np.uint8), np.uint8(0))


def with_neighbours(
    gray: Gray, cover: Gray, places: NDArray[np.integer[Any]], step: float, median: float
) -> Gray:
    """Show slices of a stack with those below and above on the channels beside: [N, S, S, 3].

    Parameters
    ----------
    gray, cover : uint8 [Z, S, S], neighbouring slices, and the share of liver in each pixel.
    places : which of them, [N].
    step : distance of the neighbours, in slices; between two slices lies their mixture, beyond
        the ends the last one.
    median : of the liver's gray, shown as 128.
    """
    channels = []
    for away in (-step, 0.0, step):
        heights = np.clip(places + away, 0, len(gray) - 1)
        shown, liver = between(gray, heights), between(cover, heights) >= 128
        channels.append(mask_to_liver(shown, liver, median))
    return np.stack(channels, axis=-1)


def between(slices: Gray, heights: NDArray[np.floating[Any]]) -> Gray:
    """Mix 8-bit slices [Z, S, S] linearly at `heights` [N], counted in slices from the first."""
    low = np.floor(heights).astype(np.intp)
    share = (heights - low).astype(np.float32)[:, None, None]
    if not share.any():
        taken: Gray = slices[low]
        return taken
    high = np.minimum(low + 1, len(slices) - 1)
    mixed: Gray = np.rint(slices[low] * (1 - share) + slices[high] * share).astype(np.uint8)
    return mixed


def _median(gray: Gray) -> float:
    return float(np.median(gray)) if gray.size else float(CENTER)


def _fit(volume: Volume, size: int, box: Box | None) -> SliceFit:
    columns, rows, _ = volume.shape
    x_mm, y_mm, _ = volume.spacing
    return SliceFit.of(rows, columns, (y_mm, x_mm), size, box)
