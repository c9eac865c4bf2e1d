"""Time the map of patches with 50,000 points in headless Chromium, beside plotly's WebGL scatter.

Run from the repository: ``python -m bench.embeddings_page`` (needs /usr/bin/chromium). First paint
is from opening the address to the painted points, less what the same page takes without a map; a
color change is from the click to the painted points, the server's work included. Medians.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

PORT = 8791
APP = Path(__file__).parent / "embeddings_app.py"
CHROMIUM = "/usr/bin/chromium"
FIRST_PAINT_SECONDS, COLOR_SECONDS = 3.0, 1.0
# Color of the first point of plotly's chart, by the data it drew last.
FIRST_COLOR = (
    "() => document.querySelector('.js-plotly-plot')?._fullData?.[0]?.marker?.color?.[0] ?? null"
)
FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))"
PAINTED = {
    "none": "text=No map",
    "ours": ".patch-map[data-painted]",
    "plotly": ".js-plotly-plot canvas.gl-canvas >> nth=0",
}


def first_paint(browser: Any, which: str) -> tuple[float, Any]:
    """Open the page with one kind of map: seconds until it is painted, and the page."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{PORT}/?which={which}")
    page.locator(PAINTED[which]).wait_for(timeout=60_000)
    # Painted means on the screen: the frame after.
    page.evaluate(FRAME)
    return time.perf_counter() - began, page


def color_change(page: Any, which: str, name: str) -> float:
    """Choose another color: seconds until all points have it."""
    if which == "plotly":
        before = page.evaluate(FIRST_COLOR)
    began = time.perf_counter()
    page.get_by_test_id("stRadio").get_by_text(name, exact=True).click()
    if which == "plotly":
        there = f"before => ![before, null].includes(({FIRST_COLOR})())"
        page.wait_for_function(there, arg=before, timeout=60_000)
    else:
        page.locator(f".patch-map[data-painted*='{name}']").wait_for(timeout=60_000)
    page.evaluate(FRAME)
    return time.perf_counter() - began


def serve() -> subprocess.Popen[bytes]:
    """Serve the page of this benchmark."""
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(PORT)]
    root = Path(__file__).parents[1]
    return subprocess.Popen(
        [*command, "--server.headless", "true"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
    )


def until_served(open_page: Callable[[], Any], patience: float = 60) -> None:
    """Wait until the server answers."""
    from playwright.sync_api import Error

    deadline = time.monotonic() + patience
    while True:
        try:
            open_page().close()
            return
        except Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def main() -> None:
    """Print the medians of every kind of map."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    server = serve()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            until_served(lambda: first_paint(browser, "none")[1])
            for which in ("ours", "plotly"):
                paints, colors = [], []
                for _ in range(repeats):
                    empty, page = first_paint(browser, "none")
                    page.close()
                    painted, page = first_paint(browser, which)
                    paints.append(painted - empty)
                    page.wait_for_timeout(1000)
                    colors += [color_change(page, which, name) for name in ("Patient", "Density")]
                    page.close()
                print(
                    f"{which}: first paint {median(paints):.2f} s (limit {FIRST_PAINT_SECONDS}), "
                    f"color change {median(colors):.2f} s (limit {COLOR_SECONDS}), "
                    f"medians of {len(paints)} and {len(colors)}",
                    flush=True,
                )
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
