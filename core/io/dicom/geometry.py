"""Where the slices of a stack lie: one affine, and an honest account of gaps and tilt.

A volume has one step between slices. Where slices are missing or unevenly spaced, no
such grid runs through all of them: stacking them anyway would displace everything
beyond a gap and shrink volumes. Small gaps are therefore filled by interpolating
between the neighbors, large ones end the volume, and both are reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.io.dicom.slices import Slice
from core.io.dicom.stack import depth_of, normal_of

# From LPS to RAS, and back: it is its own inverse.
LPS_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
# A step may differ from the mean by this without the grid counting as uneven.
EVEN_STEP_MM = 0.1
EVEN_STEP_FRACTION = 0.05
# Two missing slices can be bridged, if the bridge is short; more would be invention.
MAX_BRIDGE_STEPS = 3.5
MAX_BRIDGE_MM = 16.0
NOTABLE_TILT_DEGREES = 0.5
NOTABLE_SHIFT_MM = 1.0


@dataclass(frozen=True, eq=False)
class Layout:
    """A regular grid laid through a stack of slices.

    Parameters
    ----------
    slices : those that are used, in ascending order along their normal.
    at : float64 (K,), for each plane of the grid its place among `slices`: 3.0 is the
        fourth slice itself, 3.5 lies half way to the fifth.
    affine : (4, 4), (column, row, plane) to RAS mm.
    """

    slices: tuple[Slice, ...]
    at: NDArray[np.float64]
    affine: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def even(self) -> bool:
        """Whether every plane is one slice, in order."""
        return len(self.at) == len(self.slices) and bool((self.at % 1 == 0).all())


def lay_out(stack: Sequence[Slice]) -> Layout:
    """Lay a regular grid through `stack` (at least two slices, sorted along the normal)."""
    slices, gap_notes = _largest_part(stack)
    depths = np.array([depth_of(item) for item in slices])
    at, step = _planes(depths)
    affine, drift = _affine(slices, depths, step)
    notes = (
        *gap_notes,
        *_spacing_notes(depths, at, step),
        *_tilt_notes(slices[0], drift),
        *_shift_notes(slices, depths, drift),
    )
    return Layout(slices, at, affine, notes)


def fill_planes(hu: NDArray[np.int16], at: NDArray[np.float64]) -> NDArray[np.int16]:
    """Interpolate slices [N, rows, columns] linearly at the places `at` (K,)."""
    planes = np.empty((len(at), *hu.shape[1:]), np.int16)
    for plane, place in zip(planes, at, strict=True):
        lower = int(place)
        weight = np.float32(place - lower)
        if weight == 0:
            plane[...] = hu[lower]
        else:
            plane[...] = np.rint((1 - weight) * hu[lower] + weight * hu[lower + 1])
    return planes


def _largest_part(stack: Sequence[Slice]) -> tuple[tuple[Slice, ...], tuple[str, ...]]:
    depths = np.array([depth_of(item) for item in stack])
    steps = np.diff(depths)
    typical = float(np.median(steps))
    longest = min(MAX_BRIDGE_STEPS * typical, max(MAX_BRIDGE_MM, 1.5 * typical))
    breaks = np.flatnonzero((steps > longest) & ~_regular(steps))
    if not len(breaks):
        return tuple(stack), ()
    parts = np.split(np.arange(len(stack)), breaks + 1)
    largest = max(parts, key=len)
    gaps = ", ".join(f"{steps[index]:.1f} mm at z = {_z(stack[index])}" for index in breaks[:5])
    note = (
        f"The series is torn by gaps too wide to bridge ({gaps}); its largest part, "
        f"{len(largest)} of {len(stack)} slices, was read."
    )
    return tuple(stack[index] for index in largest), (note,)


def _regular(steps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which steps (N,) are like one beside them, so that they were chosen and not torn."""
    alike = np.abs(np.diff(steps)) <= np.maximum(EVEN_STEP_MM, EVEN_STEP_FRACTION * steps[1:])
    beside = np.append(alike, False) | np.append(False, alike)
    return np.asarray(beside & (steps <= MAX_BRIDGE_MM))


def _planes(depths: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    steps = np.diff(depths)
    extent = float(depths[-1] - depths[0])
    mean = extent / len(steps)
    if np.abs(steps - mean).max() <= _tolerance(mean):
        return np.arange(len(depths), dtype=np.float64), mean
    count = max(1, round(extent / float(np.median(steps))))
    step = extent / count
    at = np.interp(np.arange(count + 1) * step, depths - depths[0], np.arange(len(depths)))
    nearest = np.rint(at)
    off = np.abs(depths[nearest.astype(int)] - depths[0] - np.arange(count + 1) * step)
    return np.where(off <= _tolerance(step), nearest, at), step


def _tolerance(step: float) -> float:
    return max(EVEN_STEP_MM, EVEN_STEP_FRACTION * step)


def _affine(
    slices: tuple[Slice, ...], depths: NDArray[np.float64], step: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = np.asarray(slices[0].position)
    last = np.asarray(slices[-1].position)
    # Per mm of depth; it leaves the normal where the gantry was tilted.
    drift = (last - first) / (depths[-1] - depths[0])
    row_mm, column_mm = slices[0].pixel_mm
    affine = np.eye(4)
    affine[:3, 0] = np.asarray(slices[0].orientation[:3]) * column_mm
    affine[:3, 1] = np.asarray(slices[0].orientation[3:]) * row_mm
    affine[:3, 2] = drift * step
    affine[:3, 3] = first
    return LPS_RAS @ affine, drift


def _spacing_notes(
    depths: NDArray[np.float64], at: NDArray[np.float64], step: float
) -> tuple[str, ...]:
    made = at[at % 1 != 0]
    if not len(made) and len(at) == len(depths):
        return ()
    steps = np.diff(depths)
    regular = _regular(steps)
    wide = np.flatnonzero(steps > 1.5 * step)
    if len(wide) and not regular[wide].any():
        missing = len(at) - len(depths)
        gaps = ", ".join(f"{steps[i]:.1f} mm after slice {i + 1}" for i in wide[:5])
        return (
            f"About {missing} {'slices are' if missing > 1 else 'slice is'} missing from the "
            f"series ({gaps}; usual step {step:.2f} mm); {_planes_made(made)} from the neighbors.",
        )
    return (
        f"The slices are unevenly spaced ({steps.min():.2f} to {steps.max():.2f} mm); "
        f"{_planes_made(made)} to a step of {step:.2f} mm.",
    )


def _planes_made(made: NDArray[np.float64]) -> str:
    return f"{len(made)} {'plane was' if len(made) == 1 else 'planes were'} interpolated"


def _tilt_notes(first: Slice, drift: NDArray[np.float64]) -> tuple[str, ...]:
    sideways = float(np.linalg.norm(drift - normal_of(first)))
    tilt = float(np.degrees(np.arctan(sideways)))
    if tilt >= NOTABLE_TILT_DEGREES:
        return (
            f"The gantry was tilted by {tilt:.1f} degrees: slices are shifted against each other, "
            "which volumes and in-plane diameters take into account.",
        )
    if abs(first.tilt) >= NOTABLE_TILT_DEGREES:
        return (
            f"The header names a gantry tilt of {first.tilt:.1f} degrees, but the slice positions "
            "show no shift; the positions were believed.",
        )
    return ()


def _shift_notes(
    slices: tuple[Slice, ...], depths: NDArray[np.float64], drift: NDArray[np.float64]
) -> tuple[str, ...]:
    positions = np.array([item.position for item in slices])
    line = positions[0] + np.outer(depths - depths[0], drift)
    shift = float(np.linalg.norm(positions - line, axis=1).max())
    if shift < NOTABLE_SHIFT_MM:
        return ()
    return (
        f"Single slices lie up to {shift:.1f} mm beside the line through the others; they were "
        "placed on the line.",
    )


def _z(item: Slice) -> str:
    return f"{item.position[2]:.1f}"
