"""Drawn atlases for the Embeddings page, and an encoder that needs no network."""

from pathlib import Path

import pytest

from core.models.store import WEIGHTS_NAME
from tests.core.atlas.drawn import AUTOENCODER, DIGEST, write_drawn


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put two atlases, one without images, into `folder` and let the page find them."""
    encoder = folder / "autoencoder"
    encoder.mkdir(parents=True)
    (encoder / WEIGHTS_NAME).touch()
    monkeypatch.setattr("core.atlas.atlas.ATLASES_DIR", folder / "atlas")
    monkeypatch.setattr("pages.embeddings.state.AUTOENCODER_DIR", encoder)
    monkeypatch.setattr("pages.embeddings.worth.AUTOENCODER_DIR", encoder)
    monkeypatch.setattr("pages.embeddings.state.weights_digest", lambda _: DIGEST)
    monkeypatch.setattr("pages.embeddings.state.load_autoencoder", lambda: AUTOENCODER)
    write_drawn(folder / "atlas" / "bare", images=False)
    write_drawn(folder / "atlas" / "whole", images=True)
    return folder / "atlas"
