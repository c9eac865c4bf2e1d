"""Our presets against what users would take instead: ``python -m bench.peers``.

Each is a process of its own that goes from the compressed scan to the compressed labels on disk,
phantoms of 512×512 and 300 mm; all take turns, one round. Peers want the packages of
``bench/peers/requirements.txt``. Of networks in three dimensions only some windows are asked about
(``--windows``), and the others are counted at the median of those: their weights are random, which
is the same arithmetic. What they resample and sum up is done whole.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.peers.shapes import NOTEBOOK, SHAPES
from bench.process import Took, draw_scans, measured, segmenting

OURS = ("focus", "paper", "ensemble")
HEADS = ("slices", "", "seconds", "CPU", "peak, MB", "windows (asked)", "times `focus`")


def peer_took(peer: str, scan: Path, out: Path, windows: int) -> tuple[Took, str]:
    """Measure a peer; gives its windows too."""
    words = ["-m", "bench.peers.ask", peer, str(scan), str(out), "--windows", str(windows)]
    took = measured([sys.executable, *words])
    told = json.loads(took.printed.splitlines()[-1])
    whole = Took(
        took.seconds + told["more"], took.cpu + told["more_cpu"], took.peak_mb, took.printed
    )
    return whole, f"{told['windows']} ({told['asked']})"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--slices", type=int, nargs="+", default=[60, 150, 300, 600, 1000])
    parser.add_argument("--peers", nargs="+", choices=[NOTEBOOK, *SHAPES])
    parser.add_argument("--windows", type=int, default=3)
    parser.add_argument("--scans", type=Path, help="folder that keeps the phantoms")
    given = parser.parse_args()
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    with TemporaryDirectory() as name:
        folder = Path(name)
        for count, scan in draw_scans(given.scans or folder, given.slices).items():
            ours: float | None = None
            for preset in OURS:
                out = folder / f"{preset}-{count}"
                took = measured(segmenting(scan, out, preset))
                ours = ours or took.seconds
                tell(count, f"HepatoScope, `{preset}`", took, "", ours)
            for peer in given.peers or (NOTEBOOK, *SHAPES):
                took, asked = peer_took(peer, scan, folder / "labels.nii.gz", given.windows)
                tell(count, peer, took, asked, ours or 1.0)


def tell(count: int, who: str, took: Took, windows: str, ours: float) -> None:
    """Print a row."""
    cells = [f"{took.seconds:,.1f}", f"{took.cpu:,.1f}", f"{took.peak_mb:,.0f}", windows]
    times = f"{took.seconds / ours:,.1f}"
    print("| " + " | ".join([str(count), who, *cells, times]) + " |", flush=True)


if __name__ == "__main__":
    main()
