"""SmoothGrad: the gradient, averaged over noisy copies of the slice."""

import numpy as np

from core.explainers.attribution import Method, Parts, Progress
from core.explainers.network import BATCH, KerasNetwork
from core.explainers.question import Question

# Noise as a share of the gray scale; Smilkov et al. advise 10 to 20 % of the image's range.
NOISE = 0.1


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Average the gradient over `samples` copies with noise inside what the network sees."""
    rng = np.random.default_rng(seed)
    image = question.image
    total = np.zeros(image.shape, np.float64)
    for first in range(0, samples, BATCH):
        count = min(BATCH, samples - first)
        noise = rng.normal(0, NOISE, (count, *image.shape)).astype(np.float32)
        noisy = np.clip(image + noise * question.inside, 0, 1)
        total += network.gradient(noisy).sum(axis=0, dtype=np.float64)
        progress((first + count) / samples)
    return Parts((total / samples * question.inside).astype(np.float32))


METHOD = Method(
    "smoothgrad",
    "SmoothGrad",
    3,
    "Smilkov et al., 2017 (arXiv:1706.03825)",
    "How much the score would rise if a pixel became a little brighter.",
    48,
    True,
    attribute,
)
