"""How the networks of a fold are trained: all that is chosen beforehand."""

from dataclasses import dataclass, field

from core.training.lesions import Painting
from core.training.pack import Task

TASKS: tuple[Task, ...] = ("tumor", "liver")

# Patients held out of each fold. The four with the largest tumors (4, 16, 39, 6) stand in
# different folds, and so do the two without any (32, 34).
FOLDS = (
    ("volume-4", "volume-12", "volume-29", "volume-32"),
    ("volume-16", "volume-3", "volume-43", "volume-50"),
    ("volume-39", "volume-5", "volume-11", "volume-34"),
    ("volume-6", "volume-22", "volume-42"),
    ("volume-0", "volume-2", "volume-14", "volume-18"),
)
# Distances at which neighbours are shown, one drawn for each example.
DISTANCES_MM = (3.0, 5.0, 7.0, 10.0)
# Of the packed slices: the liver's box with 15 % around it. The network sees the middle of it.
SIDE, MARGIN = 208, 0.15
# About what a pixel of a packed slice is wide; only painted lesions depend on it.
PIXEL_MM = 1.1


def fold_of(patient: str) -> int:
    """Fold, from 0, that holds `patient` out; -1 for those whom all folds learn from."""
    return next((number for number, fold in enumerate(FOLDS) if patient in fold), -1)


@dataclass(frozen=True)
class Recipe:
    """How every network is trained; stands in its card.

    Training goes in cycles of a cosine schedule (Loshchilov and Hutter, SGDR, ICLR 2017), each
    from the averaged weights of the one before.

    Parameters
    ----------
    size : side in pixels of what the network sees, from the middle of a packed slice.
    steps, warm_up : of a cycle.
    average : share of the running mean of the weights that each step keeps.
    tumor_share, liver_share : share of the draws that show a tumor, for each network.
    hard : how much more often a slice is drawn whose answers are wholly wrong than one whose
        answers are right.
    context : share of its gray that the tumor network sees of what is not liver.
    degrees, stretch, shift, bend : bounds of turns, logarithmic scale, shifts (share of the side)
        and bends (pixels).
    contrast, brightness, noise : bounds of changes of gray.
    roughness : how far the liver's outline that the tumor network is shown is off.
    lost_tumor : share of examples whose outline leaves the tumor out.
    alone : share of examples whose neighbours are the slice itself.
    """

    size: int = 192
    batch: int = 64
    steps: int = 800
    warm_up: int = 160
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    clip: float = 1.0
    average: float = 0.998
    tumor_share: float = 1 / 3
    liver_share: float = 0.4
    hard: float = 3.0
    context: float = 0.35
    degrees: float = 15.0
    stretch: float = 0.2
    shift: float = 0.07
    bend: float = 3.5
    contrast: float = 0.2
    brightness: float = 0.08
    noise: float = 0.03
    roughness: float = 0.2
    lost_tumor: float = 0.15
    alone: float = 0.08
    seed: int = 0
    painting: Painting = field(default_factory=Painting)
