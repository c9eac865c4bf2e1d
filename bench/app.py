"""How fast the app answers in a real browser, and what an idle visitor costs the server.

Run from the repository: ``python -m bench.app`` (needs /usr/bin/chromium and, for memory, Linux).
Told are seconds to the first page once the server answers, of the first visitor and of later ones;
from the click to the liver, and to the result; to each page with a segmented case, until its title
stands and until nothing runs any more; frames a second while slices are scrolled; and what the
server grows by with every visitor who has opened the demo case and looks at it, less the case.
Browser and server share the cores.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
PORT = 8797
URL = f"http://127.0.0.1:{PORT}"
PATIENCE = 60_000
PAGES = {
    "Pipeline": "Pipeline", "Explain": "Why did the network say so?", "Teach": "Teach",
    "Report": "Report",
    "Cohort": "Cohort", "Metrics": "Metrics", "Embeddings": "Patch atlas",
    "About": "About HepatoScope", "Segment": "Liver and tumors in a CT",
}  # fmt: skip
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
# The demo case, int16.
CASE_MB = 256 * 256 * 60 * 2 / 1e6
SETTLE_SECONDS = 8
# Scrolls one slice a frame and counts frames, and slices that were drawn.
SCROLL = """async (pane, steps) => {
    const number = pane.querySelector("[data-part=number]"), canvas = pane.querySelector("canvas");
    const seen = new Set(), frames = [];
    let last = performance.now();
    for (let step = 0; step < steps; step++) {
        const deltaY = step % 40 < 20 ? 100 : -100;
        canvas.dispatchEvent(new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true }));
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        last = now;
        seen.add(`${step}:${number.textContent}`);
    }
    return { frames: frames.slice(1), seen: seen.size };
}"""


def until_healthy() -> None:
    """Wait until the server answers."""
    while True:
        try:
            with urlopen(f"{URL}/_stcore/health", timeout=1):
                return
        except (URLError, ConnectionError, TimeoutError):
            sleep(0.05)


def memory_mb(pid: int) -> float:
    """Tell what a process holds by itself, in 10⁶ bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.split("Pss:")[1].split()[0]) * 1024 / 1e6


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def come(browser: Any) -> tuple[Any, float]:
    """Open the first page in a profile of its own; gives it and its seconds."""
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.set_default_timeout(PATIENCE)
    button = page.get_by_role("button", name="Open the demo case")
    return page, timed(lambda: (page.goto(URL), button.wait_for()))


def open_demo(page: Any) -> None:
    """Open the demo case, and wait for its picture."""
    page.get_by_role("button", name="Open the demo case").click()
    page.locator(".pane[data-plane=axial] canvas").wait_for()
    page.locator(IDLE).wait_for()


def segment(page: Any) -> dict[str, float]:
    """Segment the case: seconds to the liver, and to the result."""
    began = perf_counter()
    page.get_by_role("button", name="Segment liver and tumors").click()
    page.get_by_text("Tumors are being looked for").wait_for()
    liver = perf_counter() - began
    page.get_by_test_id("stMetric").filter(has_text="Lesions").first.wait_for()
    result = perf_counter() - began
    page.locator(IDLE).wait_for()
    return {"click to liver, s": liver, "click to result, s": result}


def visit_pages(page: Any) -> dict[str, tuple[float, float]]:
    """Go to every page: seconds to its title, and until nothing runs."""
    took = {}
    for name, title in PAGES.items():
        began = perf_counter()
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=title, exact=True).first.wait_for()
        titled = perf_counter() - began
        page.locator(IDLE).wait_for()
        took[name] = titled, perf_counter() - began
        sleep(1)
    return took


def measure(visitors: int) -> dict[str, Any]:
    """Serve the app, visit it, and tell."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "streamlit", "run", "serve.py", f"--server.port={PORT}"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ})
    told: dict[str, Any] = {}
    try:
        until_healthy()
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            # The start of a browser is its visitor's.
            browser.new_page().goto("about:blank")
            page, told["first visitor, s"] = come(browser)
            open_demo(page)
            told |= segment(page)
            told["pages, first"] = visit_pages(page)
            told["pages, again"] = visit_pages(page)
            page.locator(".pane[data-plane=axial] canvas").wait_for()
            sleep(2)
            pane = page.locator(".pane[data-plane=axial]")
            scrolled = pane.evaluate(SCROLL, 200)
            frames = scrolled["frames"]
            told["frames a second"] = 1000 / median(frames)
            told["slowest twentieth, frames a second"] = 1000 / quantiles(frames, n=20)[-1]
            later = [come(browser) for _ in range(visitors + 1)]
            told["later visitors, s"] = median(seconds for _, seconds in later)
            open_demo(later[0][0])
            sleep(SETTLE_SECONDS)
            before = memory_mb(server.pid)
            for idle, _ in later[1:]:
                open_demo(idle)
            sleep(SETTLE_SECONDS)
            grown = (memory_mb(server.pid) - before) / visitors
            told["idle visitor beyond the case, MB"] = grown - CASE_MB
            browser.close()
    finally:
        server.terminate()
        server.wait()
    return told


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.app", description=__doc__)
    parser.add_argument("--visitors", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = measure(given.visitors)
    if given.json:
        print(json.dumps(told))
        return
    for name, what in told.items():
        if not isinstance(what, dict):
            print(f"| {name} | {what:.2f} |")
            continue
        for page, (titled, quiet) in what.items():
            print(f"| {name}: {page} | {titled:.2f}, {quiet:.2f} |")


if __name__ == "__main__":
    main()
