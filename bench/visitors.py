"""Twenty visitors in browsers on one server, for ten minutes: what they and the server go through.

Run from the repository: ``python -m bench.visitors --out load.json`` (needs /usr/bin/chromium and,
for memory, Linux). Each visitor uploads a scan of their own, told from all others by its number of
slices, segments it, goes through the pages, and now and then closes the tab and comes anew.
``--app`` serves another checkout, so that two states of the program can be measured in one run on
one machine. The browsers share the cores with the server, and yield to it (nice): visitors bring
their own machines. The start, for memory, is what the server has some minutes after a first visitor
who saw everything: its libraries are loaded by then.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.request import urlopen

import nibabel as nib
import numpy as np

from core.phantom import make_phantom
from core.process.memory import MB

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PORT = 8795
# Milliseconds that a visitor waits for a page, and for a result.
PATIENCE, RESULT_PATIENCE = 120_000, 600_000
PAGES = {
    "Metrics": "Metrics", "Pipeline": "Pipeline", "Embeddings": "Embeddings", "About": "About",
    "Report": "Report", "Explain": "Explain",
}  # fmt: skip
FEWEST_SLICES = 40
AFTERWARDS = 300
WARM_MINUTES, WARM_SECONDS = 2.0, 240


@dataclass
class Seen:
    """What visitors and probes saw."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)


def scans(folder: Path, count: int) -> list[Path]:
    """Draw a scan for each visitor, each of another number of slices."""
    volume = make_phantom(7).volume
    paths = []
    for number in range(count):
        path = folder / f"visitor-{number}.nii.gz"
        hu = np.ascontiguousarray(volume.hu[:, :, : FEWEST_SLICES + number])
        image = nib.Nifti1Image(hu, volume.affine)
        image.header.set_xyzt_units("mm")
        nib.save(image, path)
        paths.append(path)
    return paths


class Visitor:
    """One visitor: a browser profile, a scan, and what they do next."""

    def __init__(self, number: int, scan: Path, browser: Any, seen: Seen, end: float) -> None:
        self._number, self._scan, self._browser = number, scan, browser
        self._seen, self._end = seen, end
        self._chance = random.Random(number)
        self._slices = FEWEST_SLICES + number
        self._page: Any = None

    async def visit(self) -> None:
        """Come, look around, leave, come again, until the time is up."""
        await asyncio.sleep(self._number * 1.5)
        while time.monotonic() < self._end:
            context = await self._browser.new_context(viewport={"width": 1280, "height": 800})
            self._page = await context.new_page()
            try:
                await self._look_around()
            # Whatever befalls a visitor is what is looked for.
            except Exception as error:
                said = await self._shown()
                self._seen.faults.append(
                    f"visitor {self._number}: {str(error)[:200]}: … {said[-600:]}"
                )
            await context.close()

    async def _shown(self) -> str:
        """Tell what the page shows, where it still shows anything."""
        from playwright.async_api import Error

        try:
            return " ".join((await self._page.locator("body").inner_text(timeout=5_000)).split())
        except Error as error:
            return f"(no page: {error.message[:80]})"

    async def _look_around(self) -> None:
        page = self._page
        await self._timed("first page", self._come)
        await self._timed("opening a scan", self._open)
        await self._segment()
        for name in self._chance.sample(sorted(PAGES), len(PAGES)):
            if time.monotonic() > self._end:
                return
            await self._timed("going to a page", partial(self._go, name))
            await self._check()
            await page.wait_for_timeout(1000 * self._chance.uniform(3, 8))
        await self._timed("going to a page", lambda: self._go("Segment"))
        await self._own()

    async def _come(self) -> None:
        await self._page.goto(f"http://127.0.0.1:{PORT}", timeout=PATIENCE)
        await self._page.get_by_role("button", name="Open the demo case").wait_for(timeout=PATIENCE)

    async def _open(self) -> None:
        await self._page.locator("input[type=file]").first.set_input_files(self._scan)
        await self._own()

    async def _own(self) -> None:
        """See the own scan, and nobody else's."""
        facts = self._page.get_by_text(re.compile(r"× \d+ voxels of"))
        await facts.first.wait_for(timeout=PATIENCE)
        told = await facts.first.inner_text()
        if f"× {self._slices} voxels" not in told:
            self._seen.counts["saw another's case"] += 1
            raise AssertionError(f"another's case: {told}")

    async def _segment(self) -> None:
        page = self._page
        began = time.monotonic()
        await page.get_by_role("button", name="Segment liver and tumors").click(timeout=PATIENCE)
        volume = page.get_by_test_id("stMetric").filter(has_text="Liver").first
        full = page.get_by_text("Too many visitors wait").first
        await volume.or_(full).first.wait_for(timeout=RESULT_PATIENCE)
        if await full.is_visible():
            self._seen.counts["asked to come later"] += 1
            return
        self._seen.counts["segmented"] += 1
        self._seen.seconds["a result, waiting included"].append(time.monotonic() - began)

    async def _go(self, name: str) -> None:
        await self._page.get_by_role("link", name=name, exact=True).first.click(timeout=PATIENCE)
        await self._page.wait_for_url(re.compile(f"/{name.lower()}|/$"), timeout=PATIENCE)
        await self._page.get_by_test_id("stHeading").first.wait_for(timeout=PATIENCE)

    async def _check(self) -> None:
        if await self._page.get_by_test_id("stException").count():
            raise AssertionError("an error on the page")

    async def _timed(self, what: str, act: Callable[[], Awaitable[None]]) -> None:
        began = time.monotonic()
        await act()
        self._seen.seconds[what].append(time.monotonic() - began)


async def visits(count: int, minutes: float, paths: list[Path], seen: Seen) -> None:
    """Let all visitors come."""
    from playwright.async_api import async_playwright

    yielding = paths[0].with_name("chromium")
    # Where it may, as root, Chromium raises itself above everything else.
    modest = "setpriv --bounding-set=-sys_nice" if os.geteuid() == 0 else ""
    yielding.write_text(f'#!/bin/sh\nexec {modest} nice -n 10 {CHROMIUM} "$@"\n')
    yielding.chmod(0o755)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=yielding, args=FLAGS)
        end = time.monotonic() + 60 * minutes
        all_of_them = [Visitor(n, paths[n], browser, seen, end).visit() for n in range(count)]
        await asyncio.gather(*all_of_them)
        await browser.close()


def watch(server: int, seen: Seen, stop: threading.Event) -> None:
    """Ask the server each second whether it is well, and how much memory it has."""
    while not stop.wait(1.0):
        began = time.monotonic()
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=30):
                seen.health.append(time.monotonic() - began)
        except OSError:
            seen.health.append(30.0)
            seen.counts["health unanswered"] += 1
        seen.memory.append((time.monotonic(), memory_mb(server)))


def memory_mb(pid: int) -> float:
    """Resident memory of a process, 10⁶ bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used, those of its children that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def serve(app: Path) -> subprocess.Popen[bytes]:
    """Start a server of the checkout `app`."""
    # Earlier states of the program had no headers to serve.
    script = "serve.py" if (app / "serve.py").exists() else "app.py"
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={PORT}"]
    environment = {**os.environ, "PYTHONPATH": str(app)}
    server = subprocess.Popen(
        [*command, "--server.address=127.0.0.1"], cwd=app, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(240):
        try:
            with urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=2):
                return server
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the server did not start")


def measure(
    app: Path, count: int, minutes: float, warm: float, afterwards: float
) -> dict[str, Any]:
    """Serve, let visitors come, and wait for what is left when they are gone."""
    seen, stop = Seen(), threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        paths = scans(Path(folder), count)
        began = time.monotonic()
        server = serve(app)
        until_it_answers = time.monotonic() - began
        try:
            bare = memory_mb(server.pid)
            asyncio.run(visits(1, warm, paths, Seen()))
            time.sleep(min(afterwards, WARM_SECONDS))
            start = memory_mb(server.pid)
            before = processor_seconds(server.pid)
            thread = threading.Thread(target=watch, args=(server.pid, seen, stop), daemon=True)
            thread.start()
            asyncio.run(visits(count, minutes, paths, seen))
            spent = processor_seconds(server.pid) - before
            under_load = len(seen.health)
            time.sleep(afterwards)
            stop.set()
            thread.join()
            left = memory_mb(server.pid)
        finally:
            server.terminate()
            server.wait(30)
    health = seen.health[:under_load]
    return {
        "app": app.name,
        "visitors": count,
        "minutes": minutes,
        "until_it_answers_s": round(until_it_answers, 1),
        "faults": seen.faults,
        "counts": dict(seen.counts),
        "health_p95_s": round(quantiles(health, n=20)[-1], 3),
        "health_worst_s": round(max(health), 3),
        "server_cpu_s": round(spent),
        "memory_mb": {
            "before the first visitor": round(bare),
            "start": round(start),
            "peak": round(max(used for _, used in seen.memory)),
            f"{afterwards:.0f} s after": round(left),
        },
        "seconds": {
            what: {"count": len(took), "median": round(median(took), 2), "p95": _p95(took)}
            for what, took in sorted(seen.seconds.items())
        },
    }


def _p95(took: list[float]) -> float:
    return round(quantiles(took, n=20)[-1] if len(took) > 1 else took[0], 2)


def main() -> None:
    """Measure one or more checkouts, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench.visitors")
    parser.add_argument("--app", type=Path, action="append", help="checkout; this one by default")
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--warm", type=float, default=WARM_MINUTES, help="minutes of the first one")
    parser.add_argument("--afterwards", type=float, default=AFTERWARDS, help="seconds")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    found = [
        measure(
            app.resolve(),
            arguments.visitors,
            arguments.minutes,
            arguments.warm,
            arguments.afterwards,
        )
        for app in arguments.app or [ROOT]
    ]
    told = json.dumps(found, indent=2)
    print(told)
    if arguments.out:
        arguments.out.write_text(told + "\n")


if __name__ == "__main__":
    main()
