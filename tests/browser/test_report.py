"""The Report page in a real browser: pointed at, opened, written over, taken home."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "report_app.py"
PATIENCE = 60_000

Open = Callable[..., Page]


@pytest.fixture
def report(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Open:
    """Open the page and wait for its text and pictures."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(sentence(page, "Lesion 1 measures")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("[data-name=composite] img")).to_be_visible(timeout=PATIENCE)
        return page

    return opened


def sentence(page: Page, start: str) -> Locator:
    return page.locator(".sentence").filter(has_text=start).first


def fits(page: Page) -> bool:
    script = "() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
    return bool(page.evaluate(script))


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_sentence_leads_to_its_lesion_its_facts_and_its_slice(
    report: Open, screenshots: Path, width: int, theme: str
) -> None:
    page = report(width=width, theme=theme, touch=width < 500)
    size = sentence(page, "Lesion 1 measures")
    size.focus()
    framed = page.locator("[data-name=composite] .place.found")
    expect(framed).to_have_count(1)
    size.press("Enter")
    because = page.locator(".because")
    expect(because).to_contain_text("lesion.1.longest_diameter")
    expect(page.locator("[data-name=slice] img")).to_be_visible(timeout=PATIENCE)
    expect(because.locator("[data-name=slice]")).to_have_count(1 if width < 500 else 0)
    assert fits(page)
    page.screenshot(path=screenshots / f"report-{width}-{theme}.png", full_page=True)
    size.press("Enter")
    expect(because).to_have_count(0)


def test_nothing_hangs_on_a_sentence_that_stays_out(report: Open, screenshots: Path) -> None:
    page = report(width=1440)
    page.get_by_text("Edit", exact=True).click()
    text = page.get_by_label("Findings: lesions")
    expect(text).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    ours = text.input_value()
    size = next(
        part for part in re.split(r"(?<=\.) ", ours) if part.startswith("Lesion 1 measures")
    )
    text.fill(ours.replace(size, "Lesion 1 measures 90 mm."))
    text.press("Control+Enter")
    expect(page.get_by_text("Not in the text that you sign:")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Read", exact=True).click()
    expect(sentence(page, "Lesion 1 lies in the")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".sentence").filter(has_text=re.compile("^It lies"))).to_have_count(0)
    page.screenshot(path=screenshots / "report-hanging.png", full_page=True)


def test_falsehood_is_told_while_it_is_written_and_stays_out_of_the_file(
    report: Open, screenshots: Path
) -> None:
    page = report(width=1440, theme="dark")
    page.get_by_text("Edit", exact=True).click()
    text = page.get_by_label("Impression")
    expect(text).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    text.fill("There is 1 lesion. Lesion 1 measures 90 mm.")
    text.press("Control+Enter")
    expect(page.get_by_text("contradicted: it stays out.")).to_be_visible(timeout=PATIENCE)
    assert fits(page)
    page.screenshot(path=screenshots / "report-edit.png", full_page=True)
    # A click is lost where the page is being drawn anew.
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    with page.expect_download(timeout=PATIENCE) as taken:
        page.get_by_role("button", name="Markdown").click()
    written = Path(taken.value.path()).read_text()
    assert taken.value.suggested_filename == "scene-report.md"
    assert re.search(r"## Impression\s+There is 1 lesion\.\n", written)
