"""Two visitors bring two scans of one name: each sees their own."""

import hashlib
import io
import re
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
ANY_PAGE = Path(__file__).parent / "own_scan_app.py"
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


def seen(page: Page) -> tuple[set[str], str]:
    """What a page shows of a scan: pictures, and a density that a viewer or a report tells."""
    density = page.locator("[data-read=crosshair] [data-field=hu]").or_(
        page.get_by_role("button", name=re.compile("mean density of"))
    )
    pictures = page.get_by_test_id("stImage").locator("img")
    expect(pictures.or_(density).first).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1500)
    if density.count():
        expect(density.first).to_contain_text("HU", timeout=PATIENCE)
    sources = [one.evaluate("(image) => image.src") for one in pictures.all()]
    bodies = [page.request.get(source).body() for source in sources if source.startswith("http")]
    read = density.first.inner_text() if density.count() else ""
    return {hashlib.sha256(body).hexdigest() for body in bodies}, read


@pytest.mark.parametrize("name", ["segment", "pipeline", "explain", "report"])
def test_every_page_shows_each_visitor_the_own_scan(
    serve: Callable[[Path], str], open_page: Callable[..., Page], name: str
) -> None:
    # The first comes back after the second: what the server keeps must not be the other's.
    first, second, again = (
        seen(open_page(f"{serve(ANY_PAGE)}/?brighter={brighter}&page={name}"))
        for brighter in (*VISITORS, VISITORS[0])
    )
    assert first == again
    assert first[0] or first[1]
    assert not first[0] & second[0]
    if first[1]:
        assert first[1] != second[1]
