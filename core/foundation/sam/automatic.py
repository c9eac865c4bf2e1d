"""Masks of everything: a grid of points, the good answers kept, and of alike ones the best.

The automatic mask generator of Kirillov et al., Segment Anything, ICCV 2023, without the
crops of its second and third pass.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.foundation.sam.masks import MaskSet, joined, point_grid, thin_out
from core.foundation.sam.model import EncodedSlice, Sam, ask


@dataclass(frozen=True)
class Settings:
    """How masks of everything are found; all but the grid as in the original.

    Parameters
    ----------
    side : points along each side of the grid; the original has 32 and takes four times as long.
    rated : least IoU that SAM expects of its own mask.
    stability : least stability, see `core.foundation.sam.masks.stability_of`.
    offset : of the thresholds that stability compares.
    overlap : IoU of boxes above which the mask rated lower goes.
    batch : points asked about at a time.
    """

    side: int = 16
    rated: float = 0.88
    stability: float = 0.95
    offset: float = 1.0
    overlap: float = 0.7
    batch: int = 16

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)


def find_masks(
    sam: Sam,
    seen: EncodedSlice,
    settings: Settings | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> MaskSet:
    """Find the masks of a slice, best rated first; there may be none.

    Parameters
    ----------
    tell : is told the share of the points that was asked about.
    """
    settings = settings or Settings()
    frame = seen.frame
    grid = point_grid(settings.side, frame.rows, frame.columns)
    found: list[MaskSet] = []
    for first in range(0, len(grid), settings.batch):
        tell(first / len(grid))
        points = grid[first : first + settings.batch, None].astype(np.float32)
        logits, rated = ask(sam, seen, points, np.ones(points.shape[:2], bool))
        good = rated >= settings.rated
        native = frame.restore(logits[good])
        masks = MaskSet.of(native, rated[good], settings.offset)
        found.append(masks.chosen(masks.stability >= settings.stability))
    tell(1.0)
    everything = joined(found)
    drawn = np.flatnonzero(everything.boxes[:, 2])
    kept = thin_out(everything.boxes[drawn], everything.rated[drawn], settings.overlap)
    return everything.chosen(drawn[kept])
