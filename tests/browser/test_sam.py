"""SAM in a real browser: pointed at with clicks and a box, asked, and answered."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_segment_journey import action, fits, picture

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "sam_app.py"
PATIENCE = 60_000


def test_slice_is_pointed_at_and_sam_answers(
    serve: Callable[[Path], str], open_page: Callable[..., Page], screenshots: Path
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: no SAM here")
    page = open_page(serve(APP))
    page.get_by_role("radio", name="Prompts").click(timeout=PATIENCE)
    pointing = page.locator(".prompt-slice")
    canvas = pointing.locator("canvas")
    expect(canvas).to_be_visible(timeout=PATIENCE)
    expect(action(page, "Ask SAM")).to_be_disabled()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box

    def at(across: float, down: float) -> tuple[float, float]:
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    page.mouse.click(*at(0.3, 0.4))
    expect(pointing).to_have_attribute("data-points", "1", timeout=PATIENCE)
    page.mouse.click(*at(0.8, 0.6), button="right")
    expect(page.get_by_text("1 point(s) in it, 1 beside it")).to_be_visible(timeout=PATIENCE)
    page.mouse.move(*at(0.2, 0.3))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.6), steps=4)
    page.mouse.up()
    expect(pointing).to_have_attribute("data-box", "yes", timeout=PATIENCE)
    action(page, "Ask SAM").click()
    expect(page.get_by_text("What SAM answered")).to_be_visible(timeout=PATIENCE)
    assert fits(page)
    picture(page, screenshots / "sam-prompt.png")
    pointing.get_by_role("button", name="Undo").click()
    expect(pointing).to_have_attribute("data-box", "no", timeout=PATIENCE)
    expect(page.get_by_text("what is chosen above was not asked yet")).to_be_visible()
    pointing.get_by_role("button", name="Clear").click()
    expect(pointing).to_have_attribute("data-points", "0", timeout=PATIENCE)
