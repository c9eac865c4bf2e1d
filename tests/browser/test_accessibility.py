"""No page has a serious barrier for who sees little or nothing: axe-core, in both themes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[2] / "app.py"
# The first segmentation on a machine also converts the networks.
SEGMENTING, PATIENCE = 900_000, 60_000
PAGES = ("Pipeline", "Explain", "Teach", "Report", "Cohort", "Metrics", "Embeddings", "About")
TABS = ("Steps", "3D", "Doubt", "Other networks", "Download", "Where it came from")
# Of WCAG 2.1, A and AA, and what the makers of axe-core take for good practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Of a theme only its colors are its own.
RULES = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
# Charts are pictures, told by the text beside them; their marks are not read one by one.
CHARTS = {"exclude": [[".main-svg"]]}


def barriers(page: Page, theme: str) -> Iterator[str]:
    """Name what axe-core finds serious or critical on the page as it stands."""
    found = Axe().run(page, context=CHARTS, options={"runOnly": RULES[theme]})
    for violation in found.response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            for node in violation["nodes"]:
                yield f"{violation['id']}: {node['html'][:160]}"


def settled(page: Page) -> Page:
    page.wait_for_timeout(1000)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    page.wait_for_timeout(400)
    return page


def views(page: Page) -> list[str]:
    choice = page.get_by_test_id("stButtonGroup").first
    return [str(one.inner_text()) for one in choice.get_by_role("radio").all()] or [
        str(one.inner_text()) for one in choice.locator("button").all()
    ]


Look = Callable[[str], None]


@pytest.fixture
def looked(
    serve: Callable[[Path], str], open_page: Callable[..., Page]
) -> Callable[..., tuple[Page, Look, dict[str, list[str]]]]:
    """Open the app with the demo case segmented, and look at it on the way."""

    def opened(*, full: bool = False, **options: Any) -> tuple[Page, Look, dict[str, list[str]]]:
        page = open_page(serve(APP), **options)
        found: dict[str, list[str]] = {}

        rules = "light" if full else options.get("theme", "light")

        def look(where: str) -> None:
            if nodes := list(barriers(settled(page), rules)):
                found[where] = nodes

        demo = page.get_by_role("button", name="Open the demo case")
        expect(demo).to_be_visible(timeout=PATIENCE)
        look("empty")
        demo.click()
        look("opened")
        page.get_by_role("button", name="Segment liver and tumors").click()
        expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=SEGMENTING)
        look("segmented")
        return page, look, found

    return opened


@pytest.mark.usefixtures("shipped_weights")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_or_view_has_a_serious_barrier(
    looked: Callable[..., tuple[Page, Look, dict[str, list[str]]]], theme: str
) -> None:
    page, look, found = looked(theme=theme)
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        look(f"Segment, {tab}")
    for name in PAGES:
        page.get_by_role("link", name=name).click()
        look(name)
        if name in ("Explain", "Metrics", "Embeddings"):
            for view in views(page)[1:]:
                page.get_by_test_id("stButtonGroup").first.get_by_text(view, exact=True).click()
                look(f"{name}, {view}")
    page.get_by_role("link", name="Report").click()
    page.get_by_text("Edit", exact=True).click()
    look("Report, edited")
    assert not found


@pytest.mark.usefixtures("shipped_weights")
def test_a_phone_has_none_either_and_its_menu_folds_after_a_choice(
    looked: Callable[..., tuple[Page, Look, dict[str, list[str]]]],
) -> None:
    page, look, found = looked(full=True, width=390, theme="dark", touch=True)
    for name in ("Pipeline", "Report"):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
        expect(page.get_by_test_id("stSidebar")).to_have_attribute(
            "data-collapsed", "true", timeout=PATIENCE
        )
        look(name)
    assert not found
