"""A link leads to a page at a view, and never names a file."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[2] / "app.py"
PATIENCE = 60_000


@pytest.mark.parametrize(
    ("place", "view", "seen"),
    [
        ("metrics?metrics-view=Thresholds", "Thresholds", "Metrics"),
        ("embeddings?atlas-view=Side+by+side", "Side by side", "Embeddings"),
    ],
)
def test_a_link_opens_a_page_at_its_view(
    serve: Callable[[Path], str], open_page: Callable[..., Page], place: str, view: str, seen: str
) -> None:
    page = open_page(f"{serve(APP)}/{place}")
    expect(page.get_by_role("radio", name=view)).to_be_checked(timeout=PATIENCE)
    expect(page.get_by_role("link", name=seen).first).to_have_attribute("aria-current", "page")
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_address_names_the_view_that_is_chosen(
    serve: Callable[[Path], str], open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{serve(APP)}/metrics")
    page.get_by_text("Calibration", exact=True).first.click(timeout=PATIENCE)
    page.wait_for_url("**metrics-view=Calibration**", timeout=PATIENCE)
    assert parse_qs(urlsplit(page.url).query) == {"metrics-view": ["Calibration"]}
