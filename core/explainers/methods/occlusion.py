"""Occlusion: cover a patch with what is usual there and see how the score falls."""

import numpy as np
from numpy.typing import NDArray

from core.explainers.attribution import Floats, Method, Parts, Progress
from core.explainers.network import BATCH, KerasNetwork
from core.explainers.question import Question

# As wide as a small lesion, in millimeters, so that it means the same on every scan.
PATCH_MM = 15.0
LEAST_PIXELS = 4


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Cover patches at most `samples` times, on a regular grid; no chance in it.

    A patch is a square of `PATCH_MM` in which the slice becomes the plain one. It need not reach
    into other slices: the networks judge each slice alone. Each pixel gets the mean fall of the
    score over the patches that covered it.
    """
    image, plain = question.image, question.start
    corners, side = patches(question, samples)
    covered = np.repeat(image[None], len(corners), axis=0)
    for one, (top, left) in zip(covered, corners, strict=True):
        one[top : top + side, left : left + side] = plain[top : top + side, left : left + side]
    whole = float(network.score(image[None])[0])
    total, times = np.zeros(image.shape), np.zeros(image.shape)
    for first in range(0, len(corners), BATCH):
        fallen = whole - network.score(covered[first : first + BATCH])
        for fall, (top, left) in zip(fallen, corners[first : first + BATCH], strict=True):
            total[top : top + side, left : left + side] += fall
            times[top : top + side, left : left + side] += 1
        progress(min(1.0, (first + BATCH) / len(corners)))
    values: Floats = (total / np.maximum(times, 1) * question.inside).astype(np.float32)
    return Parts(values)


def patches(question: Question, most: int) -> tuple[list[tuple[int, int]], int]:
    """Choose the corners (top, left) of patches that touch what the network sees, and their side.

    They overlap by half, or by less where that would be more than `most`.
    """
    side = max(LEAST_PIXELS, round(PATCH_MM / question.pixel_mm))
    step = max(1, side // 2)
    while len(corners := _touching(question.inside, side, step)) > most:
        step += 1
    return corners, side


def _touching(inside: NDArray[np.bool_], side: int, step: int) -> list[tuple[int, int]]:
    starts = range(-side // 2, len(inside) - side // 2, step)
    return [
        (max(0, top), max(0, left))
        for top in starts
        for left in starts
        if inside[max(0, top) : top + side, max(0, left) : left + side].any()
    ]


METHOD = Method(
    "occlusion",
    "Occlusion",
    5,
    "Zeiler and Fergus, ECCV 2014",
    "How far the score falls when a patch is painted over with plain liver.",
    320,
    True,
    attribute,
)
