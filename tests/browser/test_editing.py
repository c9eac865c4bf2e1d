"""Labels put right by hand in a browser: brush, box, click, undo; everything follows."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Download, Locator, Page, expect

from core.cascade.segmentation import segment
from core.editing.apply import replay
from core.editing.file import edits_from_json
from core.presets import PAPER
from tests import scene
from tests.on_screen import Planes

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("editing_app.py")
PATIENCE = 60_000
Serve = Callable[[Path], str]
Open = Callable[..., Page]
Labels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def found() -> Labels:
    return segment(scene.scan(), PAPER, networks=scene.fake_networks()).labels


@pytest.fixture(scope="module")
def lesion(found: Labels) -> tuple[int, int, int]:
    """The middle of the lesion that was found."""
    x, y, z = np.argwhere(found == 2).mean(axis=0).round().astype(int).tolist()
    return x, y, z


@pytest.fixture(scope="module")
def missed(found: Labels, lesion: tuple[int, int, int]) -> tuple[int, int, int]:
    """A place in the liver, on the lesion's slice and away from it."""
    z = lesion[2]
    places = np.argwhere(found[..., z] == 1)
    away = np.abs(places - lesion[:2]).sum(axis=1)
    rim = np.abs(places - places.mean(axis=0)).sum(axis=1)
    x, y = places[np.argmax(away - 2 * np.maximum(rim - 8, 0))].tolist()
    return x, y, z


def lesions(page: Page) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text="Lesions")


def use(page: Page, tool: str) -> None:
    page.locator("[data-editbar] label").filter(has_text=tool).first.click()


def ready(page: Page) -> Planes:
    planes = Planes(page, scene.SHAPE, scene.SPACING)
    planes.wait()
    page.get_by_test_id("stCheckbox").filter(has_text="Correct by hand").locator(
        "label"
    ).first.click()
    expect(page.locator("[data-editbar]")).to_be_visible(timeout=PATIENCE)
    return planes


def settled(page: Page) -> None:
    """Until Python has made all that was drawn."""
    expect(page.locator("[data-edit=waiting]")).to_be_hidden(timeout=PATIENCE)


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def taken(page: Page, name: str) -> bytes:
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.get_by_role("button", name=name).first.click()
    return content(waiting.value)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark")])
def test_lesion_is_removed_another_brushed_and_all_of_it_undone_and_replayed(
    serve: Serve,
    open_page: Open,
    screenshots: Path,
    found: Labels,
    lesion: tuple[int, int, int],
    missed: tuple[int, int, int],
    width: int,
    theme: str,
) -> None:
    page = open_page(serve(APP), width=width, theme=theme)
    planes = ready(page)
    expect(lesions(page)).to_contain_text("1")
    page.get_by_label("Your name").fill("A. Reader")
    page.get_by_label("Your name").press("Enter")
    page.locator("[data-edit=act]").select_option("delete")
    planes.click("axial", lesion)
    expect(lesions(page)).to_contain_text("0", timeout=PATIENCE)
    use(page, "Brush")
    page.locator("[data-edit=radius]").fill("12")
    x, y, z = (*missed[:2], planes.index("axial"))
    planes.drag("axial", (x, y, z), (x + 3, y, z))
    expect(lesions(page)).to_contain_text("1", timeout=PATIENCE)
    settled(page)
    page.screenshot(path=screenshots / f"editing-{width}-{theme}.png")
    expect(page.get_by_text("corrected by hand by A. Reader (2 edits)").first).to_be_visible()
    edits = taken(page, "Corrections (JSON)")
    page.get_by_role("tab", name="Download").click()
    stored = nib.Nifti1Image.from_bytes(gzip.decompress(taken(page, "Labels (NIfTI)")))
    again = edits_from_json(edits, found)
    labels = replay(found, [one.edit for one in again], scene.SPACING)
    assert (np.asanyarray(stored.dataobj) == labels).all()
    assert [one.by for one in again] == ["A. Reader"] * 2
    assert labels[lesion] == 1
    assert labels[x, y, z] == 2
    assert json.loads(taken(page, "Findings (JSON)"))["findings"]["corrected"]["edits"] == 2
    for left in ("0", "1"):
        page.locator("[data-edit=undo]").click()
        expect(lesions(page)).to_contain_text(left, timeout=PATIENCE)
        settled(page)
    expect(page.locator("[data-edit=undo]")).to_be_disabled()
    expect(page.get_by_text("corrected by hand")).to_have_count(0)
    planes.canvas("axial").focus()
    page.keyboard.press("Control+Shift+Z")
    expect(lesions(page)).to_contain_text("0", timeout=PATIENCE)


def test_box_is_outlined_by_sam(
    serve: Serve, open_page: Open, lesion: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP))
    planes = ready(page)
    page.locator("[data-edit=act]").select_option("delete")
    planes.click("axial", lesion)
    expect(lesions(page)).to_contain_text("0", timeout=PATIENCE)
    settled(page)
    use(page, "Box")
    x, y, z = lesion
    planes.drag("axial", (x - 7, y - 7, z), (x + 7, y + 7, z))
    expect(lesions(page)).to_contain_text("1", timeout=PATIENCE)
    told = json.loads(taken(page, "Corrections (JSON)"))
    assert told["edits"][-1]["what"]["how"].startswith("SAM, a box on the axial slice")


def test_stroke_is_seen_before_the_server_answers(
    serve: Serve, open_page: Open, missed: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP))
    planes = ready(page)
    use(page, "Brush")
    planes.canvas("axial").scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    before = planes.color("axial", missed)
    page.context.set_offline(True)
    planes.drag("axial", missed, missed)
    page.wait_for_timeout(300)
    assert planes.color("axial", missed) != before
    expect(page.locator("[data-edit=waiting]")).to_be_visible()


def test_a_stroke_stays_on_its_slice_whatever_the_wheel_does(
    serve: Serve, open_page: Open, missed: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP))
    planes = ready(page)
    use(page, "Brush")
    z = planes.index("axial")
    box = planes.canvas("axial").bounding_box()
    assert box is not None
    at = planes.point("axial", (*missed[:2], z))
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
    page.mouse.down()
    page.mouse.wheel(0, 200)
    page.keyboard.press("ArrowUp")
    page.mouse.move(box["x"] + at["x"] + 6, box["y"] + at["y"], steps=3)
    assert planes.index("axial") == z
    page.mouse.up()
    settled(page)
    page.mouse.wheel(0, 200)
    expect(page.locator(".pane[data-plane=axial] [data-part=number]")).not_to_have_text(
        re.compile(rf"^{z + 1} "), timeout=PATIENCE
    )
    told = json.loads(taken(page, "Corrections (JSON)"))
    assert {place[2] for place in told["edits"][0]["what"]["path"]} == {z}


def test_finger_draws_on_a_phone(
    serve: Serve, open_page: Open, screenshots: Path, missed: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP), width=390, height=844, theme="dark", touch=True)
    planes = ready(page)
    use(page, "Brush")
    page.locator("[data-edit=radius]").fill("12")
    planes.canvas("axial").scroll_into_view_if_needed()
    at = planes.point("axial", missed)
    box = planes.canvas("axial").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + at["x"], box["y"] + at["y"])
    settled(page)
    page.screenshot(path=screenshots / "editing-390-dark.png", full_page=True)
    expect(lesions(page)).to_contain_text("2", timeout=PATIENCE)


def test_what_cannot_be_made_is_one_sentence_and_loses_nothing(
    serve: Serve, open_page: Open, found: Labels, missed: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP))
    planes = ready(page)
    page.locator("[data-edit=act]").select_option("delete")
    planes.click("axial", missed)
    expect(page.get_by_text("There is no lesion at that place")).to_be_visible(timeout=PATIENCE)
    settled(page)
    expect(lesions(page)).to_contain_text("1")


def test_ruler_and_circle_measure_what_they_cover(
    serve: Serve, open_page: Open, lesion: tuple[int, int, int], missed: tuple[int, int, int]
) -> None:
    page = open_page(serve(APP))
    planes = ready(page)
    use(page, "Ruler")
    x, y, z = lesion
    planes.drag("axial", (x - 3, y, z), (x + 3, y, z))
    measured = page.locator("[data-edit=measured]")
    expect(measured).to_have_text(re.compile(r"^2[345]\.\d mm$"), timeout=PATIENCE)
    use(page, "HU")
    planes.drag("axial", (x, y, z), (x + 2, y, z))
    expect(measured).to_have_text(re.compile(rf"^{scene.TUMOR} ± 0 HU, "), timeout=PATIENCE)
    planes.drag("axial", missed, (missed[0] + 1, *missed[1:]))
    expect(measured).to_have_text(re.compile(rf"^{scene.LIVER} ± 0 HU, "), timeout=PATIENCE)
    expect(lesions(page)).to_contain_text("1")
