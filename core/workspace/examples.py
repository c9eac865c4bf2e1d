"""Cases that readers put right, as labelled cases that a network can learn from."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadWorkspace
from core.io.datasets import LabelledCase, find_cases
from core.volume import Volume
from core.workspace.folder import Entry, Workspace, entries, is_workspace, open_case, workspace_at

NONE_YET = (
    "No case of the workspace “{name}” was corrected or confirmed yet; correct one by hand on the "
    "Segment page."
)


def examples_in(workspace: Workspace) -> list[LabelledCase]:
    """List the cases that were corrected or confirmed; BadWorkspace where there is none."""
    found = [_example(workspace, entry) for entry in entries(workspace) if entry.done]
    if not found:
        raise BadWorkspace(NONE_YET.format(name=workspace.root.name))
    return found


def labelled_cases(root: Path, split: str | None = None) -> Sequence[LabelledCase]:
    """List the labelled cases below a folder: a workspace, or what `find_cases` knows."""
    return examples_in(workspace_at(root)) if is_workspace(root) else find_cases(root, split)


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
