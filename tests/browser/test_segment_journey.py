"""The way of a visitor in a real browser, with the networks that are shipped."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser
# Of files, not of a folder, whose input stands there too.
SCAN_INPUT = "input[type=file]:not([webkitdirectory])"

APP = Path(__file__).parents[2] / "app.py"
SHAPE = (256, 256, 60)
# The first segmentation on a machine also converts the networks.
SEGMENTING, PATIENCE = 900_000, 60_000

Visit = Callable[..., Page]


@pytest.fixture
def visit(serve: Callable[[Path], str], open_page: Visit) -> Visit:
    """Open the first page and wait for its invitation."""

    def opened(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(action(page, "Open the demo case")).to_be_visible(timeout=PATIENCE)
        return page

    return opened


def action(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def metric(page: Page, name: str) -> Locator:
    card = page.get_by_test_id("stMetric").filter(has_text=name)
    return card.get_by_test_id("stMetricValue")


def axial_slice(page: Page) -> Locator:
    return slice_number(page, "axial")


def fits(page: Page) -> bool:
    script = "() => document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
    return bool(page.evaluate(script))


def picture(page: Page, path: Path) -> None:
    """Take a picture of the whole page, which Streamlit scrolls inside of itself."""
    size = page.viewport_size
    assert size is not None
    page.wait_for_timeout(800)
    main = "document.querySelector('[data-testid=stMain]').scrollHeight"
    page.set_viewport_size({"width": size["width"], "height": int(page.evaluate(main)) + 60})
    page.wait_for_timeout(800)
    page.screenshot(path=path)
    page.set_viewport_size(size)


def coronal_slice(page: Page) -> Locator:
    return slice_number(page, "coronal")


def slice_number(page: Page, plane: str) -> Locator:
    # While a page is drawn anew, the viewer of before may stand below the new one for a moment.
    return page.locator(f".pane[data-plane={plane}] [data-part=number]").first


def segment_demo(page: Page) -> None:
    action(page, "Open the demo case").click()
    expect(axial_slice(page)).to_have_text(f"31 / {SHAPE[2]}", timeout=PATIENCE)
    action(page, "Segment liver and tumors").click()
    expect(metric(page, "Liver volume")).to_be_visible(timeout=SEGMENTING)


def go_to(page: Page, name: str, title: str) -> None:
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=PATIENCE)


@pytest.mark.usefixtures("shipped_weights")
def test_demo_is_segmented_with_two_clicks_and_stays(visit: Visit, screenshots: Path) -> None:
    page = visit()
    expect(page.get_by_role("link", name="About")).to_have_count(1)
    picture(page, screenshots / "segment-1-empty.png")
    segment_demo(page)
    liver = metric(page, "Liver volume").inner_text()
    assert 800 < float(re.sub("[^0-9.]", "", liver)) < 3000
    assert int(metric(page, "Lesions").inner_text()) >= 1
    # The largest lesion is jumped to: away from the middle of the scan.
    expect(coronal_slice(page)).not_to_have_text(f"129 / {SHAPE[1]}", timeout=PATIENCE)
    expect(axial_slice(page)).not_to_have_text(f"31 / {SHAPE[2]}", timeout=PATIENCE)
    lesion = axial_slice(page).inner_text()
    picture(page, screenshots / "segment-2-result.png")

    page.locator("[data-strip]").click(position={"x": 20, "y": 20})
    expect(axial_slice(page)).not_to_have_text(lesion)
    page.get_by_test_id("stDataFrame").click(position={"x": 20, "y": 52})
    expect(axial_slice(page)).to_have_text(lesion, timeout=PATIENCE)

    go_to(page, "About", "About HepatoScope")
    go_to(page, "Segment", "Liver and tumors in a CT")
    expect(metric(page, "Liver volume")).to_have_text(liver, timeout=PATIENCE)
    expect(axial_slice(page)).to_have_text(lesion, timeout=PATIENCE)


@pytest.mark.usefixtures("shipped_weights")
@pytest.mark.parametrize(
    ("width", "height", "theme"), [(1366, 768, "light"), (390, 844, "dark")], ids=["wide", "phone"]
)
def test_the_picture_comes_first(
    visit: Visit, screenshots: Path, width: int, height: int, theme: str
) -> None:
    page = visit(width=width, height=height, theme=theme, touch=width < 500)
    segment_demo(page)
    box = page.locator(".pane[data-plane=axial] canvas").bounding_box()
    assert box is not None
    assert box["y"] + 200 < height, "most of the CT is in view right after segmenting"
    page.screenshot(path=screenshots / f"segment-first-{width}.png")
    assert fits(page)


@pytest.mark.usefixtures("shipped_weights")
def test_a_click_in_a_row_lights_the_lesion_up_and_lasts(visit: Visit, screenshots: Path) -> None:
    page = visit()
    segment_demo(page)
    expect(page.get_by_text("Lesion 1", exact=True)).to_be_visible(timeout=PATIENCE)
    # The number follows the picture, which may still be under way.
    expect(axial_slice(page)).not_to_have_text(f"31 / {SHAPE[2]}", timeout=PATIENCE)
    first = axial_slice(page).inner_text()
    page.get_by_test_id("stDataFrame").click(position={"x": 120, "y": 52 + 35})
    expect(page.get_by_text("Lesion 2", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(axial_slice(page)).not_to_have_text(first, timeout=PATIENCE)
    lesion = axial_slice(page).inner_text()
    page.get_by_role("tab", name="3D").click()
    expect(page.locator("#scene canvas, .js-plotly-plot canvas").first).to_be_visible(
        timeout=PATIENCE
    )
    picture(page, screenshots / "segment-picked.png")
    go_to(page, "About", "About HepatoScope")
    go_to(page, "Segment", "Liver and tumors in a CT")
    expect(axial_slice(page)).to_have_text(lesion, timeout=PATIENCE)
    expect(page.get_by_role("tab", name="3D")).to_have_attribute(
        "aria-selected", "true", timeout=PATIENCE
    )


@pytest.mark.usefixtures("shipped_weights")
def test_nothing_is_lost_by_a_reload_nor_between_two_visits(
    visit: Visit, screenshots: Path, tmp_path: Path
) -> None:
    page = visit()
    segment_demo(page)
    page.get_by_role("button", name="Not a lesion").click()
    expect(page.get_by_text("Rejected by you: 1")).to_be_visible(timeout=PATIENCE)
    lesions = metric(page, "Lesions").inner_text()
    page.reload()
    expect(metric(page, "Lesions")).to_have_text(lesions, timeout=PATIENCE)
    # Another tab is another visit.
    other = page.context.new_page()
    other.goto(page.url)
    expect(action(other, "Open the demo case")).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_test_id("stMetric")).to_have_count(0)

    page.get_by_role("tab", name="Download").click()
    picture(page, screenshots / "segment-download.png")
    with page.expect_download(timeout=PATIENCE) as waiting:
        action(page, "Session (one file)").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    later = visit(theme="dark")
    later.locator(SCAN_INPUT).first.set_input_files(path)
    expect(metric(later, "Lesions")).to_have_text(lesions, timeout=PATIENCE)
    expect(later.get_by_text("Rejected by you: 1")).to_be_visible(timeout=PATIENCE)


@pytest.mark.usefixtures("shipped_weights")
def test_labels_are_downloaded_on_the_grid_of_the_scan(
    visit: Visit, screenshots: Path, tmp_path: Path
) -> None:
    page = visit(width=390, theme="dark", touch=True)
    assert fits(page)
    segment_demo(page)
    assert fits(page)
    page.get_by_role("tab", name="Download").click()
    with page.expect_download(timeout=PATIENCE) as waiting:
        action(page, "Labels (NIfTI)").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    labels = np.asarray(nib.load(path).dataobj)
    assert path.name == "Demo-case-labels.nii.gz"
    assert labels.shape == SHAPE
    assert set(np.unique(labels)) == {0, 1, 2}
    picture(page, screenshots / "segment-3-narrow.png")


def test_broken_upload_is_told_and_the_case_stays(visit: Visit, tmp_path: Path) -> None:
    page = visit()
    action(page, "Open the demo case").click()
    expect(axial_slice(page)).to_be_visible(timeout=PATIENCE)
    text = tmp_path / "notes.nii.gz"
    text.write_text("This is no scan.\n" * 20)
    for _ in range(2):
        action(page, "Another scan").click()
        # A mask of one's own has an uploader too, in the page itself.
        page.get_by_test_id("stPopoverBody").locator(SCAN_INPUT).first.set_input_files(text)
        told = page.get_by_role("alert")
        expect(told).to_have_count(1, timeout=PATIENCE)
        expect(told).to_contain_text("“notes.nii.gz” is neither NIfTI, DICOM nor a zip")
        expect(axial_slice(page)).to_have_text(f"31 / {SHAPE[2]}")
        page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Demo case")).to_be_visible()
