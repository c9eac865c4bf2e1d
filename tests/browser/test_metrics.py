"""The Metrics page in a real browser: a chart opaque to Streamlit's own tests is clicked on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "metrics_app.py"
PATIENCE = 60_000
# Where on the screen the first point of the first run lies; its outline is drawn before it.
FIRST_POINT = """() => {
    const chart = document.querySelector('.js-plotly-plot');
    const points = chart?._fullData?.find(trace => trace.type === 'scattergl');
    const layout = chart?._fullLayout;
    if (!points || !layout?._size) return null;
    const box = chart.getBoundingClientRect();
    return [
        box.left + layout._size.l + layout.xaxis.d2p(points.x[0]),
        box.top + layout._size.t + layout.yaxis.d2p(points.y[0]),
    ];
}"""


@pytest.fixture
def metrics(serve: Callable[[Path], str], open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open the page and wait for its headline."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=PATIENCE)
        return page

    return opened


def click_first_point(page: Page) -> None:
    page.wait_for_function(FIRST_POINT, timeout=PATIENCE)
    # The chart settles into the width of its column.
    page.wait_for_timeout(1500)
    x, y = page.evaluate(FIRST_POINT)
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.mouse.click(x, y)


def test_clicked_point_shows_its_record(metrics: Callable[..., Page], screenshots: Path) -> None:
    page = metrics()
    page.get_by_role("radio", name="Cases and slices").click()
    click_first_point(page)
    record = page.get_by_role("dialog")
    expect(record).to_contain_text("volume-0 of drawn", timeout=PATIENCE)
    expect(record).to_contain_text("patient drawn/volume-0")
    expect(record.get_by_test_id("stMetric")).to_have_count(4)
    expect(record).to_contain_text("Lesions of the case")
    page.wait_for_timeout(800)
    page.screenshot(path=screenshots / "metrics-record.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_page_does_not_scroll_sideways(
    metrics: Callable[..., Page], screenshots: Path, theme: str
) -> None:
    page = metrics(width=390, theme=theme, touch=True)
    page.screenshot(path=screenshots / f"metrics-narrow-{theme}.png")
    script = "() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
    assert page.evaluate(script)
