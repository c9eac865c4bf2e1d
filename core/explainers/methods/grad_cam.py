"""Seg-Grad-CAM: which features of a decoder layer carry the score, and where they are active."""

import numpy as np
from PIL import Image

from core.explainers.attribution import Method, Parts, Progress
from core.explainers.network import KerasNetwork
from core.explainers.question import Question


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Weigh feature maps by the mean gradient of the score; what speaks against it is dropped."""
    maps, gradient = network.features(question.image)
    carried = np.maximum((maps * gradient.mean(axis=(0, 1))).sum(axis=-1), 0)
    picture = Image.fromarray(carried.astype(np.float32))
    size = (question.size, question.size)
    values = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
    progress(1.0)
    return Parts((values * question.inside).astype(np.float32))


METHOD = Method(
    "gradcam",
    "Seg-Grad-CAM",
    4,
    "Vinogradova, Dibrov and Myers, AAAI 2020",
    "Where the features that raise the score are active; coarse, and only positive.",
    1,
    False,
    attribute,
)
