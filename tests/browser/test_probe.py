"""The probe and the stress lab in a real browser: clicked, slid, on a telephone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "probe_app.py"
PATIENCE = 60_000


@pytest.fixture
def probe(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Callable[..., Page]:
    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("Called tumor (mL)")).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(500)
        return page

    return opened


def click_on_slice(page: Page, across: float, down: float) -> None:
    """Click a place of the picture, from its upper left (0, 0) to its lower right (1, 1)."""
    picture = page.locator(".js-plotly-plot .imagelayer image").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def test_click_puts_the_lesion_there_and_one_outside_the_liver_is_told(
    probe: Callable[..., Page], screenshots: Path
) -> None:
    page = probe()
    main = page.get_by_test_id("stMain")
    where = main.get_by_text("now at voxel")
    before = where.inner_text()
    click_on_slice(page, 0.6, 0.75)
    expect(where).not_to_have_text(before, timeout=PATIENCE)
    moved = where.inner_text()
    page.wait_for_timeout(500)
    click_on_slice(page, 0.03, 0.03)
    expect(main).to_contain_text("where the tumor network never looks", timeout=PATIENCE)
    expect(where).to_have_text(moved)
    page.screenshot(path=screenshots / "probe.png", full_page=True)


def test_click_on_a_tumor_paints_it_away(probe: Callable[..., Page]) -> None:
    page = probe()
    page.get_by_text("Paint a lesion away").click()
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("a lesion to paint away", timeout=PATIENCE)
    expect(main).to_contain_text("With liver in its place", timeout=PATIENCE)
    page.wait_for_timeout(500)
    click_on_slice(page, 0.03, 0.03)
    expect(main).to_contain_text("No tumor is called at this place", timeout=PATIENCE)


def test_probe_and_stress_lab_fit_a_telephone(
    probe: Callable[..., Page], screenshots: Path
) -> None:
    page = probe(width=390, height=844, theme="dark")
    page.screenshot(path=screenshots / "probe-390-dark.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Stress lab").first.click()
    expect(page.get_by_text("Liver agreement")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=screenshots / "stress-390-dark.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
