"""A tiny SAM, saved and loaded once."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.foundation.sam.checkpoint import open_folder
from core.foundation.sam.model import EncodedSlice, Sam, encode, load_sam
from tests.tiny_sam import save_tiny_sam


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_sam(tmp_path_factory.mktemp("sam") / "tiny-sam")


@pytest.fixture(scope="session")
def tiny_sam(tiny_folder: Path) -> Sam:
    return load_sam(open_folder(tiny_folder))


@pytest.fixture(scope="session")
def gray() -> NDArray[np.uint8]:
    """A slice wider than high, with a bright block on noise."""
    slice_ = np.random.default_rng(0).integers(60, 90, (45, 72)).astype(np.uint8)
    slice_[20:40, 10:50] = 220
    return slice_


@pytest.fixture(scope="session")
def seen(tiny_sam: Sam, gray: NDArray[np.uint8]) -> EncodedSlice:
    return encode(tiny_sam, gray, (1.0, 1.0))
