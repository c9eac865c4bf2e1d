"""Which evaluation runs are looked at: those shipped, and those that a visitor brings."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import HepatoScopeError
from core.evaluation import Run, read_run
from core.evaluation.run import RUN_NAME, Stamp, stamp_of
from core.evaluation.zipped import MAX_ZIP_BYTES, read_run_apart
from core.models import store
from pages.common.frame import errors_shown, plain, show_error
from pages.common.headline import best_first
from pages.common.memory import Slot
from pages.common.uploads import Files, saved, upload
from pages.metrics.state import MAIN_KEY, OTHERS_KEY

if TYPE_CHECKING:
    pass

MAX_UPLOADED = 4
UPLOADED = Slot[Run]("metrics-uploaded-runs", keep=MAX_UPLOADED)
REFUSED = Slot[str]("metrics-upload-refused")
UPLOAD = "metrics-upload"
MAX_OTHERS = 3
MIB = 2**20
# Runs of networks that were trained to show leakage, not to be used.
LEAKAGE = "leakage-"
HOW_TO_MAKE = "python -m core evaluate --data FOLDER --split test --out RUN"


def choose_runs() -> tuple[Run, ...]:
    """Let the visitor choose a main run and others; those that cannot be read say why.

    Empty where there is no run at all.
    """
    _say_refused()
    names = available()
    if not names:
        return ()
    if st.session_state.get(MAIN_KEY) not in names:
        st.session_state[MAIN_KEY] = _first_readable(names)
    main, others, add = st.columns([3, 5, 2], vertical_alignment="bottom")
    first = main.selectbox("Run", names, key=MAIN_KEY, persist_state="session")
    rest = [name for name in names if name != first]
    kept = [name for name in st.session_state.get(OTHERS_KEY, []) if name in rest]
    st.session_state[OTHERS_KEY] = kept
    compared = others.multiselect(
        "Compare with",
        rest,
        key=OTHERS_KEY,
        max_selections=MAX_OTHERS,
        placeholder="No other run" if rest else "There is no other run",
        disabled=not rest,
        persist_state="session",
    )
    with add.popover("Bring a run", icon=":material/upload_file:", width="stretch"):
        uploader()
    opened = (_opened(name) for name in (first, *compared))
    return tuple(run for run in opened if run is not None)


def available() -> list[str]:
    """Name the visitor's own runs, then those that come with the program."""
    return [*uploaded(), *shipped()]


def shipped() -> dict[str, Path]:
    """Find the folders of runs that come with the program, by name; those of leakage last."""
    folders = [place.parent for place in (store.WEIGHTS_DIR / "evaluations").glob(f"*/{RUN_NAME}")]
    folders.sort(key=lambda folder: (folder.name.startswith(LEAKAGE), folder.name))
    return {folder.name: folder for folder in folders}


def uploaded() -> dict[str, Run]:
    """List the runs that this visitor brought, by the name they are shown under."""
    return UPLOADED.all()


def keep_run(run: Run) -> None:
    """Keep a run of this visitor's."""
    UPLOADED.put(run, of=_shown_as(run))


def _shown_as(run: Run) -> str:
    return f"{run.name} (yours)"


def uploader() -> None:
    """Offer to bring a run."""
    limit = MAX_ZIP_BYTES // MIB
    upload("Run as .zip", UPLOAD, _take, REFUSED.put, type="zip", max_upload_size=limit)
    st.caption(
        "Zip the folder of a run: run.json and four Parquet tables. It stays in this browser "
        f"session, {MAX_UPLOADED} runs at most. Make one with"
    )
    st.code(HOW_TO_MAKE, language=None, wrap_lines=True)


def run_facts(run: Run) -> str:
    """Say in a line what a run was made of."""
    facts = run.facts
    split = f", split “{facts['split']}”" if facts.get("split") else ""
    failed = facts.get("failed") or {}
    left = f" {len(failed)} could not be scored." if failed else ""
    note = f" {plain(str(facts['note']))}" if facts.get("note") else ""
    weights = ", ".join(f"{name} {digest[:8]}" for name, digest in facts["models"].items())
    count, data = len(facts["cases"]), plain(str(facts["data"]))
    return (
        f"**{plain(run.name)}**: {count} cases of {data}{split}, "
        f"preset {plain(str(facts['preset']))}, weights {plain(weights)}, "
        f"{len(run.slices):,} slices scored.{left}{note}"
    )


def _opened(name: str) -> Run | None:
    if name in uploaded():
        return uploaded()[name]
    folder = shipped()[name]
    with errors_shown():
        return _read(str(folder), stamp_of(folder))
    return None


@st.cache_data(max_entries=8, show_spinner="Reading the run")
def _read(folder: str, stamp: Stamp) -> Run:
    return read_run(Path(folder))


def _first_readable(names: list[str]) -> str:
    """Choose what to begin with: of the runs that open that of the best preset, or the first."""
    best = [name for name in best_first() if name in names]
    for name in dict.fromkeys([*best, *names]):
        if name in uploaded():
            return name
        try:
            _read(str(shipped()[name]), stamp_of(shipped()[name]))
        except HepatoScopeError:
            continue
        return name
    return names[0]


def _take(files: Files) -> None:
    with saved(files) as (path,):
        _keep(read_run_apart(path, files[0].name))


def _keep(run: Run) -> None:
    """Keep a run for this visitor, make it the main one, and compare it with the former one."""
    keep_run(run)
    name = _shown_as(run)
    former = st.session_state.get(MAIN_KEY)
    if former and former != name:
        others = [former, *st.session_state.get(OTHERS_KEY, [])]
        st.session_state[OTHERS_KEY] = list(dict.fromkeys(others))[:MAX_OTHERS]
    st.session_state[MAIN_KEY] = name


def _say_refused() -> None:
    if message := REFUSED.pop():
        show_error(message)
