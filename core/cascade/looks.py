"""What the networks look at: slices in a window and a square, and the liver cut out of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

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
# Slices of a scan: some in a row, or by their numbers.
Part = slice | NDArray[np.intp]

# How far apart slices lie at most that networks are asked about, from afar and close up: thinner
# slices resemble each other, and the answers between are interpolated.
FAR_STEP_MM, NEAR_STEP_MM = 6.0, 2.0
# A liver is about so tall; tells how far apart slices are where nobody wrote it down.
LIVER_HEIGHT_MM = 150.0


@dataclass(frozen=True, eq=False)
class Look:
    """How a network looks at the axial slices of a scan.

    Parameters
    ----------
    window : HU range mapped on 8 bits.
    fit : how the slices, or a box of them, sit in the network's square.
    apart : how many slices away those are that the channels beside the slice's own show; 0
        shows the slice alone.
    every : of so many slices the network is asked about one; between them its answers change
        evenly.
    """

    window: Window
    fit: SliceFit
    apart: int = 0
    every: int = 1

    def gray(self, volume: Volume, part: Part) -> Gray:
        """Bring axial slices `part` of `volume` to the square: uint8 [N, S, S]."""
        # Cut out first: of a scan the box is a small part.
        shown = axial_view(volume.hu)[part][self.fit.box.inside]
        return self.fit.fill(apply_window(shown, self.window))

    def seen(self, volume: Volume, part: Part) -> Gray:
        """Show axial slices `part` by themselves: uint8 [N, S, S]."""
        return self.gray(volume, part)

    def asked(self, gray: Gray, part: Part) -> Mask:
        """Which of the slices `part`, shown as `gray`, the network is asked about: bool [N]."""
        return np.asarray(own_slice(gray).any(axis=(1, 2)))

    def show(self, volume: Volume, part: slice) -> Gray:
        """Show axial slices `part` as the network sees them: uint8 [N, S, S] or [N, S, S, 3].

        Beyond the ends of the scan lies its last slice once more.
        """
        if not self.apart:
            return self.seen(volume, part)
        count = volume.shape[2]
        places = np.arange(count)[part]
        beside = np.clip(places + self.apart * np.array([[-1], [0], [1]]), 0, count - 1)
        needed, where = np.unique(beside, return_inverse=True)
        stack = self.seen(volume, needed)
        return np.stack([stack[row] for row in where.reshape(beside.shape)], axis=-1)


@dataclass(frozen=True, eq=False, kw_only=True)
class TumorLook(Look):
    """How a tumor network looks at a scan: at the liver, all else black or dimmed.

    Parameters
    ----------
    organ : bool [X, Y, Z], the liver with its tumors.
    median : gray of that liver in the window, shown as 128.
    context : share of its gray that is left to what is not liver.
    """

    organ: Mask
    median: float
    context: float = 0.0

    def inside(self, part: Part) -> Mask:
        """Which pixels of the square show liver: bool [N, S, S]."""
        shown = axial_view(self.organ)[part][self.fit.box.inside]
        return self.fit.fill(shown * np.uint8(255)) >= 128

    def seen(self, volume: Volume, part: Part) -> Gray:
        """Show axial slices `part` by themselves: uint8 [N, S, S]."""
        gray, liver = self.gray(volume, part), self.inside(part)
        return mask_to_liver(gray, liver, self.median, self.context)

    def asked(self, gray: Gray, part: Part) -> Mask:
        """Which of the slices `part` show liver: bool [N]."""
        return np.asarray(self.inside(part).any(axis=(1, 2)))


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
        return cls(preset, liver_look(volume, preset, box, height_of(organ)), tumor, finder)


def look_from_afar(volume: Volume, preset: Preset) -> Look:
    """Look as the network does that finds the liver: at whole slices, some mm apart."""
    fit = _fit(volume, preset_named(preset.finder or preset.name).size, None)
    return Look(preset.window, fit, every=_every(volume, FAR_STEP_MM))


def liver_look(
    volume: Volume, preset: Preset, box: Box | None = None, liver_slices: int = 0
) -> Look:
    """Look as the liver network does, at the axial slices of `volume` or a box of them.

    Parameters
    ----------
    liver_slices : how many slices the liver spans, as far as known by then.
    """
    apart = slices_apart(volume, preset.liver_neighbours_mm, liver_slices)
    fit = _fit(volume, preset.size, box)
    return Look(preset.window, fit, apart, _every(volume, NEAR_STEP_MM))


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
    look = TumorLook(
        preset.window,
        _fit(volume, preset.tumor_size, box),
        slices_apart(volume, preset.tumor_neighbours_mm, height_of(organ)),
        _every(volume, NEAR_STEP_MM),
        organ=organ,
        median=float(CENTER),
        context=preset.tumor_context,
    )
    return replace(look, median=_measured(look, volume) if median is None else median)


def height_of(organ: Mask) -> int:
    """Slices from the lowest to the highest that `organ` [X, Y, Z] reaches; 0 without any."""
    reached = np.flatnonzero(organ.any(axis=(0, 1)))
    return int(reached[-1] - reached[0] + 1) if len(reached) else 0


def slice_mm(volume: Volume, liver_slices: int) -> float:
    """Distance of neighbouring slices in mm; by the liver's height where nobody wrote it down."""
    if volume.spacing_known or not liver_slices:
        return volume.spacing[2]
    return LIVER_HEIGHT_MM / liver_slices


def slices_apart(volume: Volume, away_mm: float | None, liver_slices: int) -> int:
    """Slices nearest to `away_mm`, at least one; 0 where no neighbours are looked at."""
    return 0 if away_mm is None else max(1, round(away_mm / slice_mm(volume, liver_slices)))


def _every(volume: Volume, step_mm: float) -> int:
    """Give the slices of which one is asked about, `step_mm` apart at most; 1 for all."""
    return max(1, int(step_mm / volume.spacing[2] + 1e-3)) if volume.spacing_known else 1


def _measured(look: TumorLook, volume: Volume) -> float:
    liver = np.flatnonzero(look.organ.any(axis=(0, 1)))
    parts = [slice(z, z + 1) for z in liver.tolist()]
    # Pillow and NumPy let a second core go on.
    with ThreadPoolExecutor(2) as threads:
        grays = list(threads.map(lambda part: look.gray(volume, part)[look.inside(part)], parts))
    return _median(np.concatenate(grays)) if grays else float(CENTER)


def box_of(small_liver: Mask, fit: SliceFit, margin: float) -> tuple[Box, slice]:
    """Box and slices of the largest piece of a mask [Z, S, S]; no slices where it is empty.

    The box is in native pixels, widened by `margin`.
    """
    piece = largest_component(small_liver)
    shown = np.flatnonzero(piece.any(axis=(1, 2)))
    reach = slice(int(shown[0]), int(shown[-1]) + 1) if len(shown) else slice(0, 0)
    seen = np.zeros((1, fit.rows, fit.columns), bool)
    for z in range(reach.start, reach.stop):
        seen |= fit.restore(piece[z : z + 1] * np.uint8(255)) >= 128
    return box_around(seen, margin), reach


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


def mask_to_liver(gray: Gray, liver: Mask, median: float, context: float = 0.0) -> Gray:
    """Blacken or dim all but the liver in 8-bit slices, and bring its `median` grey to 128.

    A fatty or unenhanced liver is as dark as a tumor in an enhanced one: what tells a tumor
    is its contrast with the liver around it. Both arrays of one shape, tumors included.

    Parameters
    ----------
    context : share of its gray that is left to what is not liver; what is black stays black.
    """
    centered = np.clip(gray.astype(np.float32) + (CENTER - median), 1, 255)
    around = centered * np.float32(context) * (gray > 0)
    masked: Gray = np.where(liver, centered, around).astype(np.uint8)
    return masked


def _median(gray: Gray) -> float:
    return float(np.median(gray)) if gray.size else float(CENTER)


def _fit(volume: Volume, size: int, box: Box | None) -> SliceFit:
    columns, rows, _ = volume.shape
    x_mm, y_mm, _ = volume.spacing
    return SliceFit.of(rows, columns, (y_mm, x_mm), size, box)
