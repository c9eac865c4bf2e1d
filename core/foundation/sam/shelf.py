"""The one SAM that is kept in memory."""

from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.model import Sam, load_sam


class Shelf:
    """Holds the checkpoint used last; another one takes its place, never both at once.

    For one thread at a time.
    """

    def __init__(self) -> None:
        self._stamp: tuple[str, int, int] | None = None
        self._sam: Sam | None = None

    def take(self, checkpoint: LocalCheckpoint) -> Sam:
        """Give the loaded checkpoint; raises as `core.foundation.sam.model.load_sam` does."""
        if self._sam is None or self._stamp != checkpoint.stamp:
            self.clear()
            self._sam, self._stamp = load_sam(checkpoint), checkpoint.stamp
        return self._sam

    def holds(self, checkpoint: LocalCheckpoint) -> bool:
        """Whether it is loaded already."""
        return self._sam is not None and self._stamp == checkpoint.stamp

    def clear(self) -> None:
        """Give the memory back."""
        self._sam = self._stamp = None
