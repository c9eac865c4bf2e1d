"""All that is measured of speed, in one run: ``make bench``, or ``python -m bench``.

Under ten minutes. Tells the limits of this machine and how near the networks come to them, what
the parts of a scan take, what a whole scan takes from the file to labels on disk, how the app
answers in a browser, and what peers take where their packages are installed
(``bench/peers/requirements.txt``). The figures are kept in ``runs/bench.json``; the next run tells
the ratio of its own to them.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.process import ROOT, draw_scans, measured, segmenting

KEPT = ROOT / "runs" / "bench.json"
# Slices of the phantoms that each preset is measured on.
WHOLE = {"focus": (60, 150, 1000), "paper": (150,), "ensemble": (150,)}
PEER_SLICES = 150
Figure = tuple[str, float, str]


def limits() -> Iterator[Figure]:
    """Tell what the machine can do, and what the networks do of it."""
    yield from _told("bench.parts", "limits")


def parts(scan: Path) -> Iterator[Figure]:
    """Tell what the parts of the work on a scan take."""
    yield from _told("bench.parts", "parts", str(scan))


def _told(module: str, *words: str) -> Iterator[Figure]:
    """Run a program of this folder, which prints figures as JSON on its last line."""
    printed = measured([sys.executable, "-m", module, *words]).printed
    yield from json.loads(printed.splitlines()[-1])


def whole(folder: Path, scans: dict[int, Path], rounds: int) -> Iterator[Figure]:
    """Tell what `segment` takes, as a process of its own: the best of some rounds."""
    for preset, counts in WHOLE.items():
        for count in counts:
            runs = [
                measured(segmenting(scans[count], folder / f"{preset}-{count}-{at}", preset))
                for at in range(rounds)
            ]
            best, named = (
                min(runs, key=lambda one: one.seconds),
                f"segment {preset}, {count} slices",
            )
            yield named, best.seconds, "s"
            yield f"{named}: processor", best.cpu, "s"
            yield f"{named}: most memory", best.peak_mb, "MB"


def app() -> Iterator[Figure]:
    """Tell how the app answers in a browser; nothing where there is none."""
    if find_spec("playwright") is None or not Path("/usr/bin/chromium").exists():
        return
    told = json.loads(measured([sys.executable, "-m", "bench.app", "--json"]).printed)
    for name, what in told.items():
        if isinstance(what, dict):
            slowest = max(what, key=lambda page: what[page][0])
            yield f"app: {name}, the slowest title ({slowest})", what[slowest][0], "s"
        else:
            yield f"app: {name}", what, ""


def peers(scan: Path, folder: Path) -> Iterator[Figure]:
    """Tell what peers take; nothing where their packages are missing."""
    from bench.peers.__main__ import peer_took
    from bench.peers.shapes import NOTEBOOK, SHAPES

    if find_spec("monai") is None or find_spec("dynamic_network_architectures") is None:
        return
    for peer in (NOTEBOOK, *SHAPES):
        took, _ = peer_took(peer, scan, folder / "labels.nii.gz", 2)
        yield f"{peer}, {PEER_SLICES} slices", took.seconds, "s"


def before() -> dict[str, float]:
    """Give the figures of the run before; none where there was none."""
    return json.loads(KEPT.read_text())["figures"] if KEPT.is_file() else {}


def main() -> None:
    """Measure, print a table, and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="of each whole scan")
    given = parser.parse_args()
    known, figures = before(), {}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    print(f"commit {commit or 'unknown'}\n\n| what | now | before | ratio |\n|---|---|---|---|")
    with TemporaryDirectory() as name:
        folder = Path(name)
        scans = draw_scans(folder, sorted({one for each in WHOLE.values() for one in each}))
        for some in (
            limits(),
            parts(scans[PEER_SLICES]),
            whole(folder, scans, given.rounds),
            app(),
            peers(scans[PEER_SLICES], folder),
        ):
            for what, value, unit in some:
                figures[what] = value
                then = known.get(what)
                ratio = f"{then:.4g} | {value / then:.2f}" if then else "| "
                print(f"| {what} | {value:.4g} {unit} | {ratio} |", flush=True)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"commit": commit, "figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
