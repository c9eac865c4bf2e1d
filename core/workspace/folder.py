"""The folder of a workspace: cases taken in, listed, opened again, let go."""

import hmac
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from typing import Any

from core.cascade.segmentation import Segmentation
from core.editing.file import MALFORMED, labels_digest
from core.editing.history import History
from core.errors import BadEdits, BadWorkspace
from core.models.store import WORKSPACE_PLACE
from core.saved import Saved, open_saved, save
from core.study import Study, begun, corrected_by
from core.workspace import journal
from core.workspace.ranking import Doubt, doubt_of, ranked

NAME, CASE_NAME, SESSION_NAME, LOCK_NAME = "workspace.json", "case.json", "session.zip", "lock"
FORMAT, FORMAT_VERSION = "hepatoscope-workspace", 1
TAUGHT = "taught"
# Letters of a digest that name a folder.
LETTERS = 16


@dataclass(frozen=True)
class Workspace:
    """A workspace.

    Parameters
    ----------
    root : its folder.
    key : secret of its own, by which patients get names that tell nothing.
    """

    root: Path
    key: str

    def folder(self, case_id: str) -> Path:
        """Folder of a case."""
        return self.root / case_id[:LETTERS]

    @property
    def taught(self) -> Path:
        """Folder of what networks learned."""
        return self.root / TAUGHT


@dataclass(frozen=True)
class Entry:
    """A case of a workspace.

    Parameters
    ----------
    id : digest of the scan.
    patient : a name that is the same for all scans of one, and tells nothing.
    by_hand : corrections that hold, at least of those that stand in the journal as made.
    confirmed : whether a reader said that it is right as it is.
    kept : when it was taken in, UTC.
    """

    id: str
    title: str
    patient: str
    maker: str
    doubt: Doubt
    by_hand: int
    confirmed: bool
    kept: str

    @property
    def state(self) -> str:
        """Say how far it is."""
        return "corrected" if self.by_hand else "confirmed" if self.confirmed else "to look at"

    @property
    def done(self) -> bool:
        """Whether a reader has put it right, or found it right: networks can learn from it."""
        return self.by_hand > 0 or self.confirmed


def is_workspace(root: Path) -> bool:
    """Whether a folder is a workspace."""
    return (root / NAME).is_file()


def workspace_at(root: Path) -> Workspace:
    """Open the workspace in a folder, and begin one where there is none.

    Raises
    ------
    BadWorkspace
        The folder cannot be made or written to, or is of another version.
    """
    try:
        if not is_workspace(root):
            root.mkdir(parents=True, exist_ok=True)
            told = {"format": FORMAT, "format_version": FORMAT_VERSION, "key": token_hex(16)}
            _put(root / NAME, json.dumps(told, indent=2).encode())
        told = json.loads((root / NAME).read_text("utf-8"))
        known, key = (told["format"], told["format_version"]), str(told["key"])
    except OSError as error:
        raise unwritable(error) from error
    except (RecursionError, *MALFORMED) as error:
        raise BadWorkspace(
            f"The {NAME} of the workspace “{root.name}” is damaged; name another folder in "
            f"{WORKSPACE_PLACE}."
        ) from error
    if known != (FORMAT, FORMAT_VERSION):
        raise BadWorkspace(
            f"The workspace “{root.name}” has the format {known!s:.60}, not "
            f"{(FORMAT, FORMAT_VERSION)}; open it with the version that made it."
        )
    return Workspace(root, key)


def unwritable(error: OSError) -> BadWorkspace:
    """Say that a workspace cannot be written to, and what stays."""
    return BadWorkspace(
        f"The workspace cannot be written to ({error.strerror or 'unknown reason'}); what was "
        "drawn stays in this browser session, and is written once there is room: download it, or "
        "ask the host."
    )


def keep(workspace: Workspace, study: Study, *, confirmed: bool = False) -> None:
    """Take a segmented study in as it is now, in place of what was kept of it.

    Raises BadWorkspace where it cannot be written.
    """
    found = study.known.segmentation
    assert isinstance(found, Segmentation)
    folder = workspace.folder(study.id)
    told = {
        "id": study.id,
        "title": study.title,
        "patient": _patient(workspace, study),
        "maker": found.maker,
        "doubt": asdict(doubt_of(study.volume, found)),
        "confirmed": confirmed,
        "kept": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    head = journal.Head(labels_digest(found.as_found), len(found.corrections))
    try:
        folder.mkdir(exist_ok=True)
        # In this order: a journal that goes on from another case is not followed.
        _put(folder / SESSION_NAME, save(study, {}, with_scan=True))
        journal.begin(folder, head)
        _put(folder / CASE_NAME, json.dumps(told, indent=2).encode())
    except OSError as error:
        raise unwritable(error) from error


def open_case(workspace: Workspace, case_id: str) -> tuple[Study, History]:
    """Open a case with all that was corrected in it, and what can be undone.

    Raises HepatoScopeError where it is not there, or damaged.
    """
    folder = workspace.folder(case_id)
    if not (folder / SESSION_NAME).is_file():
        raise BadWorkspace("That case is not in the workspace any more; choose another one.")
    saved: Saved = open_saved(folder / SESSION_NAME, {})
    study = saved.study
    found = study.known.segmentation
    assert isinstance(found, Segmentation)
    history = begun(study)
    head, events = journal.read(folder)
    if events and head == journal.Head(labels_digest(found.as_found), len(found.corrections)):
        history = journal.replayed(history, events)
    return corrected_by(study, history), history


def entries(workspace: Workspace) -> list[Entry]:
    """List the cases; one that was not taken in whole is left out."""
    found = (_entry(path.parent) for path in sorted(workspace.root.glob(f"*/{CASE_NAME}")))
    return [one for one in found if one is not None]


def in_order(known: Sequence[Entry]) -> list[Entry]:
    """Order cases: those to look at, by what is expected of them, then those that are done."""
    todo = ranked((one.doubt, one) for one in known if not one.done)
    return todo + [one for one in known if one.done]


def _entry(folder: Path) -> Entry | None:
    try:
        told: Mapping[str, Any] = json.loads((folder / CASE_NAME).read_text("utf-8"))
        return Entry(
            id=str(told["id"]),
            title=str(told["title"]),
            patient=str(told["patient"]),
            maker=str(told["maker"]),
            doubt=Doubt.read(told["doubt"]),
            by_hand=_by_hand(folder),
            confirmed=bool(told["confirmed"]),
            kept=str(told["kept"]),
        )
    except (OSError, RecursionError, *MALFORMED):
        return None


def _by_hand(folder: Path) -> int:
    """Count the corrections that hold, without making them."""
    try:
        head, events = journal.read(folder)
    except BadEdits:
        # Who opens the case is told.
        return 0
    count = 0 if head is None else head.saved
    for event in events:
        count += -1 if event.did is journal.Did.UNDONE else 1
    return max(count, 0)


def confirm(workspace: Workspace, case_id: str) -> None:
    """Note that a reader found a case right as it is; BadWorkspace where that cannot be kept."""
    path = workspace.folder(case_id) / CASE_NAME
    try:
        told = json.loads(path.read_text("utf-8"))
        _put(path, json.dumps({**told, "confirmed": True}, indent=2).encode())
    except OSError as error:
        raise unwritable(error) from error


def let_go(workspace: Workspace, case_id: str) -> None:
    """Delete a case with its scan; BadWorkspace where that cannot be."""
    try:
        rmtree(workspace.folder(case_id))
    except OSError as error:
        raise BadWorkspace(
            f"The case cannot be deleted ({error.strerror}); ask the host."
        ) from error


@dataclass(eq=False)
class Claim:
    """The right of one reader to correct a case; it ends with this object, or its process."""

    file: int

    def __del__(self) -> None:
        os.close(self.file)


def claimed(workspace: Workspace, case_id: str) -> Claim | None:
    """Claim a case, for whoever holds what this returns; None where another reader has it.

    Raises BadWorkspace where the disk refuses.
    """
    folder = workspace.folder(case_id)
    try:
        folder.mkdir(exist_ok=True)
        file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(error) from error
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return None
    return Claim(file)


def _patient(workspace: Workspace, study: Study) -> str:
    headers = study.volume.dicom_headers
    named = str(headers[0].get("PatientID") or "") if headers else ""
    known = named or study.volume.base or study.id
    return hmac.new(workspace.key.encode(), known.encode(), sha256).hexdigest()[:12]


def _put(path: Path, content: bytes) -> None:
    """Write a file whole, or leave the one before."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
