"""Cases that readers put right, as labelled cases that a network can learn from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadWorkspace
from core.io.datasets import LabelledCase
from core.volume import Volume
from core.workspace.folder import Entry, Workspace, entries, open_case, workspace_at

NONE_YET = (
    "No case of the workspace “{name}” was corrected or confirmed yet; correct one by hand on the "
    "Segment page."
)


def labelled_cases(root: Path) -> list[LabelledCase]:
    """List the cases of the workspace in `root` that were corrected or confirmed.

    Raises BadWorkspace where there is none.
    """
    workspace = workspace_at(root)
    found = [_example(workspace, entry) for entry in entries(workspace) if entry.done]
    if not found:
        raise BadWorkspace(NONE_YET.format(name=root.name))
    return found


def _example(workspace: Workspace, entry: Entry) -> LabelledCase:
    folder = workspace.folder(entry.id)
    return LabelledCase(
        folder.name,
        workspace.root.name,
        None,
        _reader(workspace, entry.id),
        places=(folder,),
        patient=f"{workspace.root.name}/{entry.patient}",
    )


def _reader(workspace: Workspace, case_id: str) -> Callable[[], tuple[Volume, NDArray[np.uint8]]]:
    def read() -> tuple[Volume, NDArray[np.uint8]]:
        study, history = open_case(workspace, case_id)
        return study.volume, history.labels

    return read
