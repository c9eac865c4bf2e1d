"""What turns patches into codes, and codes back into patches, on the fast CPU path."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.models.autoencoder import DECODER, ENCODER
from core.models.store import WEIGHTS_DIR, WEIGHTS_NAME, trusted_digest

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

AUTOENCODER_DIR = WEIGHTS_DIR / "autoencoder"
BATCH = 256


@dataclass(frozen=True)
class Autoencoder:
    """The two halves of a trained autoencoder.

    Parameters
    ----------
    digest : SHA-256 of its weights.
    encode : uint8 patches [N, 32, 32] to codes float32 [N, D].
    decode : codes [N, D] to the patches float32 [N, 32, 32] they stand for, 0..255.
    """

    digest: str
    encode: Callable[[Gray], Floats]
    decode: Callable[[Floats], Floats]


def load_autoencoder(folder: Path = AUTOENCODER_DIR) -> Autoencoder:
    """Load the autoencoder of `folder`.

    Raises WeightsMissing where it was never trained.
    """
    from core.models.runtime import load_part

    if not (folder / WEIGHTS_NAME).is_file():
        raise WeightsMissing(
            "There are no weights for the autoencoder of patches; train it with “python -m core "
            "train autoencoder --data FOLDER --out weights/autoencoder”."
        )
    encoder, decoder = (load_part(folder, part) for part in (ENCODER, DECODER))

    def encode(images: Gray) -> Floats:
        return in_batches(lambda part: encoder(network_patch(part)), images)

    def decode(codes: Floats) -> Floats:
        drawn = in_batches(decoder, codes.astype(np.float32))
        return drawn[..., 0] * np.float32(255)

    return Autoencoder(trusted_digest(folder), encode, decode)


def network_patch(images: Gray) -> Floats:
    """Bring patches [N, 32, 32] to what the network sees: float32 [N, 32, 32, 1] in 0..1."""
    return images[..., None].astype(np.float32) / np.float32(255)


def in_batches(network: Callable[..., Floats], given: NDArray[np.generic]) -> Floats:
    """Run `network` over `given` [N, …], so many at a time that memory stays small."""
    parts = [network(given[start : start + BATCH]) for start in range(0, len(given), BATCH)]
    # Nothing in, nothing out: but of the right shape.
    return np.concatenate(parts) if parts else network(given[:0])


def reconstruction_error(images: Gray, drawn: Floats) -> Floats:
    """Mean squared difference of patches and reconstructions [N, 32, 32], both as share of 255."""
    difference = (images.astype(np.float32) - drawn) / np.float32(255)
    error: Floats = np.square(difference).mean(axis=(1, 2))
    return error
