"""How far several networks agree about a case, which needs no truth."""

import numpy as np
from numpy.typing import NDArray


def pairwise_dice(votes: NDArray[np.uint8], voices: int) -> float | None:
    """Dice of the masks of every two of `voices` networks, all pairs pooled.

    As a score of confidence it told failed cases best in the comparison of Zenk et al., Comparative
    benchmarking of failure detection methods in medical image segmentation, MedIA 2025; there it is
    the mean over pairs, here their pixels are added up, which needs the votes alone.

    Parameters
    ----------
    votes : any shape, how many of the networks called each pixel.

    Returns
    -------
    2 * sum of v (v - 1) / 2 over (voices - 1) * sum of v; None where nobody called anything, or
    there is but one voice.
    """
    counted = np.bincount(votes.ravel(), minlength=voices + 1).astype(np.int64)
    called = np.arange(len(counted))
    total = int((counted * called).sum())
    if voices < 2 or not total:
        return None
    return int((counted * called * (called - 1)).sum()) / ((voices - 1) * total)
