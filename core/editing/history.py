"""Edits one after another, with undo and redo."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.editing.apply import Patch, change, patched, replay
from core.editing.areas import Region, Spacing
from core.editing.edits import Correction

Labels = NDArray[np.uint8]
# Of what lay under the edits, deflated; an edit older than that is undone by replaying the others.
MOST_KEPT_BYTES = 32_000_000


@dataclass(frozen=True, eq=False)
class Kept:
    """What lay under an edit.

    Parameters
    ----------
    region : box in the labels.
    content : labels of the box, deflated.
    """

    region: Region
    content: bytes

    def patch(self) -> Patch:
        """Give what brings it back."""
        shape = [side.stop - side.start for side in self.region]
        labels = np.frombuffer(zlib.decompress(self.content), np.uint8).reshape(shape)
        return Patch(self.region, labels)


@dataclass(frozen=True, eq=False)
class History:
    """Labels, and how they came from those they began with.

    Parameters
    ----------
    start, labels : uint8 [X, Y, Z], before the first edit and after the last; neither is changed.
    spacing : of the voxels, mm.
    done, undone : edits that hold, the first one first; edits taken back, the last one first.
    kept : what lay under the latest of `done`, where there was room for it.
    """

    start: Labels
    labels: Labels
    spacing: Spacing
    done: tuple[Correction, ...] = ()
    undone: tuple[Correction, ...] = ()
    kept: tuple[Kept, ...] = ()

    @classmethod
    def of(cls, labels: Labels, spacing: Spacing) -> "History":
        """Begin with `labels`."""
        return cls(labels, labels, spacing)

    def made(self, one: Correction) -> "History":
        """Make an edit; what was taken back before is gone. Raises BadEdits as `change` does."""
        return replace(self._with(one), undone=())

    def undo(self) -> "History":
        """Take the last edit back; nothing changes where there is none."""
        if not self.done:
            return self
        left, last = self.done[:-1], self.done[-1]
        if not left:
            labels = self.start
        elif self.kept:
            labels = patched(self.labels, self.kept[-1].patch())
        else:
            labels = replay(self.start, (one.edit for one in left), self.spacing)
        undone = (last, *self.undone)
        return replace(self, labels=labels, done=left, undone=undone, kept=self.kept[:-1])

    def redo(self) -> "History":
        """Make the edit again that was taken back last; nothing changes where there is none."""
        if not self.undone:
            return self
        return replace(self._with(self.undone[0]), undone=self.undone[1:])

    def _with(self, one: Correction) -> "History":
        patch = change(self.labels, one.edit, self.spacing)
        under = zlib.compress(self.labels[patch.region].tobytes(), 1)
        kept = [*self.kept, Kept(patch.region, under)]
        while len(kept) > 1 and sum(len(part.content) for part in kept) > MOST_KEPT_BYTES:
            del kept[0]
        labels = patched(self.labels, patch)
        return replace(self, labels=labels, done=(*self.done, one), kept=tuple(kept))
