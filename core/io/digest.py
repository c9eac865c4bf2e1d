"""The SHA-256 that stands for a scan in every cache and report."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CHUNK_BYTES = 2**20


def sha256_of(paths: Iterable[Path]) -> str:
    """Hash the bytes of the files at `paths`, one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
