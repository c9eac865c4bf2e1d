"""Random masks: hide random halves of the slice and see which pixels the score wants shown."""

import numpy as np
from PIL import Image

from core.explainers.attribution import Floats, Method, Parts, Progress
from core.explainers.network import BATCH, KerasNetwork
from core.explainers.question import Question

# Cells along a side of the coarse mask, and the share of them that is shown.
CELLS, SHOWN = 10, 0.5


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Average, pixel by pixel, how much more the score is when a pixel is shown than when not."""
    rng = np.random.default_rng(seed)
    image, plain = question.image, question.start
    shown_sum, hidden_sum = np.zeros(image.shape), np.zeros(image.shape)
    shown_weight, hidden_weight = np.zeros(image.shape), np.zeros(image.shape)
    for first in range(0, samples, BATCH):
        masks = np.stack([_mask(rng, question.size) for _ in range(min(BATCH, samples - first))])
        scores = network.score(plain + masks * (image - plain))[:, None, None]
        shown_sum += (masks * scores).sum(axis=0)
        hidden_sum += ((1 - masks) * scores).sum(axis=0)
        shown_weight += masks.sum(axis=0)
        hidden_weight += (1 - masks).sum(axis=0)
        progress(min(1.0, (first + BATCH) / samples))
    least = 1e-6
    values: Floats = (
        shown_sum / np.maximum(shown_weight, least) - hidden_sum / np.maximum(hidden_weight, least)
    ).astype(np.float32)
    return Parts(values * question.inside)


def _mask(rng: np.random.Generator, side: int) -> Floats:
    """Draw a coarse mask, smoothed and shifted by chance: float32 [side, side] in 0..1."""
    cell = -(-side // CELLS)
    coarse = (rng.random((CELLS + 1, CELLS + 1)) < SHOWN).astype(np.float32)
    large = (CELLS + 1) * cell
    smooth = np.asarray(Image.fromarray(coarse).resize((large, large), Image.Resampling.BILINEAR))
    top, left = rng.integers(0, cell, 2)
    return smooth[top : top + side, left : left + side]


METHOD = Method(
    "rise",
    "Random masks (RISE)",
    6,
    "Petsiuk, Das and Saenko, BMVC 2018",
    "How much more the score is when a pixel is shown than when it is hidden, over random masks.",
    480,
    True,
    attribute,
)
