"""A lesion is rejected in the viewer or in the report, and everything follows, in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

ANY_PAGE = Path(__file__).parent / "own_scan_app.py"
PATIENCE = 60_000

Serve = Callable[[Path], str]
Open = Callable[..., Page]


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).first


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (390, "dark")])
def test_lesion_at_the_crosshair_is_rejected_and_taken_back(
    serve: Serve, open_page: Open, screenshots: Path, width: int, theme: str
) -> None:
    page = open_page(f"{serve(ANY_PAGE)}/?page=segment&brighter=0", width=width, theme=theme)
    lesions = page.get_by_test_id("stMetric").filter(has_text="Lesions")
    expect(lesions).to_contain_text("1", timeout=PATIENCE)
    expect(button(page, "Not a lesion")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=screenshots / f"decide-{width}-{theme}.png", full_page=True)
    button(page, "Not a lesion").click()
    expect(page.get_by_text("No lesion is left.")).to_be_visible(timeout=PATIENCE)
    expect(lesions).to_contain_text("0")
    page.get_by_text("Rejected by you: 1").click()
    page.screenshot(path=screenshots / f"rejected-{width}-{theme}.png", full_page=True)
    button(page, "Take it back").click()
    expect(lesions).to_contain_text("1", timeout=PATIENCE)


def test_report_follows_what_is_rejected_in_it(
    serve: Serve, open_page: Open, screenshots: Path
) -> None:
    page = open_page(f"{serve(ANY_PAGE)}/?page=report&brighter=0")
    expect(page.locator(".sentence").filter(has_text="Lesion 1 measures")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_text("Reject or confirm lesions").click()
    button(page, "Not a lesion").click()
    told = page.locator(".sentence").filter(has_text="The reader rejected what the networks")
    expect(told).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".sentence").filter(has_text="Lesion 1 measures")).to_have_count(0)
    page.screenshot(path=screenshots / "report-rejected.png", full_page=True)
