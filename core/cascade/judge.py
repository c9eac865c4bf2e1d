"""How likely a called lesion is one: a small judge that looks at it as a whole.

The tumor network answers voxel by voxel. Whether what was called is a lesion at all shows better in
the whole: how large it is, through how many slices it goes, how well it fills its place, how it
stands out from the liver around it. A logistic regression weighs these four. It was taught by
what was called in patients whom the network had not seen (`bench.out_of_fold`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import Components, bounding_box, find_components, widened
from core.geometry.windows import Window
from core.models.store import calibration_of

# As shares of the width of the liver: from where to where around it a lesion is compared with it.
SHELL = (0.01, 0.05)

# A hundred pieces or so cannot teach more certainty than this.
SUREST = 0.99

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Traits:
    """A called lesion as a whole; no trait needs the size of a pixel, which may be unknown.

    Parameters
    ----------
    size : decadic logarithm of its share of the liver's volume.
    height : natural logarithm of its extent along Z in mm.
    fullness : share of its box that it fills.
    relief : how much it differs from the liver around it, in standard deviations of the liver.
    """

    size: float
    height: float
    fullness: float
    relief: float


@dataclass(frozen=True)
class Judge:
    """A logistic regression over the traits of a lesion, each first brought to one size.

    Parameters
    ----------
    middle, scale : mean and standard deviation of each trait where it was taught.
    weights, bias : of the traits so brought.
    """

    middle: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def chance(self, traits: Traits) -> float:
        """Probability, 0..1, that a lesion of these `traits` is real."""
        even = (np.array(astuple(traits)) - self.middle) / self.scale
        chance = 1 / (1 + np.exp(-(even @ np.array(self.weights) + self.bias)))
        return float(np.clip(chance, 1 - SUREST, SUREST))


def teach(taught: Sequence[Traits], real: Sequence[bool]) -> Judge:
    """Learn from lesions whose truth is known, some of either kind."""
    from sklearn.linear_model import LogisticRegression

    rows = np.array([astuple(traits) for traits in taught])
    middle, scale = rows.mean(axis=0), rows.std(axis=0)
    fitted = LogisticRegression(C=1.0).fit((rows - middle) / scale, np.array(real))
    weights: list[float] = fitted.coef_[0].tolist()
    return Judge(
        tuple(middle.tolist()), tuple(scale.tolist()), tuple(weights), float(fitted.intercept_[0])
    )


def judge_of(preset: str) -> Judge:
    """Read the judge of `preset`; WeightsMissing where it is not on this machine."""
    known = calibration_of(preset)["judge"]
    middle, scale, weights = (tuple(known[name]) for name in ("middle", "scale", "weights"))
    return Judge(middle, scale, weights, known["bias"])


def traits_of(
    hu: NDArray[np.int16], organ: Mask, tumor: Mask, slice_mm: float, window: Window
) -> Iterator[Traits]:
    """Describe every 26-connected piece of `tumor`, the largest first; arrays [X, Y, Z] alike.

    Parameters
    ----------
    organ : the liver with its tumors.
    window : HU beyond it count as its ends, for some data were cut there.
    """
    box = bounding_box(organ)
    if box is None or not tumor.any():
        return
    organ, tumor = organ[box], tumor[box]
    gray = np.clip(hu[box], int(window.low), int(window.high))
    plain = gray[organ & ~tumor].astype(np.float32)
    middle = float(np.median(plain)) if plain.size else window.level
    spread = max(float(plain.std()), 1.0) if plain.size else 1.0
    found = find_components(tumor)
    for number, (voxels, region) in enumerate(zip(found.voxels, found.regions, strict=True), 1):
        piece = found.numbered[region] == number
        around = _around(gray, organ, found, number)
        own = float(np.median(gray[region][piece]))
        yield Traits(
            size=float(np.log10(voxels / np.count_nonzero(organ))),
            height=float(np.log(piece.shape[2] * slice_mm)),
            fullness=voxels / piece.size,
            relief=abs((middle if around is None else around) - own) / spread,
        )


def _around(gray: NDArray[np.int16], organ: Mask, found: Components, number: int) -> float | None:
    """Median gray of the plain liver around a lesion in its slices; None where there is none."""
    from scipy.ndimage import distance_transform_edt

    width = float(np.sqrt(organ.sum(axis=(0, 1)).max()))
    near, far = (share * width for share in SHELL)
    region = widened(found.regions[number - 1], organ.shape, [far, far, 0])
    numbered = found.numbered[region]
    away = np.stack(
        [distance_transform_edt(numbered[..., z] != number) for z in range(numbered.shape[2])], -1
    )
    shell = organ[region] & (numbered == 0) & (away > near) & (away <= max(far, near + 2))
    return float(np.median(gray[region][shell])) if shell.any() else None
