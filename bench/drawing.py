"""Frames a second while a brush draws on slices of 512² pixels, in headless Chromium.

Run from the repository: ``python -m bench.drawing`` (needs /usr/bin/chromium). The mouse goes to
and fro over the axial slice with a flat brush and with a ball, filled and as contours; told are the
frames a second (median), and the share of frames that took half as long again as a sixtieth.
Without a GPU the browser paints with the processor that also serves.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from bench.embeddings_page import CHROMIUM, until_served

PORT = 8796
APP = Path(__file__).with_name("drawing_app.py")
FRAME_MS = 1000 / 60
WATCH = """() => {
    globalThis.frames = [];
    let last = performance.now();
    const look = (now) => {
        globalThis.frames.push(now - last);
        last = now;
        globalThis.watching && requestAnimationFrame(look);
    };
    globalThis.watching = true;
    requestAnimationFrame(look);
}"""


def frames_of(page: Any, radius: float, *, ball: bool, style: str, moves: int) -> list[float]:
    """Draw, and give the milliseconds between frames."""
    page.locator("[data-editbar] label").filter(has_text="Brush").click()
    page.locator("[data-edit=radius]").fill(str(radius))
    page.locator("[data-edit=ball]").set_checked(ball)
    page.locator(".toolbar label").filter(has_text=style).first.click()
    box = page.locator(".pane[data-plane=axial] canvas").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.evaluate(WATCH)
    for step in range(moves):
        shift = 0.3 * box["width"] * (abs((step % 40) - 20) / 20 - 0.5)
        page.mouse.move(middle[0] + shift, middle[1] + shift / 2)
    frames: list[float] = page.evaluate("() => { globalThis.watching = false; return frames; }")
    page.mouse.up()
    return frames[1:]


def main() -> None:
    """Time all ways of drawing."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(prog="python -m bench.drawing", description=__doc__)
    parser.add_argument("--moves", type=int, default=240)
    parser.add_argument("--radius", type=float, default=10.0)
    arguments = parser.parse_args()
    root = Path(__file__).parents[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(APP), f"--server.port={PORT}"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.DEVNULL,
    )
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

            def opened() -> Any:
                page = browser.new_page(viewport={"width": 1440, "height": 1000})
                page.goto(f"http://127.0.0.1:{PORT}")
                return page

            until_served(opened)
            page = opened()
            page.locator("[data-editbar]").wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            for ball in (False, True):
                for style in ("Fill", "Contour"):
                    frames = frames_of(
                        page, arguments.radius, ball=ball, style=style, moves=arguments.moves
                    )
                    late = sum(frame > 1.5 * FRAME_MS for frame in frames) / len(frames)
                    brush = "ball" if ball else "flat"
                    print(
                        f"{brush}, {style.lower()}: {1000 / median(frames):.0f} frames a second, "
                        f"{late:.0%} late, of {len(frames)}"
                    )
            browser.close()
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    main()
