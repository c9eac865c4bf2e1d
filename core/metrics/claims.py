"""What a reported Dice allows beside it: which IoU, which accuracy, how much foreground.

Let D be the Dice and J the IoU of one pair of masks, p the share of all voxels that is
truly foreground, and t the share that is truly foreground and found.

- J = D / (2 - D), always.
- False voxels are a share e = 2 t (1 - D) / D of all. Truth holds what was found (t <= p),
  truth is found or missed (missed = p - t <= e, so t >= p D / (2 - D)), and truth and
  prediction together fit in the image (t <= J). So with e = 1 - accuracy

      p (1 - J) <= e <= min(2 p (1 - D) / D, 1 - J).

Counts that are pooled over slices or cases are one pair of masks. Means are not:

- D / (2 - D) is convex in D, hence D / (2 - D) <= mean J <= D for a mean Dice D (Jensen).
- The second-order rest of D / (2 - D) about its mean is 2 (x - D)^2 / ((2 - D)^2 (2 - x)),
  so the variance of the single Dice is at least (mean J - D / (2 - D)) (2 - D)^2 / 2.
- Each e is at most 1 - J, hence mean accuracy >= D / (2 - D). Nothing else follows: the
  slices with the foreground need not be those with the errors.

These hold whatever an empty mask counts as, if Dice and IoU of it are both 0 or both 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.errors import HepatoScopeError

# Sums of binary fractions miss by this much.
SLACK = 1e-9
# A standard deviation that would be written as 0.00.
NO_SPREAD = 0.005


class Averaging(StrEnum):
    """How the figures of many slices or cases become one."""

    SINGLE = "one pair of masks, or all voxels pooled"
    MEAN = "mean over cases or slices"


@dataclass(frozen=True)
class Finding:
    """What a Dice means for one other figure under one averaging.

    Parameters
    ----------
    subject : ``IoU``, ``accuracy``, ``foreground share`` or ``accuracy of predicting nothing``.
    possible : whether the claimed figure can stand beside the Dice; None if none is claimed.
    claimed : that figure.
    low, high : what the Dice allows, rounding included.
    reason : one sentence with the numbers.
    """

    averaging: Averaging
    subject: str
    possible: bool | None
    claimed: float | None
    low: float
    high: float
    reason: str


@dataclass(frozen=True)
class _Range:
    low: float
    high: float

    def meets(self, other: "_Range") -> bool:
        return self.low <= other.high + SLACK and other.low <= self.high + SLACK

    def through(self, rising: Callable[[float], float]) -> "_Range":
        return _Range(rising(self.low), rising(self.high))


def check_claim(
    dice: float,
    iou: float | None = None,
    accuracy: float | None = None,
    foreground_share: float | None = None,
) -> tuple[Finding, ...]:
    """Say what a Dice implies, and whether the other figures can belong to it.

    A figure stands for all that round to it, to two digits at least: 0.9 and 0.94 for
    0.895 to 0.905 and 0.935 to 0.945, 0.9981 for 0.99805 to 0.99815.

    Parameters
    ----------
    dice, iou, accuracy : as reported, in 0..1.
    foreground_share : share of all voxels (or pixels) that is truly foreground, in 0..1 but
        not 0; taken as exact.

    Raises
    ------
    HepatoScopeError
        If a figure is not in 0..1.
    """
    figures = {"Dice": dice, "IoU": iou, "accuracy": accuracy, "foreground share": foreground_share}
    for name, figure in figures.items():
        if figure is not None and not 0 <= figure <= 1:
            raise HepatoScopeError(
                f"The {name} of {figure} is not between 0 and 1; give percent as a share, "
                "such as 0.94."
            )
    if foreground_share == 0:
        raise HepatoScopeError("A foreground share of 0 leaves nothing to find; give more than 0.")
    findings = [_iou_of_single(dice, iou), _iou_of_mean(dice, iou)]
    if accuracy is not None or foreground_share is not None:
        findings += [
            _accuracy_of_single(dice, accuracy, foreground_share),
            _accuracy_of_mean(dice, accuracy),
        ]
    if foreground_share is not None:
        findings.append(_predicting_nothing(foreground_share))
    elif accuracy is not None and _as_iou(dice) <= accuracy < 1 and dice < 1:
        findings.append(_implied_share(dice, accuracy))
    return tuple(findings)


def least_spread(mean_dice: float, mean_iou: float) -> float:
    """Return the least standard deviation of single Dice scores that give both means.

    NaN where no scores can have them.
    """
    rest = mean_iou - _as_iou(mean_dice)
    if rest < -SLACK or mean_iou > mean_dice + SLACK:
        return math.nan
    return math.sqrt(max(rest, 0.0) / 2) * (2 - mean_dice)


def accuracy_range(dice: float, foreground_share: float) -> tuple[float, float]:
    """Return lowest and highest accuracy of one pair of masks of that Dice and foreground."""
    iou = _as_iou(dice)
    most = min(2 * foreground_share * (1 - dice) / dice, 1 - iou) if dice else 1.0
    return 1 - most, 1 - foreground_share * (1 - iou)


def _iou_of_single(dice: float, iou: float | None) -> Finding:
    allowed = _rounded(dice).through(_as_iou)
    rule = f"One pair of masks, or pooled counts, with Dice {dice:g} has an IoU of {_text(allowed)}"
    why = "because IoU = Dice / (2 - Dice)"
    return _finding(Averaging.SINGLE, "IoU", iou, allowed, f"{rule}, {why}")


def _iou_of_mean(dice: float, iou: float | None) -> Finding:
    around = _rounded(dice)
    allowed = _Range(_as_iou(around.low), around.high)
    rule = f"Means over cases or slices with a mean Dice of {dice:g} have a mean IoU of"
    finding = _finding(Averaging.MEAN, "IoU", iou, allowed, f"{rule} {_text(allowed)}")
    if iou is None or not finding.possible:
        return finding
    # Rounded in the way that asks for the least spread.
    spread = least_spread(around.high, max(_rounded(iou).low, _as_iou(around.high)))
    if spread < NO_SPREAD:
        return finding
    most = math.sqrt(dice * (1 - dice))
    reason = (
        f"{finding.reason[:-1]}; the single Dice scores must then have a standard deviation of "
        f"at least {spread:.2f}, where {most:.2f} would mean that each of them is 0 or 1."
    )
    return Finding(Averaging.MEAN, "IoU", True, iou, allowed.low, allowed.high, reason)


def _accuracy_of_single(dice: float, accuracy: float | None, share: float | None) -> Finding:
    around = _rounded(dice)
    if share is None:
        allowed = _Range(_as_iou(around.low), 1.0)
        rule = f"One pair of masks with Dice {dice:g} has an accuracy of {_text(allowed)}"
        why = "because all errors lie in the two masks together (accuracy is never below the IoU)"
    else:
        allowed = _Range(
            accuracy_range(around.low, share)[0], accuracy_range(around.high, share)[1]
        )
        rule = (
            f"One pair of masks with Dice {dice:g} and {100 * share:g} % foreground has an "
            f"accuracy of {_text(allowed)}"
        )
        why = "because Dice sets the errors in relation to the foreground alone"
    return _finding(Averaging.SINGLE, "accuracy", accuracy, allowed, f"{rule}, {why}")


def _accuracy_of_mean(dice: float, accuracy: float | None) -> Finding:
    allowed = _Range(_as_iou(_rounded(dice).low), 1.0)
    rule = (
        f"Means over the same slices with a mean Dice of {dice:g} have a mean accuracy of "
        f"{_text(allowed)}, whatever the foreground"
    )
    return _finding(Averaging.MEAN, "accuracy", accuracy, allowed, rule)


def _implied_share(dice: float, accuracy: float) -> Finding:
    """Turn the bounds of the accuracy around: how much foreground there must have been."""
    around, correct = _rounded(dice), _rounded(accuracy)
    low = (1 - correct.high) * around.low / (2 * (1 - around.low))
    widest = 1 - _as_iou(around.high)
    high = min(1.0, (1 - correct.low) / widest) if widest else 1.0
    reason = (
        f"In one pair of masks, Dice {dice:g} with accuracy {accuracy:g} takes a foreground of "
        f"{100 * low:.3g} to {100 * high:.3g} % of the image."
    )
    return Finding(Averaging.SINGLE, "foreground share", None, None, low, high, reason)


def _predicting_nothing(share: float) -> Finding:
    accuracy = 1 - share
    reason = (
        f"With {100 * share:g} % foreground, a network that finds nothing at all has an accuracy "
        f"of {accuracy:.4g} and a Dice of 0."
    )
    subject = "accuracy of predicting nothing"
    return Finding(Averaging.SINGLE, subject, None, None, accuracy, accuracy, reason)


def _finding(
    averaging: Averaging, subject: str, claimed: float | None, allowed: _Range, rule: str
) -> Finding:
    if claimed is None:
        return Finding(averaging, subject, None, None, allowed.low, allowed.high, f"{rule}.")
    possible = _rounded(claimed).meets(allowed)
    within = allowed.low - SLACK <= claimed <= allowed.high + SLACK
    verdict = "can belong to it" if within else "can belong to it, rounded"
    reason = f"{rule}: {claimed:g} {verdict if possible else 'cannot belong to it'}."
    return Finding(averaging, subject, possible, claimed, allowed.low, allowed.high, reason)


def _as_iou(dice: float) -> float:
    return dice / (2 - dice)


def _rounded(figure: float) -> _Range:
    """All that rounds to `figure`, which has two digits or as many as are written."""
    exponent = Decimal(repr(float(figure))).as_tuple().exponent
    digits = max(2, -exponent if isinstance(exponent, int) else 2)
    half = 0.5 * 10.0**-digits
    return _Range(max(figure - half, 0.0), min(figure + half, 1.0))


def _text(allowed: _Range) -> str:
    low, high = f"{allowed.low:.3f}", f"{allowed.high:.3f}"
    return low if low == high else f"{low} to {high}"
