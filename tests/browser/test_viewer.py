"""The viewer in a real browser: exact numbers, linked planes, and few questions to Python."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.on_screen import Planes

pytestmark = pytest.mark.browser

APP = Path(__file__).with_name("viewer_app.py")
SOURCE: dict[str, Any] = runpy.run_path(str(APP))
SHAPE, SPACING = SOURCE["SHAPE"], SOURCE["SPACING"]
# Sagittal, coronal and axial position at the start: the middle of the tumor.
START = (52, 70, 33)
PATIENCE = 20_000

Open = Callable[..., Page]


@pytest.fixture
def viewer(serve: Callable[[Path], str], open_page: Open) -> Open:
    """Open the demo and wait until it shows its slices."""

    def ready(**options: Any) -> Page:
        page = open_page(serve(APP), **options)
        expect(value(page, "crosshair", "hu")).to_have_text(re.compile("HU"), timeout=60_000)
        return page

    return ready


def value(page: Page, row: str, field: str) -> Locator:
    return page.locator(f"[data-read={row}] [data-field={field}]")


def canvas(page: Page, plane: str) -> Locator:
    return page.locator(f".pane[data-plane={plane}] canvas")


def number(page: Page, plane: str) -> Locator:
    return page.locator(f".pane[data-plane={plane}] [data-part=number]")


def expect_slices(page: Page, voxel: tuple[int, int, int]) -> None:
    for plane, axis in (("sagittal", 0), ("coronal", 1), ("axial", 2)):
        text = f"{voxel[axis] + 1} / {SHAPE[axis]}"
        expect(number(page, plane)).to_have_text(text, timeout=PATIENCE)


def screen_point(page: Page, plane: str, voxel: tuple[int, int, int]) -> dict[str, float]:
    return Planes(page, SHAPE, SPACING).point(plane, voxel)


def point_at(page: Page, plane: str, voxel: tuple[int, int, int]) -> None:
    at = screen_point(page, plane, voxel)
    canvas(page, plane).hover(position={"x": at["x"], "y": at["y"]})


def click_at(page: Page, plane: str, voxel: tuple[int, int, int]) -> None:
    at = screen_point(page, plane, voxel)
    canvas(page, plane).click(position={"x": at["x"], "y": at["y"]})


def pixels(page: Page, plane: str = "axial") -> list[list[int]]:
    """Colors in the middle of the tumor, of the liver, and on bone, in that order."""
    points = [screen_point(page, plane, (*xy, 33)) for xy in ((56, 66), (80, 80), (80, 25))]
    script = """(canvas, points) => points.map(({ x, y }) => {
        const pixel = canvas.width / canvas.clientWidth;
        return [...canvas.getContext("2d").getImageData(x * pixel, y * pixel, 1, 1).data];
    })"""
    page.wait_for_timeout(200)
    colors: list[list[int]] = canvas(page, plane).evaluate(script, points)
    return colors


def choose(page: Page, label: str) -> None:
    page.locator(".toolbar label", has_text=re.compile(f"^{label}$")).click()


def is_gray(color: list[int]) -> bool:
    return max(color[:3]) - min(color[:3]) <= 2


@pytest.mark.parametrize(
    ("plane", "voxel"),
    [
        ("axial", (80, 25, 33)),
        ("axial", (12, 100, 33)),
        ("axial", (2, 2, 33)),
        ("coronal", (70, 70, 50)),
        ("sagittal", (52, 40, 20)),
    ],
)
def test_pointer_reads_the_exact_hounsfield_unit(
    viewer: Open, plane: str, voxel: tuple[int, int, int]
) -> None:
    page = viewer()
    point_at(page, plane, voxel)
    exact = f"{SOURCE['scan']().hu[voxel]} HU".replace("-", "−")
    expect(value(page, "pointer", "hu")).to_have_text(exact)
    expect(value(page, "pointer", "voxel")).to_have_text(", ".join(map(str, voxel)))


def test_still_pointer_reads_the_slice_that_scrolls_in_below_it(viewer: Open) -> None:
    page = viewer()
    point_at(page, "axial", (80, 25, 33))
    for _ in range(6):
        page.mouse.wheel(0, 100)
    expect(value(page, "pointer", "voxel")).to_have_text("80, 25, 27", timeout=PATIENCE)
    exact = f"{SOURCE['scan']().hu[80, 25, 27]} HU".replace("-", "−")
    expect(value(page, "pointer", "hu")).to_have_text(exact, timeout=PATIENCE)


def test_pointer_reads_label_and_probabilities(viewer: Open) -> None:
    page = viewer()
    voxel = (60, 76, 33)
    point_at(page, "axial", voxel)
    layers = SOURCE["segmentation"]()
    name = ["background", "liver", "lesion 1"][layers.labels[voxel]]
    expect(value(page, "pointer", "label")).to_have_text(name)
    tumor = f"{layers.tumor_probability[voxel] / 255:.2f}"
    expect(value(page, "pointer", "tumor")).to_have_text(tumor)
    expect(value(page, "pointer", "mm")).to_have_text("R 90.0  A 114.0  S 99.0")


def test_click_moves_the_crosshair_in_all_planes_and_tells_python(viewer: Open) -> None:
    page = viewer()
    expect_slices(page, START)
    click_at(page, "axial", (90, 40, 33))
    expect_slices(page, (90, 40, 33))
    expect(page.get_by_text("Python knows: (90, 40, 33)")).to_be_visible(timeout=PATIENCE)
    click_at(page, "coronal", (90, 40, 12))
    expect_slices(page, (90, 40, 12))
    exact = f"{SOURCE['scan']().hu[90, 40, 12]} HU".replace("-", "−")
    expect(value(page, "crosshair", "hu")).to_have_text(exact, timeout=PATIENCE)


def test_wheel_and_keys_change_the_slice(viewer: Open) -> None:
    page = viewer()
    point_at(page, "axial", (80, 25, 33))
    page.mouse.wheel(0, 100)
    expect_slices(page, (52, 70, 32))
    canvas(page, "axial").focus()
    page.keyboard.press("PageUp")
    expect_slices(page, (52, 70, 42))
    canvas(page, "sagittal").focus()
    page.keyboard.press("ArrowUp")
    expect_slices(page, (53, 70, 42))
    page.mouse.move(0, 0)
    point_at(page, "axial", (80, 25, 42))
    exact = f"{SOURCE['scan']().hu[80, 25, 42]} HU"
    expect(value(page, "pointer", "hu")).to_have_text(exact, timeout=PATIENCE)


def test_rapid_scrolling_asks_python_seldom_and_ends_on_the_right_slice(viewer: Open) -> None:
    asked: list[Any] = []
    page = viewer()
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(frame)))
    page.reload()
    expect(value(page, "crosshair", "hu")).to_have_text(re.compile("HU"), timeout=60_000)
    before = len(asked)
    point_at(page, "axial", (80, 25, 33))
    for _ in range(25):
        page.mouse.wheel(0, 100)
    expect_slices(page, (52, 70, 8))
    exact = f"{SOURCE['scan']().hu[52, 70, 8]} HU".replace("-", "−")
    expect(value(page, "crosshair", "hu")).to_have_text(exact, timeout=PATIENCE)
    # Fewer than one for each of the 25 steps, on a busy machine too.
    assert 0 < len(asked) - before < 22, len(asked) - before


def test_number_and_picture_belong_together_while_the_wheel_is_fast(viewer: Open) -> None:
    page = viewer()
    at = screen_point(page, "axial", (142, 104, 33))
    watch = """(canvas, { x, y, count }) => {
        const pane = canvas.closest(".pane");
        const pixel = canvas.width / canvas.clientWidth;
        globalThis.seen = [];
        const look = () => {
            const context = canvas.getContext("2d");
            const gray = context.getImageData(x * pixel, y * pixel, 1, 1).data[0];
            const number = parseInt(pane.querySelector("[data-part=number]").textContent);
            globalThis.seen.push([number, Math.round((gray / 255) * count) + 1]);
            requestAnimationFrame(look);
        };
        look();
    }"""
    canvas(page, "axial").evaluate(watch, {**at, "count": SHAPE[2]})
    point_at(page, "axial", (80, 25, 33))
    for _ in range(25):
        page.mouse.wheel(0, 100)
    expect_slices(page, (52, 70, 8))
    seen = page.evaluate("() => globalThis.seen")
    assert len({number for number, _ in seen}) > 1
    assert all(abs(number - pictured) <= 1 for number, pictured in seen), seen


def test_still_page_fetches_the_slices_around(viewer: Open) -> None:
    asked: list[Any] = []
    page = viewer()
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(frame)))
    page.reload()
    expect(value(page, "crosshair", "hu")).to_have_text(re.compile("HU"), timeout=60_000)
    known = -1
    while known < len(asked):
        known = len(asked)
        page.wait_for_timeout(4000)
    canvas(page, "axial").focus()
    page.context.set_offline(True)
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    expect(number(page, "axial")).to_have_text(f"24 / {SHAPE[2]}", timeout=PATIENCE)


def test_wheel_at_the_end_of_the_stack_scrolls_the_page(viewer: Open) -> None:
    page = viewer(height=420)
    scrolled = "() => document.querySelector('[data-testid=stMain]').scrollTop"
    canvas(page, "axial").focus()
    page.keyboard.press("Home")
    expect(number(page, "axial")).to_have_text(f"1 / {SHAPE[2]}", timeout=PATIENCE)
    point_at(page, "axial", (80, 25, 0))
    before = page.evaluate(scrolled)
    page.mouse.wheel(0, 100)
    page.wait_for_function(f"({scrolled})() > {before}")


def test_slices_play_up_and_stop_where_they_are(viewer: Open) -> None:
    page = viewer()
    film = page.get_by_role("button", name="Play")
    film.click()
    expect(film).to_have_attribute("aria-pressed", "true")
    # Some slices further: a busy machine does not see each of them.
    further = re.compile(rf"^(3[5-9]|[4-9]\d) / {SHAPE[2]}$")
    expect(number(page, "axial")).to_have_text(further, timeout=PATIENCE)
    film.click()
    expect(film).to_have_attribute("aria-pressed", "false")
    page.wait_for_timeout(500)
    stopped = number(page, "axial").inner_text()
    page.wait_for_timeout(500)
    assert number(page, "axial").inner_text() == stopped


def test_click_in_the_strip_goes_to_that_slice(viewer: Open) -> None:
    page = viewer()
    strip = page.locator("[data-strip]")
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] * 20.5 / SHAPE[2], "y": 20})
    expect_slices(page, (52, 70, 20))
    page.get_by_role("button", name="Largest lesion").click()
    expect_slices(page, START)


def test_strip_draws_liver_and_tumor_on_one_scale(viewer: Open) -> None:
    page = viewer()

    def tops(name: str) -> list[float]:
        path = page.locator(f"[data-strip] .{name}").get_attribute("d") or ""
        heights = re.findall(r"L([\d.]+),([\d.]+)", path)[:-1:2]
        return [100 - float(height) for _, height in heights]

    organ, tumor = tops("organ"), tops("tumor")
    labels = SOURCE["segmentation"]().labels
    areas = [np.count_nonzero(part, axis=(0, 1)) for part in (labels > 0, labels == 2)]
    largest = areas[0].max()
    assert max(organ) == pytest.approx(94)
    assert max(tumor) == pytest.approx(94 * areas[1].max() / largest, abs=0.1)
    assert all(height >= 4 for height, area in zip(tumor, areas[1], strict=True) if area)


def test_threshold_of_a_probability_starts_where_the_labels_were_called(viewer: Open) -> None:
    page = viewer()
    layer = page.locator("[data-control=layer]")
    threshold = page.locator("[data-control=threshold]")
    layer.select_option("tumor")
    expect(threshold).to_have_value("0.25")
    threshold.fill("0.7")
    expect(threshold).to_have_value("0.7")
    layer.select_option("liver")
    expect(threshold).to_have_value("0.5")


def test_window_changes_the_gray_values_without_asking_python(viewer: Open) -> None:
    page = viewer()
    choose(page, "Off")
    liver = pixels(page)
    assert liver[2][:3] == [255, 255, 255]
    choose(page, "Bone")
    bone = pixels(page)
    assert all(is_gray(color) for color in bone)
    assert bone[1][0] != liver[1][0]
    page.get_by_label("Window width in HU").fill("4000")
    page.keyboard.press("Enter")
    assert pixels(page)[2][0] < 200


def test_dragging_with_the_right_button_changes_the_window(viewer: Open) -> None:
    page = viewer()
    point_at(page, "axial", START)
    box = canvas(page, "axial").bounding_box()
    assert box is not None
    at = screen_point(page, "axial", START)
    page.mouse.down(button="right")
    page.mouse.move(box["x"] + at["x"] + 50, box["y"] + at["y"] - 20)
    page.mouse.up(button="right")
    expect(page.get_by_label("Window width in HU")).to_have_value("300")
    expect(page.get_by_label("Window level in HU")).to_have_value("80")
    expect_slices(page, START)


def test_zoom_keeps_the_point_under_the_pointer(viewer: Open) -> None:
    page = viewer()
    length = page.locator(".pane[data-plane=axial] [data-part=length]")
    expect(length).to_have_text("50 mm")
    point_at(page, "axial", (90, 40, 33))
    page.keyboard.down("Control")
    for _ in range(8):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(length).to_have_text("10 mm")
    page.mouse.move(0, 0)
    point_at(page, "axial", (90, 40, 33))
    expect(value(page, "pointer", "voxel")).to_have_text("90, 40, 33")
    page.get_by_role("button", name="Reset view").click()
    expect(length).to_have_text("50 mm")


def fingers(page: Page, *paths: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Let fingers go straight from one place of the window to another, all at once."""
    browser = page.context.new_cdp_session(page)

    def touch(kind: str, share: float) -> None:
        points = [
            {"x": x0 + share * (x1 - x0), "y": y0 + share * (y1 - y0), "id": finger}
            for finger, ((x0, y0), (x1, y1)) in enumerate(paths)
        ]
        browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0)
    for step in range(1, 11):
        touch("touchMove", step / 10)
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_fingers_swipe_through_slices_and_pinch_to_zoom(viewer: Open) -> None:
    page = viewer(width=390, height=1200, touch=True)
    box = canvas(page, "axial").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers(page, ((x - 80, y), (x + 60, y)))
    expect(number(page, "axial")).not_to_have_text(f"34 / {SHAPE[2]}", timeout=PATIENCE)
    length = page.locator(".pane[data-plane=axial] [data-part=length]")
    expect(length).to_have_text("50 mm")
    fingers(page, ((x - 20, y), (x - 120, y)), ((x + 20, y), (x + 120, y)))
    expect(length).not_to_have_text("50 mm")


def test_a_slab_shows_what_is_brighter_in_the_slices_around(viewer: Open) -> None:
    page = viewer()
    point_at(page, "axial", (56, 66, 33))
    single = f"{SOURCE['scan']().hu[56, 66, 33]} HU".replace("-", "−")
    expect(value(page, "pointer", "hu")).to_have_text(single)
    page.get_by_label("Slab: the brightest").select_option("20")
    around = SOURCE["scan"]().hu[56, 66, 30:37].max()
    expect(value(page, "pointer", "hu")).to_have_text(f"{around} HU", timeout=PATIENCE)
    page.get_by_label("Slab: the brightest").select_option("0")
    expect(value(page, "pointer", "hu")).to_have_text(single, timeout=PATIENCE)


def test_overlay_is_filled_outlined_or_off(viewer: Open) -> None:
    page = viewer()
    orange, blue, _ = pixels(page)
    assert orange[0] > orange[2] + 20
    assert blue[2] > blue[0] + 20
    page.locator("label", has_text="Green and red").click()
    red, green, _ = pixels(page)
    assert red[0] > red[1] + 20
    assert green[1] > green[0] + 20
    choose(page, "Contour")
    assert all(is_gray(color) for color in pixels(page))


def test_python_jumps_once_and_the_place_survives_another_page(viewer: Open) -> None:
    page = viewer()
    page.locator("label", has_text="corner").click()
    expect_slices(page, (0, 0, 0))
    click_at(page, "axial", (90, 40, 0))
    expect(page.get_by_text("Python knows: (90, 40, 0)")).to_be_visible(timeout=PATIENCE)
    page.locator("label", has_text="other").click()
    expect(page.locator(".viewer")).to_have_count(0, timeout=PATIENCE)
    page.get_by_test_id("stSidebar").locator("label", has_text="viewer").click()
    expect_slices(page, (90, 40, 0))


def test_viewer_works_before_there_is_a_segmentation(viewer: Open) -> None:
    page = viewer()
    page.locator("label", has_text="Segmented").click()
    expect(page.locator("[data-control=layer]")).to_be_hidden(timeout=PATIENCE)
    point_at(page, "axial", (80, 25, 33))
    exact = f"{SOURCE['scan']().hu[80, 25, 33]} HU"
    expect(value(page, "pointer", "hu")).to_have_text(exact, timeout=PATIENCE)
    assert all(is_gray(color) for color in pixels(page))


def test_narrow_page_shows_one_plane_at_a_time(viewer: Open) -> None:
    page = viewer(width=390, height=1200, touch=True)
    expect(canvas(page, "coronal")).to_be_hidden()
    page.locator(".tabs label", has_text="Coronal").click()
    expect(canvas(page, "axial")).to_be_hidden()
    at = screen_point(page, "coronal", (60, 70, 40))
    canvas(page, "coronal").tap(position={"x": at["x"], "y": at["y"]})
    expect(value(page, "crosshair", "voxel")).to_have_text("60, 70, 40")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pictures_for_the_eye(viewer: Open, screenshots: Path, theme: str, width: int) -> None:
    page = viewer(width=width, height=1150, theme=theme)
    for style in ("Fill", "Contour"):
        choose(page, style)
        page.wait_for_timeout(400)
        page.screenshot(path=screenshots / f"viewer-{theme}-{width}-{style.lower()}.png")
    page.locator("[data-control=layer]").select_option("tumor")
    choose(page, "Fill")
    page.wait_for_timeout(400)
    picture = screenshots / f"viewer-{theme}-{width}-probability.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000
