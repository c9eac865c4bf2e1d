"""The checkpoints we know, and what each needs before it is fetched."""

from dataclasses import dataclass

from core.foundation.sam.checkpoint import Architecture


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
    architecture : what decides how much memory it needs.
    """

    name: str
    title: str
    summary: str
    download_mb: int
    licence: str
    architecture: Architecture

    @property
    def memory_mb(self) -> int:
        """Memory to look at one slice, in 10⁶ bytes."""
        return self.architecture.memory_mb(self.download_mb)


# Width, layers and heads of the image encoder.
SLIM, BASE, LARGE, HUGE = (
    Architecture(*encoder, image_size=1024, patch_size=16)
    for encoder in ((168, 12, 12), (768, 12, 12), (1024, 24, 16), (1280, 32, 16))
)
# Sizes and licences as the hub's pages stated them in 2025; a test holds the sizes against the
# architectures.
CATALOGUE = (
    Checkpoint(
        "Zigeng/SlimSAM-uniform-77",
        "SlimSAM 77",
        "SAM ViT-B pruned to a tenth of its weights (Chen et al. 2023): the one for a small host.",
        39,
        "Apache-2.0",
        SLIM,
    ),
    Checkpoint(
        "facebook/sam-vit-base",
        "SAM ViT-B",
        "The smallest original SAM, trained on 11 million photographs.",
        375,
        "Apache-2.0",
        BASE,
    ),
    Checkpoint("facebook/sam-vit-large", "SAM ViT-L", "The middle one.", 1249, "Apache-2.0", LARGE),
    Checkpoint(
        "facebook/sam-vit-huge",
        "SAM ViT-H",
        "The largest one; without a GPU a slice takes minutes.",
        2564,
        "Apache-2.0",
        HUGE,
    ),
    Checkpoint(
        "wanglab/medsam-vit-base",
        "MedSAM ViT-B",
        "SAM ViT-B trained further on 1.6 million medical masks (Ma et al. 2024), CT among them; "
        "made for boxes: ask it with one.",
        375,
        "Apache-2.0",
        BASE,
    ),
)


def known(name: str) -> Checkpoint | None:
    """Look a hub name up; None where it is not in the catalogue."""
    return next((entry for entry in CATALOGUE if entry.name == name), None)
