"""How dark or how large a lesion must be before the network sees it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

import numpy as np

from core.cascade.networks import Networks, load_networks
from core.cascade.segmentation import Segmentation
from core.presets import preset_named
from core.process.progress import Progress, watched
from core.volume import Volume
from core.whatif.probe.edit import Lesion, insert
from core.whatif.probe.reaction import Reaction, react

CONTRASTS_HU = (-80.0, -60.0, -50.0, -40.0, -30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 40.0, 60.0)
DIAMETERS_MM = (4.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 30.0, 40.0, 50.0)
STAGES = ("By contrast", "By diameter")
STOPPED = "The sweep was cancelled; the scan and its result stay."
# Slices of one lesion that the networks are asked about.
MOST_SLICES = 9


@dataclass(frozen=True)
class Dose:
    """The answer to one lesion that was put in.

    Parameters
    ----------
    curve : what was varied, one of `STAGES`.
    tumor_probability : mean over the lesion, 0..1.
    called_share : how much of the lesion was called tumor, 0..1.
    before : mean tumor probability of the same place without the lesion.
    """

    curve: str
    diameter_mm: float
    contrast_hu: float
    tumor_probability: float
    called_share: float
    before: float


def dose_response(
    volume: Volume,
    segmentation: Segmentation,
    lesion: Lesion,
    *,
    contrasts: Sequence[float] = CONTRASTS_HU,
    diameters: Sequence[float] = DIAMETERS_MM,
    networks: Networks | None = None,
    seed: int = 0,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Dose, ...]:
    """Put lesions of many contrasts, then of many diameters, in the place of `lesion`.

    The other property stays that of `lesion`, and so does the seed of the texture: the curves
    differ by what was varied alone. A contrast of 0 is the control: new texture, no lesion.

    Raises
    ------
    Cancelled
        Once `cancelled` is True, which is asked before each lesion.
    HepatoScopeError
        As `core.whatif.probe.edit.insert` and `core.whatif.probe.reaction.react` do.
    """
    networks = networks or load_networks(preset_named(segmentation.preset))
    curves = {
        STAGES[0]: [replace(lesion, contrast_hu=float(value), hu=None) for value in contrasts],
        STAGES[1]: [replace(lesion, diameter_mm=float(value)) for value in diameters],
    }
    found = []
    for curve, lesions in curves.items():
        for one in watched(lesions, curve, progress, cancelled, STOPPED):
            edit = insert(volume, segmentation.labels, one, seed=seed)
            edit = edit.thinned(MOST_SLICES, through=one.at[2])
            reaction = react(volume, segmentation, edit, networks=networks)
            found.append(_dose(curve, one.diameter_mm, edit.contrast_hu, reaction))
    return tuple(found)


def crossing(points: Iterable[tuple[float, float]], level: float = 0.5) -> float | None:
    """Find where a curve of (x, y) first reaches `level` from below, linearly between points.

    None where it never does, or begins above it.
    """
    for (x, y), (next_x, next_y) in pairwise(points):
        if y < level <= next_y:
            return x + (next_x - x) * (level - y) / (next_y - y)
    return None


def threshold_contrast(found: Sequence[Dose]) -> float | None:
    """Contrast, below 0, from which half of the lesion is called; None where none is enough."""
    dark = [dose for dose in found if dose.curve == STAGES[0] and dose.contrast_hu <= 0]
    dark.sort(key=lambda dose: -dose.contrast_hu)
    return crossing((dose.contrast_hu, dose.called_share) for dose in dark)


def threshold_diameter(found: Sequence[Dose]) -> float | None:
    """Diameter in mm from which half of the lesion is called; None where none is enough."""
    sizes = [dose for dose in found if dose.curve == STAGES[1]]
    return crossing((dose.diameter_mm, dose.called_share) for dose in sizes)


def to_csv(found: Sequence[Dose]) -> str:
    """Write the answers as a table, a lesion a line."""
    lines = [",".join(asdict(found[0]))] if found else []
    lines += [",".join(_cell(value) for value in asdict(dose).values()) for dose in found]
    return "\n".join(lines) + "\n"


def _dose(curve: str, diameter_mm: float, contrast_hu: float, reaction: Reaction) -> Dose:
    return Dose(
        curve,
        diameter_mm,
        contrast_hu,
        reaction.tumor_inside(reaction.after),
        reaction.called_inside(reaction.after),
        reaction.tumor_inside(reaction.before),
    )


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{np.round(value, 5):g}"
