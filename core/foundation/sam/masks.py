"""What is done with masks whoever made them: rated, boxed, thinned out, counted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Masks = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class MaskSet:
    """SAM's masks of one slice, one bit a pixel.

    Parameters
    ----------
    bits : uint8 [N, rows, columns / 8], packed along the columns.
    columns : of the slice.
    rated : float32 [N], the IoU that SAM expects of its own mask.
    stability : float32 [N], see `stability_of`.
    boxes : int64 [N, 4], see `boxes_of`.
    """

    bits: NDArray[np.uint8]
    columns: int
    rated: Floats
    stability: Floats
    boxes: NDArray[np.int64]

    @staticmethod
    def of(logits: Floats, rated: Floats, offset: float = 1.0) -> "MaskSet":
        """Call masks where `logits` [N, rows, columns] are above 0; `rated` [N]."""
        masks = logits > 0
        bits, boxes = np.packbits(masks, axis=-1), boxes_of(masks)
        return MaskSet(bits, logits.shape[2], rated, stability_of(logits, offset), boxes)

    def __len__(self) -> int:
        return len(self.bits)

    @property
    def masks(self) -> Masks:
        """Unpacked, bool [N, rows, columns]."""
        return np.unpackbits(self.bits, axis=-1, count=self.columns).astype(bool)

    def mask(self, index: int) -> Masks:
        """Unpack one mask, bool [rows, columns]."""
        return np.unpackbits(self.bits[index], axis=-1, count=self.columns).astype(bool)

    def chosen(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> "MaskSet":
        """Keep the masks of these indices, in that order."""
        return replace(
            self,
            bits=self.bits[which],
            rated=self.rated[which],
            stability=self.stability[which],
            boxes=self.boxes[which],
        )


def joined(sets: list[MaskSet]) -> MaskSet:
    """Put sets of one slice together; at least one."""
    return MaskSet(
        np.concatenate([part.bits for part in sets]),
        sets[0].columns,
        np.concatenate([part.rated for part in sets]),
        np.concatenate([part.stability for part in sets]),
        np.concatenate([part.boxes for part in sets]),
    )


def point_grid(side: int, rows: int, columns: int) -> NDArray[np.float64]:
    """Lay `side` x `side` points over a slice, each in the middle of its share.

    Returns
    -------
    float64 [side², 2], (column, row); whole numbers are middles of pixels.
    """
    steps = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(steps * columns - 0.5, steps * rows - 0.5)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def stability_of(logits: Floats, offset: float = 1.0) -> Floats:
    """Say how little masks depend on the threshold (Kirillov et al. 2023).

    Parameters
    ----------
    logits : float32 [N, rows, columns].
    offset : how far the threshold is moved up and down from 0.

    Returns
    -------
    float32 [N], 0..1: IoU of the mask at the higher with that at the lower threshold; 0 where
    there is no mask at the lower one.
    """
    inner = np.count_nonzero(logits > offset, axis=(1, 2))
    outer = np.count_nonzero(logits > -offset, axis=(1, 2))
    share: Floats = (inner / np.maximum(outer, 1)).astype(np.float32)
    return share


def boxes_of(masks: Masks) -> NDArray[np.int64]:
    """Box every mask of bool [N, rows, columns].

    Returns
    -------
    int64 [N, 4]: left, top, right, bottom, the last two exclusive; zeros for an empty mask.
    """
    boxes = np.zeros((len(masks), 4), np.int64)
    for first, axis in ((0, 1), (1, 2)):
        line: Masks = np.any(masks, axis=axis)
        boxes[:, first] = line.argmax(axis=1)
        boxes[:, first + 2] = line.shape[1] - line[:, ::-1].argmax(axis=1)
    boxes[~np.any(masks, axis=(1, 2))] = 0
    return boxes


def thin_out(boxes: NDArray[np.int64], rated: Floats, most: float) -> NDArray[np.intp]:
    """Keep of boxes that lie on each other the best rated one (non-maximum suppression).

    Parameters
    ----------
    boxes : int64 [N, 4]: left, top, right, bottom, the last two exclusive.
    rated : float32 [N].
    most : IoU of two boxes above which the one rated lower goes; of equals the later one.

    Returns
    -------
    Indices of those kept, best rated first.
    """
    left, top, right, bottom = boxes.T.astype(np.float64)
    area = (right - left) * (bottom - top)
    waiting = np.argsort(-rated, kind="stable")
    kept: list[np.intp] = []
    while len(waiting):
        best, others = waiting[0], waiting[1:]
        kept.append(best)
        width = np.minimum(right[best], right[others]) - np.maximum(left[best], left[others])
        height = np.minimum(bottom[best], bottom[others]) - np.maximum(top[best], top[others])
        shared = np.clip(width, 0, None) * np.clip(height, 0, None)
        # Two empty boxes share all they have: nothing.
        union = area[best] + area[others] - shared
        iou = np.divide(shared, union, out=np.ones_like(shared), where=union > 0)
        waiting = others[iou <= most]
    return np.array(kept, np.intp)


def fragments(mask: Masks) -> int:
    """Count the pieces of a mask [rows, columns]; pixels that touch at a corner are one piece."""
    from scipy.ndimage import label

    return int(label(mask, np.ones((3, 3)))[1])
