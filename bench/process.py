"""What a command takes as a whole process: on the clock, on the processor, and in memory.

Nothing heavy is imported here: a process begins with the most memory that its asker ever had.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
# Draws scans of 512×512 and so many slices over the same height, as a process of its own.
DRAW = """
import sys
from pathlib import Path
from core.phantom import write_phantoms
for count in map(int, sys.argv[2:]):
    spacing = (0.75, 0.75, 300 / count)
    write_phantoms(Path(sys.argv[1]) / str(count), 1, 3, shape=(512, 512, count), spacing=spacing)
"""


@dataclass(frozen=True)
class Took:
    """What a process took, with those that it waited for: `peak_mb` is the most of any of them."""

    seconds: float
    cpu: float
    peak_mb: float
    printed: str


def measured(command: Sequence[str]) -> Took:
    """Run a command in the repository to its end; RuntimeError with its last words if it fails."""
    began = perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {printed[-300:]}")
    took = perf_counter() - began
    return Took(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, printed)


def draw_scans(folder: Path, counts: Sequence[int]) -> dict[int, Path]:
    """Write a phantom of 512×512 and 300 mm for each count of slices; those there stay."""
    scans = {count: folder / str(count) / "volume-0.nii.gz" for count in counts}
    missing = [str(count) for count, scan in scans.items() if not scan.is_file()]
    measured([sys.executable, "-c", DRAW, str(folder), *missing])
    return scans


def segmenting(scan: Path, out: Path, preset: str) -> list[str]:
    """Give the command by which a scan is segmented."""
    words = ["-m", "core", "segment", str(scan), "--out", str(out), "--preset", preset]
    return [sys.executable, *words]
