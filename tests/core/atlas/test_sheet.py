"""A sheet of patches."""

import io

import numpy as np
import pytest
from PIL import Image

from core.atlas.sheet import CAPTION, GAP, patch_sheet


def test_patches_stand_in_rows_pixel_by_pixel() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32), np.uint8)
    sheet = np.asarray(Image.open(io.BytesIO(patch_sheet(images, list("abcde"), 3, scale=2))))
    assert sheet.shape == (GAP + 2 * (64 + CAPTION + GAP), GAP + 3 * (64 + GAP))
    left, top = GAP + 64 + GAP, GAP + 64 + CAPTION + GAP
    np.testing.assert_array_equal(sheet[top : top + 64 : 2, left : left + 64 : 2], images[4])


def test_every_patch_has_a_caption() -> None:
    with pytest.raises(ValueError, match="zip"):
        patch_sheet(np.zeros((2, 32, 32), np.uint8), ["one"])
