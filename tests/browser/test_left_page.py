"""A page that is left while it still asks how its work is does not take the next page's place."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("left_app.py")


def test_next_page_stays(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(APP))
    for _ in range(4):
        expect(page.get_by_text("at work")).to_be_visible(timeout=30_000)
        page.get_by_role("link", name="slow").click()
        expect(page.get_by_role("heading", name="Slow")).to_be_visible(timeout=10_000)
        page.wait_for_timeout(1_000)
        expect(page.get_by_role("heading", name="Slow")).to_be_visible()
        assert page.url.endswith("/slow")
        page.get_by_role("link", name="asking").click()
