"""How far a map can be trusted: what it kept of the neighbourhoods, and what is luck."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.atlas.projections import Tsne, project

Floats = NDArray[np.float32]

NEIGHBOURS = 10
# Every patch is a candidate neighbour; of so many we look whom they have.
ANCHORS = 2000
BLOCK = 256


def trustworthiness(
    codes: Floats, positions: Floats, k: int = NEIGHBOURS, anchors: int = ANCHORS, seed: int = 0
) -> float:
    """Tell whether neighbours on the map are neighbours in truth: 1 for all, about 0.5 by chance.

    Venna and Kaski, Neighborhood Preservation in Nonlinear Projection Methods, 2001. Exact for up
    to `anchors` patches; beyond, the mean over so many drawn ones, all patches being candidates.

    Parameters
    ----------
    codes : [N, D], N > 2 k.
    positions : [N, 2].
    """
    count = len(codes)
    chosen = _drawn(count, anchors, seed)
    penalty = 0.0
    for start in range(0, len(chosen), BLOCK):
        part = chosen[start : start + BLOCK]
        ranks = _ranks(codes, part)
        near = _nearest(positions, part, k)
        found = np.take_along_axis(ranks, near, axis=1)
        penalty += float(np.clip(found - k, 0, None).sum())
    worst = len(chosen) * k * (2 * count - 3 * k - 1) / 2
    return 1 - penalty / worst


def agreement(first: Floats, second: Floats, k: int = NEIGHBOURS) -> float:
    """Share of each patch's `k` nearest on one map that are so on the other, 0..1.

    Both [N, 2] of the same patches; by chance it is k / (N - 1).
    """
    every = np.arange(len(first))
    shared = 0
    for start in range(0, len(every), BLOCK):
        part = every[start : start + BLOCK]
        here, there = _nearest(first, part, k), _nearest(second, part, k)
        shared += int((here[:, :, None] == there[:, None, :]).sum())
    return shared / (k * len(every))


@dataclass(frozen=True, eq=False)
class Repeat:
    """One map of the grid over seeds and perplexities."""

    projection: Tsne
    positions: Floats
    trustworthiness: float


def seed_grid(
    codes: Floats,
    seeds: Sequence[int],
    perplexities: Sequence[float],
    progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Repeat]:
    """Map `codes` [N, D] by t-SNE for every perplexity and seed, each from a random layout.

    Fewer than all where `cancelled` says so in between.
    """
    wanted = [
        Tsne(perplexity, start="random", seed=s) for perplexity in perplexities for s in seeds
    ]
    found: list[Repeat] = []
    for number, projection in enumerate(wanted, start=1):
        if cancelled():
            break
        positions = project(codes, projection)
        found.append(Repeat(projection, positions, trustworthiness(codes, positions)))
        progress(number / len(wanted))
    return found


def sample(count: int, most: int, seed: int = 0) -> NDArray[np.int64]:
    """Draw at most `most` of `count` rows, in their order."""
    return _drawn(count, most, seed)


def _drawn(count: int, most: int, seed: int) -> NDArray[np.int64]:
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def _distances(points: Floats, part: NDArray[np.int64]) -> NDArray[np.float64]:
    """Squared distances [P, N] of the rows `part` to all, infinite to themselves."""
    exact = points.astype(np.float64)
    squares = (exact**2).sum(axis=1)
    distances: NDArray[np.float64] = (
        squares[part][:, None] + squares[None] - 2 * exact[part] @ exact.T
    )
    distances[np.arange(len(part)), part] = np.inf
    return distances


def _nearest(points: Floats, part: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.argpartition(_distances(points, part), k - 1, axis=1)[:, :k]
    return found


def _ranks(points: Floats, part: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank [P, N] of every row by its distance from the rows `part`: 1 for the nearest."""
    order = np.argsort(_distances(points, part), axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None], axis=1)
    return ranks
