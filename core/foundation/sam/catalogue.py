"""The checkpoints we know, and what each needs before it is fetched."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Checkpoint:
    """A SAM on the Hugging Face Hub.

    Parameters
    ----------
    name : on the hub, ``owner/model``.
    title : what it is called in short.
    summary : what sets it apart.
    download_mb : size of its weights, 10⁶ bytes.
    licence : of the weights, as its model card states it.
    layers, width, heads : of its image encoder, a vision transformer.
    """

    name: str
    title: str
    summary: str
    download_mb: int
    licence: str
    layers: int
    width: int
    heads: int


# Sizes and licences as the hub's pages stated them in 2025; a test holds the sizes against the
# architectures.
CATALOGUE = (
    Checkpoint(
        "Zigeng/SlimSAM-uniform-77",
        "SlimSAM 77",
        "SAM ViT-B pruned to a tenth of its weights (Chen et al. 2023): the one for a small host.",
        39,
        "Apache-2.0",
        layers=12,
        width=168,
        heads=12,
    ),
    Checkpoint(
        "facebook/sam-vit-base",
        "SAM ViT-B",
        "The smallest original SAM, trained on 11 million photographs.",
        375,
        "Apache-2.0",
        layers=12,
        width=768,
        heads=12,
    ),
    Checkpoint(
        "facebook/sam-vit-large",
        "SAM ViT-L",
        "The middle one.",
        1249,
        "Apache-2.0",
        layers=24,
        width=1024,
        heads=16,
    ),
    Checkpoint(
        "facebook/sam-vit-huge",
        "SAM ViT-H",
        "The largest one; without a GPU a slice takes minutes.",
        2564,
        "Apache-2.0",
        layers=32,
        width=1280,
        heads=16,
    ),
    Checkpoint(
        "wanglab/medsam-vit-base",
        "MedSAM ViT-B",
        "SAM ViT-B trained further on 1.6 million medical masks (Ma et al. 2024), CT among them; "
        "made for boxes: ask it with one.",
        375,
        "Apache-2.0",
        layers=12,
        width=768,
        heads=12,
    ),
)


def known(name: str) -> Checkpoint | None:
    """Look a hub name up; None where it is not in the catalogue."""
    return next((entry for entry in CATALOGUE if entry.name == name), None)
