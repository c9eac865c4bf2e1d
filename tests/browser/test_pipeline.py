"""The walk through the pipeline in a real browser: step by step, on all screens, moved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from pages.pipeline.stops import STOPS

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "pipeline_app.py"
PATIENCE = 60_000
# Stages of which the pictures are kept.
KEPT = ("window", "network", "labels", "surface")

Open = Callable[..., Page]


@pytest.fixture
def pipeline(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Open:
    """Open the page and wait for its strip of stages."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(tile(page, "file").locator("img")).to_be_visible(timeout=PATIENCE)
        return page

    return opened


def tile(page: Page, name: str) -> Locator:
    return page.locator(f"button[data-tile='{name}']")


def on_stage(page: Page, number: int) -> None:
    title = f"{number} · {STOPS[number - 1].title}"
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )


def fits(page: Page) -> bool:
    script = "() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
    return bool(page.evaluate(script))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_walk_leads_through_all_stages(
    pipeline: Open, screenshots: Path, width: int, theme: str
) -> None:
    page = pipeline(width=width, theme=theme, touch=width < 500)
    for number, stop in enumerate(STOPS, 1):
        on_stage(page, number)
        expect(tile(page, stop.name)).to_have_attribute("aria-current", "step")
        expect(tile(page, stop.name)).to_be_in_viewport()
        expect(page.get_by_test_id("stCode").last).to_contain_text("def ")
        assert fits(page), stop.title
        if stop.name in KEPT:
            page.screenshot(path=screenshots / f"pipeline-{stop.name}-{width}-{theme}.png")
        if number < len(STOPS):
            page.get_by_role("button", name=f"Next: {STOPS[number].title}").first.click()
    expect(page.get_by_text("Liver volume")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_stages_and_channels_are_chosen_by_their_pictures(
    pipeline: Open, screenshots: Path, width: int, theme: str
) -> None:
    page = pipeline(width=width, theme=theme, touch=width < 500)
    tile(page, "features").click()
    on_stage(page, 7)
    tile(page, "top_activation").click()
    expect(page.get_by_role("cell", name="4 × 4 × 1280")).to_be_visible(timeout=PATIENCE)
    # The brightest of channels that see the same has the highest number.
    expect(page.locator(".sheet b").first).to_have_text("1280")
    channel = page.locator(".sheet button").nth(5)
    name = channel.locator("b").inner_text()
    channel.click()
    expect(page.get_by_text(f"Channel {name}: highest answer")).to_be_visible(timeout=PATIENCE)
    assert fits(page)
    page.screenshot(path=screenshots / f"pipeline-channels-{width}-{theme}.png")


def test_moved_window_is_seen_at_once_in_all_later_stages(pipeline: Open) -> None:
    page = pipeline()
    before = {
        stop.name: tile(page, stop.name).locator("img").get_attribute("src") for stop in STOPS
    }
    tile(page, "window").click()
    on_stage(page, 3)
    page.get_by_role("button", name="Bone").click()
    expect(page.get_by_text("Moved here:")).to_be_visible(timeout=PATIENCE)
    for name in ("window", "network", "liver", "labels"):
        expect(tile(page, name).locator("img")).not_to_have_attribute("src", before[name] or "")
    expect(tile(page, "hounsfield").locator("img")).to_have_attribute(
        "src", before["hounsfield"] or ""
    )
    page.get_by_role("button", name="Put back").click()
    expect(tile(page, "liver").locator("img")).to_have_attribute("src", before["liver"] or "")
