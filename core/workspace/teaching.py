"""Teach by a workspace, for a process of its own."""

from pathlib import Path

from core.training.lesson import Lesson, Plan, Tell


def teach_by(root: Path, out: Path, plan: Plan, labelled: Path | None, *, progress: Tell) -> Lesson:
    """Teach as `core.training.teaching.teach` does, by the workspace in the folder `root`."""
    # Keras comes with it.
    from core.training.teaching import teach
    from core.workspace.examples import labelled_cases

    return teach(labelled_cases(root), out, plan, labelled, progress)
