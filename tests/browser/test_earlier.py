"""Two studies compared in a browser: at once where both are open, and never across patients."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "earlier_app.py"
PATIENCE, TRIES = 60_000, 5

Serve = Callable[[Path], str]
Open = Callable[..., Page]


def compared(page: Page) -> Page:
    """Choose the other study that is open as the earlier one."""
    expect(page.locator("[data-name=composite] img")).to_be_visible(timeout=PATIENCE)
    settled(page).get_by_text("Compare with an earlier study").click()
    option = page.get_by_role("option", name="Open here: earlier.nii.gz")
    chosen = page.get_by_test_id("stSelectbox").filter(has_text="Earlier study").locator("input")
    for _ in range(TRIES):
        settled(page)
        chosen.click()
        try:
            option.click(timeout=5000)
        except TimeoutError:
            # The list closes where the page is drawn anew just then.
            page.keyboard.press("Escape")
        else:
            break
    return page


def settled(page: Page) -> Page:
    """Wait until nothing is drawn anew: a click is lost then."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    return page


def sentence(page: Page, start: str) -> Locator:
    return page.locator(".sentence").filter(has_text=start).first


def test_an_open_study_is_compared_without_segmenting_it_again(
    serve: Serve, open_page: Open, screenshots: Path
) -> None:
    page = compared(open_page(f"{serve(APP)}/?patients=one"))
    expect(sentence(page, "The earlier study is “earlier.nii.gz”.")).to_be_visible(timeout=PATIENCE)
    expect(sentence(page, "Lesion 1 is larger than before")).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    expect(page.get_by_text("behind the work of other visitors")).to_have_count(0)
    page.screenshot(path=screenshots / "report-compared.png", full_page=True)


def test_a_liver_of_another_patient_stops_the_comparison(
    serve: Serve, open_page: Open, screenshots: Path
) -> None:
    page = compared(open_page(f"{serve(APP)}/?patients=two", theme="dark"))
    insist = page.get_by_text("Both scans are of one patient: compare them")
    expect(insist).to_be_visible(timeout=PATIENCE)
    expect(sentence(page, "No earlier study was given.")).to_be_visible()
    expect(page.get_by_text("Compared with", exact=False)).to_have_count(0)
    page.screenshot(path=screenshots / "report-stopped.png", full_page=True)
    insist.click()
    expect(page.get_by_text("You insisted: no sum of diameters is made")).to_be_visible(
        timeout=PATIENCE
    )
    expect(sentence(page, "The earlier study is “earlier.nii.gz”.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".sentence").filter(has_text="RECIST")).to_have_count(0)
