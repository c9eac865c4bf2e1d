"""Does a map show what the network used? Tests that every method takes alike.

Deletion and insertion: Petsiuk, Das and Saenko, BMVC 2018. Model randomization: Adebayo et al.,
Sanity checks for saliency maps, NeurIPS 2018. Stability: after Alvarez-Melis and Jaakkola, 2018.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.explainers.attribution import Progress
from core.explainers.network import Floats, KerasNetwork
from core.explainers.question import Question

STEPS = 20
# Standard deviation of the noise of the test of stability, in gray levels: 5 HU in the window.
NOISE_GRAY = 6.4


@dataclass(frozen=True, eq=False)
class Curves:
    """The score while pixels go, and while they come.

    Parameters
    ----------
    share : [STEPS + 1], share of the pixels that were changed, 0 to 1.
    deletion, insertion : [STEPS + 1], the score when so many of the pixels with the highest
        values became plain, or the only ones that are not plain.
    random_deletion, random_insertion : the same with the pixels in random order.
    """

    share: Floats
    deletion: Floats
    insertion: Floats
    random_deletion: Floats
    random_insertion: Floats

    @property
    def deletion_gain(self) -> float:
        """Area by which deletion falls below random deletion, as a share of the whole fall."""
        return self._area(self.random_deletion - self.deletion)

    @property
    def insertion_gain(self) -> float:
        """Area by which insertion rises above random insertion, as a share of the whole rise."""
        return self._area(self.insertion - self.random_insertion)

    def _area(self, between: Floats) -> float:
        whole = float(self.deletion[0] - self.deletion[-1])
        # Where plain liver scores as high as the slice there is nothing to explain.
        return float(np.trapezoid(between, self.share)) / whole if whole > 0.001 else math.nan


def curves(
    network: KerasNetwork, question: Question, values: Floats, seed: int, progress: Progress
) -> Curves:
    """Delete and insert the pixels inside what the network sees, highest of `values` [S, S] first.

    A deleted pixel becomes that of the plain slice.
    """
    rng = np.random.default_rng(seed)
    places = np.flatnonzero(question.inside)
    # Equal values are broken by chance, not by where they lie.
    shuffled = rng.permutation(places)
    ranked = shuffled[np.argsort(-values.ravel()[shuffled], kind="stable")]
    found = [
        network.score(_steps(question, order, insert))
        for order in (ranked, rng.permutation(places))
        for insert in (False, True)
    ]
    progress(1.0)
    share = np.linspace(0, 1, STEPS + 1, dtype=np.float32)
    return Curves(share, *found)


def _steps(question: Question, order: NDArray[np.int64], insert: bool) -> Floats:
    """Draw the slice at each step of a curve: [STEPS + 1, S, S] in 0..1."""
    ends = question.image, question.start
    first, last = ends[::-1] if insert else ends
    drawn = np.repeat(first[None], STEPS + 1, axis=0)
    flat, target = drawn.reshape(STEPS + 1, -1), last.ravel()
    for step, count in enumerate(np.rint(np.linspace(0, len(order), STEPS + 1)).astype(int)):
        flat[step, order[:count]] = target[order[:count]]
    return drawn


def likeness(first: Floats, second: Floats, inside: NDArray[np.bool_]) -> float:
    """Rank correlation (Spearman) of two maps [S, S] over the pixels `inside`; NaN for a blank."""
    from scipy.stats import rankdata

    a, b = (rankdata(values[inside]) for values in (first, second))
    if a.std() == 0 or b.std() == 0:
        return math.nan
    return float(np.corrcoef(a, b)[0, 1])


def noisy(question: Question, seed: int) -> NDArray[np.uint8]:
    """Add a little noise to the slice inside what the network sees: uint8 [S, S]."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, NOISE_GRAY, question.gray.shape) * question.inside
    return np.clip(np.rint(question.gray + noise), 0, 255).astype(np.uint8)
