"""The Explain page in a real browser: explained, tested, and every view of it on all screens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_segment_journey import action, fits

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "explain_app.py"
PATIENCE = 60_000
VIEWS = {
    "Probe": "Called tumor (mL)",
    "Stress lab": "Liver agreement",
    "SAM": "Segment Anything",
    "How far to trust it": "put to the same tests",
}

FOUR_PICTURES = """() => {
    const pictures = [...document.querySelectorAll("[data-testid=stImage] img")];
    return pictures.length === 4 && pictures.every(one => one.complete && one.naturalWidth > 0);
}"""

Open = Callable[..., Page]


@pytest.fixture
def explain(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Open:
    """Open the page and wait until it can explain."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(action(page, "Explain and test")).to_be_enabled(timeout=PATIENCE)
        return page

    return opened


def settled(page: Page) -> None:
    """Wait until the page is drawn to its end."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_explanation_is_tested_and_every_view_fits(
    explain: Open, screenshots: Path, width: int, theme: str
) -> None:
    page = explain(width=width, theme=theme, touch=width < 500)
    action(page, "Explain and test").click()
    expect(page.get_by_text("Put to the test")).to_be_visible(timeout=PATIENCE)
    settled(page)
    page.wait_for_function(FOUR_PICTURES, timeout=PATIENCE)
    assert fits(page)
    page.screenshot(path=screenshots / f"explain-attribution-{width}-{theme}.png")
    for view, sign in VIEWS.items():
        page.get_by_role("radio", name=view).or_(action(page, view)).first.click()
        expect(page.get_by_text(sign).first).to_be_visible(timeout=PATIENCE)
        settled(page)
        assert fits(page), view
        name = f"explain-{view.split()[0].lower()}-{width}-{theme}.png"
        page.screenshot(path=screenshots / name)


def test_record_of_an_explanation_is_taken_home(explain: Open, tmp_path: Path) -> None:
    page = explain()
    page.get_by_role("button", name="troubleshoot Explain", exact=True).or_(
        page.get_by_role("button", name="Explain", exact=True)
    ).click()
    expect(action(page, "Record (JSON)")).to_be_visible(timeout=PATIENCE)
    settled(page)
    with page.expect_download(timeout=PATIENCE) as waiting:
        action(page, "Record (JSON)").click()
    path = tmp_path / "record.json"
    waiting.value.save_as(path)
    record = json.loads(path.read_text())
    assert record["method"]["name"] == "shap"
    assert record["shares_of_attribution"]["tumor_as_called"] > 0.5
