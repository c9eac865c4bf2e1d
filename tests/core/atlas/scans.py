"""Patches drawn by hand, and an autoencoder that anyone can compute: it averages and repeats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.atlas.build import AtlasRecipe
from core.atlas.encoders import Autoencoder
from core.atlas.projections import Pca, Tsne, Umap
from core.io.datasets import LabelledCase
from core.volume import Volume, volume_from_array

BLOCK = 8
SIDE, SLICES = 64, 3
# Small enough for the few patches of `cases`.
RECIPE = AtlasRecipe(
    images=True,
    projections=(("pca", Pca()), ("tsne", Tsne(perplexity=5)), ("umap", Umap(neighbours=5))),
)


def encode(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean grey of 4×4 blocks, in 0..1: [N, 16]."""
    side = images.shape[1] // BLOCK
    blocks = images.reshape(len(images), side, BLOCK, side, BLOCK).mean(axis=(2, 4))
    return (blocks.reshape(len(images), -1) / 255).astype(np.float32)


def decode(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    blocks = codes.reshape(len(codes), 4, 4) * np.float32(255)
    return blocks.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)


AVERAGING = Autoencoder("a" * 64, encode, decode)


@dataclass(frozen=True)
class Scan:
    """A noisy liver; its tumor, in all slices but the first, is 60 HU darker."""

    seed: int
    tumor: bool = True

    def read(self) -> tuple[Volume, NDArray[np.uint8]]:
        labels = np.zeros((SIDE, SIDE, SLICES), np.uint8)
        labels[16:56, 8:48] = 1
        if self.tumor:
            labels[32:48, 20:36, 1:] = 2
        noise = np.random.default_rng(self.seed).normal(0, 15, labels.shape)
        hu = np.where(labels == 1, 100, 0) + np.where(labels == 2, 40, 0) + noise
        volume = volume_from_array(
            np.rint(hu).astype(np.int16), np.diag([5.0, 5.0, 5.0, 1.0]), source="drawn", digest=""
        )
        return volume, labels


def case(name: str, seed: int, split: str = "train", tumor: bool = True) -> LabelledCase:
    return LabelledCase(name, "drawn", split, Scan(seed, tumor).read)


def cases() -> list[LabelledCase]:
    """Two patients to know, one to be judged on."""
    return [case("one", 1), case("two", 2), case("three", 3, split="test")]


def groups(count: int = 40, seed: int = 0) -> NDArray[np.float32]:
    """Three far groups of `count` codes each: [3 count, 6]."""
    spread = np.random.default_rng(seed).normal(0, 0.1, (3 * count, 6))
    centers = np.repeat(np.eye(3, 6) * 5, count, axis=0)
    return (centers + spread).astype(np.float32)
