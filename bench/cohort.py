"""Many phantoms through a cluster of two workers over TCP, with one worker and the client killed.

Run from the repository: ``python -m bench.cohort --scans 200``. Draws phantoms, segments them by
``python -m core segment --scheduler``, kills a worker after a third of them and the client after
two thirds, starts the client again, and then segments all in one process. Tells whether all are
there, none was done twice after the restart, and the figures are the same; and what each took.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from core.cascade.networks import load_networks
from core.cohort.rows import DONE, read_table
from core.cohort.studies import find_items
from core.cohort.work import Order, segment_item
from core.phantom import write_phantoms
from core.presets import PRESETS, preset_named
from core.provenance import commit

FIGURES = ("liver_volume_ml", "tumor_volume_ml", "lesions", "expected_dice", "quality")


def clients(scans: Path, out: Path, preset: str, scheduler: str, count: int) -> tuple[float, int]:
    """Run the client twice; gives its seconds in all, and rows that stood before the second."""
    from distributed import Client

    words = [sys.executable, "-m", "core", "segment", str(scans), "--out", str(out)]
    words += ["--preset", preset, "--scheduler", scheduler]
    began, done = perf_counter(), 0
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        for line in first.stderr:
            done += " left: " in line
            if done == count // 3 and " left: " in line:
                with Client(scheduler) as client:
                    os.kill(min(client.run(os.getpid).values()), signal.SIGKILL)
                print(f"a worker was killed after {done}")
            if done >= 2 * count // 3:
                first.kill()
                print(f"the client was killed after {done}")
                break
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/row.json")}
    subprocess.run(words, stderr=subprocess.DEVNULL, check=True)
    again = sum(path.stat().st_mtime_ns != at for path, at in before.items())
    return perf_counter() - began, again


def main() -> None:
    """Do it, and tell what came out."""
    parser = argparse.ArgumentParser(prog="python -m bench.cohort", description=__doc__)
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--preset", choices=list(PRESETS), default="paper")
    arguments = parser.parse_args()
    from distributed import LocalCluster

    load_networks(preset_named(arguments.preset))
    with TemporaryDirectory() as name:
        folder = Path(name)
        shape, spacing = (96, 96, 30), (3.6, 3.6, 6.0)
        write_phantoms(folder / "scans", arguments.scans, 3000, shape=shape, spacing=spacing)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster:
            place = cluster.scheduler_address
            took, again = clients(
                folder / "scans", folder / "two", arguments.preset, place, arguments.scans
            )
        began = perf_counter()
        order = Order.of(folder / "one", arguments.preset)
        alone = [segment_item(item, order) for item in find_items([str(folder / "scans")])]
        single = perf_counter() - began
        rows = read_table(folder / "two").to_pylist()
    same = [[one[name] for name in ("case", *FIGURES)] for one in rows] == [
        [one[name] for name in ("case", *FIGURES)] for one in alone
    ]
    done = sum(one["state"] == DONE for one in rows)
    print(
        f"{done} of {arguments.scans} done, {len({one['case'] for one in rows})} different; "
        f"{again} done again after the restart; figures as of one process: {same}\n"
        f"two workers with both kills: {took:.0f} s; one process: {single:.0f} s "
        f"({arguments.preset}, commit {commit()})"
    )


if __name__ == "__main__":
    main()
