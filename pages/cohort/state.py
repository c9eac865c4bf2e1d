"""The cohorts of this host: folders of scans, tables of results, and runs that are under way."""

import os
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import streamlit as st

from core.cohort.rows import TABLE_NAME, read_table
from core.errors import BadCohort
from core.models.store import WEIGHTS_DIR

PLACE = "HEPATOSCOPE_COHORTS"
ROOT = Path(__file__).parents[2]
SHIPPED = "Synthetic patients (shipped)"
RESULTS = "-results"
# Lines of a run that are kept, to be shown.
MOST_LINES = 200
WORKERS = 2


@dataclass(frozen=True)
class Cohort:
    """A cohort: where its scans are, and its results.

    Parameters
    ----------
    scans : None where only the table is at hand.
    """

    name: str
    out: Path
    scans: Path | None = None

    @property
    def begun(self) -> bool:
        """Whether there is a table."""
        return (self.out / TABLE_NAME).is_file()


@dataclass(eq=False)
class Run:
    """A run over a cohort, in a process of its own, which outlives whoever began it."""

    process: "subprocess.Popen[str]"
    lines: "deque[str]" = field(default_factory=lambda: deque(maxlen=MOST_LINES))

    @classmethod
    def begin(cls, cohort: Cohort, preset: str, *, again: bool) -> "Run":
        """Begin to segment what is not finished."""
        command = [sys.executable, "-m", "core", "segment", str(cohort.scans)]
        command += ["--out", str(cohort.out), "--preset", preset, "--workers", str(WORKERS)]
        command += ["--again"] if again else []
        run = cls(
            subprocess.Popen(
                command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
            )
        )
        threading.Thread(target=run.listen, daemon=True).start()
        return run

    def listen(self) -> None:
        """Keep what it says until it ends; the body of a thread."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.strip())
        self.process.wait()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    @property
    def share(self) -> float:
        """How much of it is done, 0..1, by its latest line."""
        for line in reversed(self.lines):
            done, _, rest = line.partition(" of ")
            count = rest.split(" ")[0].rstrip(",")
            if done.isdigit() and count.isdigit():
                return int(done) / max(int(count), 1)
        return 0.0

    def stop(self) -> None:
        """Ask it to stop; what is finished stays."""
        self.process.terminate()


@st.cache_resource
def runs() -> dict[str, Run]:
    """Give the runs of this host by the folder of their results."""
    return {}


def cohorts() -> dict[str, Cohort]:
    """List the cohorts by name: of the folder that the host allows, then the shipped one.

    Raises BadCohort where that folder is not there.
    """
    found: dict[str, Cohort] = {}
    if place := os.environ.get(PLACE):
        root = Path(place)
        if not root.is_dir():
            raise BadCohort(f"There is no folder “{place}”; name another one in {PLACE}.")
        for folder in sorted(path for path in root.iterdir() if path.is_dir()):
            if folder.name.endswith(RESULTS):
                continue
            out = folder.with_name(folder.name + RESULTS)
            alone = (folder / TABLE_NAME).is_file()
            found[folder.name] = (
                Cohort(folder.name, folder) if alone else Cohort(folder.name, out, folder)
            )
    shipped = WEIGHTS_DIR / "cohorts" / "phantoms"
    if (shipped / TABLE_NAME).is_file():
        found[SHIPPED] = Cohort(SHIPPED, shipped)
    return found


def table_of(cohort: Cohort) -> pa.Table:
    """Read the table of a cohort, once for each state of its file; BadCohort as `read_table`."""
    path = cohort.out / TABLE_NAME
    state = path.stat().st_mtime_ns if path.is_file() else 0
    return _table(str(cohort.out), state)


@st.cache_resource(max_entries=4, show_spinner="Reading the table")
def _table(folder: str, state: int) -> pa.Table:
    return read_table(Path(folder))
