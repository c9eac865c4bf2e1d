"""The first visitor of a fresh server may come by the address of any page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[2] / "app.py"
PATIENCE = 60_000


def test_address_of_a_page_leads_to_it_with_the_one_menu(
    serve: Callable[[Path], str], open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{serve(APP)}/metrics")
    expect(page.get_by_role("heading", name="Metrics")).to_be_visible(timeout=PATIENCE)
    pages = sorted((APP.parent / "pages").glob("*/page.py"))
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(len(pages), timeout=PATIENCE)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    assert page.url.endswith("/metrics")


def test_link_of_a_help_text_leads_to_its_term(
    serve: Callable[[Path], str], open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{serve(APP)}/about#surface-distances")
    term = page.get_by_role("heading", name="Surface distances", exact=True)
    expect(term).to_be_in_viewport(timeout=PATIENCE)
