"""Two visitors bring two scans of one name: each sees their own."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.geometry.windows import LIVER_WINDOW, apply_window
from tests import scene

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "own_case_app.py"
PATIENCE = 60_000
# How much brighter the scan of a visitor is, in HU.
VISITORS = (0, 20)
TOKENS = "() => [...globalThis.hepatoscopePictures.keys()]"


def test_two_scans_of_one_name_are_each_shown_to_their_owner(
    serve: Callable[[Path], str], open_page: Callable[..., Page]
) -> None:
    tokens = []
    for brighter in VISITORS:
        page = open_page(f"{serve(APP)}/?brighter={brighter}")
        page.wait_for_function("() => globalThis.hepatoscopePictures?.size", timeout=PATIENCE)
        picture = page.get_by_role("img", name="The slice").or_(
            page.get_by_test_id("stImage").filter(has_text="The slice").locator("img")
        )
        expect(picture.first).to_be_visible(timeout=PATIENCE)
        source = picture.first.evaluate("(image) => image.src")
        shown = np.asarray(Image.open(io.BytesIO(page.request.get(source).body())).convert("L"))
        liver = int(apply_window(np.array(scene.LIVER + brighter), LIVER_WINDOW))
        assert np.count_nonzero(shown == liver) > 1000
        tokens += page.evaluate(TOKENS)
    assert len(set(tokens)) == len(VISITORS)
