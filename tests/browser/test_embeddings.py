"""The patch atlas in a real browser: drawn around, clicked, hovered, colored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "embeddings_app.py"
PATIENCE = 60_000
SKETCH = "canvas[data-sketch]"


@pytest.fixture
def atlas(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open the page and wait until its map is painted and has pictures."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(page.locator(".patch-map[data-painted]").first).to_be_visible(timeout=PATIENCE)
        page.wait_for_function("() => globalThis.hepatoscopePictures?.size", timeout=PATIENCE)
        page.wait_for_timeout(800)
        return page

    return opened


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place of the map, from its upper left (0, 0) to its lower right (1, 1)."""
    page.locator(SKETCH).first.scroll_into_view_if_needed()
    box = page.locator(SKETCH).first.bounding_box()
    assert box
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def draw_around(page: Page, *corners: tuple[float, float]) -> None:
    first, *others = [at(page, *corner) for corner in corners]
    page.mouse.move(*first)
    page.mouse.down()
    for corner in others:
        page.mouse.move(*corner, steps=5)
    page.mouse.up()


LEFT_HALF = ((0.02, 0.02), (0.5, 0.02), (0.5, 0.98), (0.02, 0.98))


def middle_of_the_left_group(page: Page) -> tuple[float, float]:
    """Where points are thick: the map keeps its proportions, its height is the smaller side."""
    box = page.locator(SKETCH).first.bounding_box()
    assert box
    return 0.5 - 0.37 * min(box["width"], box["height"]) / box["width"], 0.5


def test_lasso_fills_the_gallery_and_another_changes_it(
    atlas: Callable[..., Page], screenshots: Path
) -> None:
    page = atlas()
    main = page.get_by_test_id("stMain")
    expect(main).to_contain_text("Drag around some points", timeout=PATIENCE)
    draw_around(page, *LEFT_HALF)
    expect(main).to_contain_text("80 of 240 patches", timeout=PATIENCE)
    gallery = main.get_by_test_id("stImage").first.locator("img")
    before = gallery.get_attribute("src")
    page.screenshot(path=screenshots / "embeddings-lasso.png")
    draw_around(page, (0.5, 0.02), (0.98, 0.02), (0.98, 0.98), (0.5, 0.98))
    expect(main).to_contain_text("160 of 240 patches", timeout=PATIENCE)
    page.wait_for_timeout(500)
    assert gallery.get_attribute("src") != before
    page.get_by_role("button", name="Clear choice").click()
    expect(main).to_contain_text("Drag around some points", timeout=PATIENCE)


def test_box_chooses_too(atlas: Callable[..., Page]) -> None:
    page = atlas()
    page.get_by_text("Box", exact=True).click()
    draw_around(page, (0.02, 0.02), (0.5, 0.98))
    expect(page.get_by_test_id("stMain")).to_contain_text("80 of 240 patches", timeout=PATIENCE)


def test_click_finds_neighbours_and_a_second_one_the_way_between(
    atlas: Callable[..., Page], screenshots: Path
) -> None:
    page = atlas()
    main = page.get_by_test_id("stMain")
    across, down = middle_of_the_left_group(page)
    page.mouse.click(*at(page, across, down))
    expect(main).to_contain_text("Most like it", timeout=PATIENCE)
    expect(main).to_contain_text("Nearest 12 codes")
    page.wait_for_timeout(600)
    page.mouse.click(*at(page, 1 - across, down))
    expect(main).to_contain_text("The way here from the patch before", timeout=PATIENCE)
    page.wait_for_timeout(600)
    page.screenshot(path=screenshots / "embeddings-click.png")


def test_pointer_shows_the_patch_below_it(atlas: Callable[..., Page]) -> None:
    page = atlas()
    page.mouse.move(*at(page, *middle_of_the_left_group(page)))
    tip = page.locator("[data-tip]").first
    expect(tip).to_contain_text("Tumor fraction: 0.8", timeout=PATIENCE)
    expect(tip).to_contain_text("volume-")
    expect(tip.locator("canvas")).to_be_visible()


def test_color_changes_without_a_new_layout(atlas: Callable[..., Page]) -> None:
    page = atlas()
    page.get_by_role("combobox", name="Color").click()
    page.get_by_role("option", name="Patient", exact=True).click()
    expect(page.locator("[data-legend]").first).to_contain_text("patient-4", timeout=PATIENCE)


def test_choice_on_one_map_is_marked_on_the_other(
    atlas: Callable[..., Page], screenshots: Path
) -> None:
    page = atlas()
    page.get_by_role("radio", name="Side by side").click()
    expect(page.locator(".patch-map[data-painted]")).to_have_count(2, timeout=PATIENCE)
    page.wait_for_timeout(800)
    draw_around(page, *LEFT_HALF)
    expect(page.get_by_test_id("stMain")).to_contain_text("80 chosen", timeout=PATIENCE)
    for number in range(2):
        expect(page.locator("[data-clear]").nth(number)).to_be_enabled(timeout=PATIENCE)
    page.screenshot(path=screenshots / "embeddings-side-by-side.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_page_does_not_scroll_sideways(
    atlas: Callable[..., Page], screenshots: Path, theme: str
) -> None:
    page = atlas(width=390, theme=theme, touch=True)
    page.screenshot(path=screenshots / f"embeddings-narrow-{theme}.png")
    script = "() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
    assert page.evaluate(script)
