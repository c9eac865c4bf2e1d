"""What an explanation is: a signed map over a slice, and what a method of making one is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.explainers.question import Question

if TYPE_CHECKING:
    from core.explainers.network import KerasNetwork

Floats = NDArray[np.float32]
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Parts:
    """What a method gives.

    Parameters
    ----------
    values : float32 [S, S], signed: what of the score each pixel brings.
    expected : score that the values are counted from; None for a method whose values are not
        meant to add up.
    """

    values: Floats
    expected: float | None = None


Attribute = Callable[["KerasNetwork", Question, int, int, Progress], Parts]


@dataclass(frozen=True)
class Method:
    """A way to explain.

    Parameters
    ----------
    name : short and unique.
    rank : where it stands in lists.
    paper : who described it.
    says : what its map means, in a sentence.
    samples : how many evaluations it takes by default; what one is differs by method.
    signed : whether negative values mean something.
    attribute : takes the network, the question, samples, seed and a progress callback.
    compares : whether it compares the slice with usual ones, drawn `samples` times from a
        `Background`; then both are to be chosen, and a trial judges it on phantoms too.
    """

    name: str
    title: str
    rank: int
    paper: str
    says: str
    samples: int
    signed: bool
    attribute: Attribute
    compares: bool = False


@dataclass(frozen=True, eq=False)
class Attribution:
    """One answer to a `Question`.

    Parameters
    ----------
    values : float32 [S, S] in the network's square.
    score : the number that is explained, 0..1.
    expected : as in `Parts`.
    plain_score : score of the slice with nothing to see.
    seconds : time it took in the process that has the network.
    """

    method: str
    values: Floats
    score: float
    expected: float | None
    plain_score: float
    samples: int
    seed: int
    seconds: float

    @property
    def completeness_error(self) -> float | None:
        """How far the values are from adding up to what they explain, as a share of it."""
        if self.expected is None:
            return None
        meant = self.score - self.expected
        found = float(self.values.sum(dtype=np.float64))
        return abs(found - meant) / max(abs(meant), 1e-9)


@dataclass(frozen=True)
class Shares:
    """How the absolute attribution is spread over a slice, each 0..1, adding up to 1.

    Parameters
    ----------
    tumor_area : share of the organ's pixels that are tumor: what a map without any idea has.
    peak_in_tumor : whether the largest value lies in the tumor.
    """

    tumor: float
    liver: float
    outside: float
    tumor_area: float
    peak_in_tumor: bool


def shares(values: Floats, tumor: NDArray[np.bool_], organ: NDArray[np.bool_]) -> Shares | None:
    """Sum |values| [S, S] over tumor, the rest of the organ, and outside; None for a blank map."""
    strength = np.abs(values).astype(np.float64)
    total = strength.sum()
    if total == 0:
        return None
    inner = organ | tumor
    in_tumor = float(strength[tumor].sum() / total)
    in_organ = float(strength[inner].sum() / total)
    return Shares(
        in_tumor,
        in_organ - in_tumor,
        1 - in_organ,
        int(np.count_nonzero(tumor)) / max(1, int(np.count_nonzero(inner))),
        bool(tumor.ravel()[int(values.argmax())]),
    )
