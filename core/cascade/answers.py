"""What a network said of some axial slices, told of those between, and laid on the scan's grid."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import Gray
from core.geometry.fits import SliceFit, axial_view, box_around

# Slices at a time, and threads: Pillow and NumPy let a second core go on.
BATCH, THREADS = 8, 2

Floats = NDArray[np.float32]
# Makes probabilities of some slices, uint8 [N, rows, columns].
Sheets = Callable[[], Gray]


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities of some slices, evenly spaced.

    Parameters
    ----------
    small : float32 [M, S, S], in the network's square.
    asked : the slices that they are of.
    fit : how these sit in the square.
    """

    small: Floats
    asked: range
    fit: SliceFit

    def told(self, slices: range) -> Floats:
        """Tell of `slices`, float32 [N, S, S]: between those asked about it changes evenly."""
        told = np.empty((len(slices), *self.small.shape[1:]), np.float32)
        for answer, z in zip(told, slices, strict=True):
            before, beyond = divmod(z - self.asked.start, self.asked.step)
            share = np.float32(beyond / self.asked.step)
            # Above the last that was asked about, its answer holds.
            after = self.small[min(before + 1, len(self.small) - 1)]
            answer[...] = self.small[before] * (1 - share) + after * share
        return told

    def sheets(self, slices: range) -> Gray:
        """Tell of `slices` at their full size: uint8 [N, rows, columns], 255 = 1."""
        return restored(self.told(slices), self.fit)

    def laid(self, slices: range) -> Gray:
        """Tell of `slices` on the grid of the scan: uint8 [X, Y, N], 255 = 1."""
        grid = np.zeros((self.fit.columns, self.fit.rows, len(slices)), np.uint8)
        lay(grid, ((len(run), partial(self.sheets, run)) for run in runs(slices)))
        return grid


def runs(slices: range) -> Iterator[range]:
    """Part evenly spaced slices into as many as are worked on at once."""
    for first in range(0, len(slices), BATCH):
        yield slices[first : first + BATCH]


def restored(small: Floats, fit: SliceFit) -> Gray:
    """Resample probabilities [N, S, S] to axial slices, uint8 [N, rows, columns]."""
    if not small.any():
        return np.zeros((len(small), fit.rows, fit.columns), np.uint8)
    return np.rint(fit.restore(small) * np.float32(255)).astype(np.uint8)


def lay(grid: Gray, made: Iterable[tuple[int, Sheets]]) -> None:
    """Lay slices on a grid of zeros [X, Y, N], in threads, while `made` makes the next.

    Parameters
    ----------
    made : how many slices follow, and what makes them.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        waiting, first = [], 0
        for count, sheets in made:
            place = grid[..., first : first + count]
            waiting.append(threads.submit(_write, sheets, place))
            first += count
        for one in waiting:
            one.result()


def _write(make: Sheets, grid: Gray) -> None:
    """Write slices [N, rows, columns] into a grid of zeros [X, Y, N].

    What is zero is not written: memory that nobody has written to costs nothing.
    """
    sheets = make()
    if sheets.any():
        inside = box_around(sheets > 0, 0.0).inside
        np.copyto(axial_view(grid)[inside], sheets[inside], where=sheets[inside] > 0)
