"""A SAM in memory: it looks at a slice once, then answers prompts about it quickly."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.foundation.memory import check_room
from core.foundation.sam.checkpoint import Engine, LocalCheckpoint
from core.foundation.sam.frame import Frame
from core.process.memory import free_mb

Floats = NDArray[np.float32]
Tell = Callable[[float], None]


class Networks(Protocol):
    """The networks of a SAM, whatever runs them; they see a square of `size` pixels a side."""

    @property
    def size(self) -> int:
        """Side of the square, in pixels."""

    def look(self, shown: NDArray[np.uint8], tell: Tell) -> Floats:
        """Take in a picture uint8 [rows, columns], the upper left of the square.

        `tell` is told which share is done. Gives the embedding, float32 [channels, S, S].
        """

    def reply(
        self,
        embedding: Floats,
        points: Floats | None,
        positive: NDArray[np.bool_] | None,
        boxes: Floats | None,
        *,
        several: bool,
    ) -> tuple[Floats, Floats]:
        """Answer prompts as `ask` does, of places in the square; at least one of them is given."""


@dataclass(frozen=True, eq=False)
class Sam:
    """A loaded checkpoint; it may look at one slice at a time.

    Parameters
    ----------
    name : of the checkpoint.
    """

    name: str
    networks: Networks

    @property
    def size(self) -> int:
        """Side of the square it sees, in pixels."""
        return self.networks.size


@dataclass(frozen=True, eq=False)
class EncodedSlice:
    """A slice as SAM's image encoder has taken it in.

    Parameters
    ----------
    embedding : float32 [channels, S, S].
    seconds : that it took.
    """

    embedding: Floats
    frame: Frame
    seconds: float


def load_sam(checkpoint: LocalCheckpoint) -> Sam:
    """Load a checkpoint as float32 on the CPU; nothing is fetched.

    Raises
    ------
    BadCheckpoint
        It does not fit into the free memory, or its files do not belong together.
    """
    check_room(checkpoint.name, checkpoint.memory_mb, free_mb())
    if checkpoint.engine is Engine.OPENVINO:
        from core.foundation.sam.distilled import load_distilled

        return Sam(checkpoint.name, load_distilled(checkpoint))
    from core.foundation.sam.original import load_original

    return Sam(checkpoint.name, load_original(checkpoint))


def encode(
    sam: Sam,
    gray: NDArray[np.uint8],
    pixel_mm: tuple[float, float],
    tell: Tell = lambda done: None,
) -> EncodedSlice:
    """Take a slice in: the slow part, most of it in the image encoder.

    Parameters
    ----------
    gray : uint8 [rows, columns], windowed.
    pixel_mm : size of a pixel (row, column).
    tell : is told which share of the work is done.
    """
    began = perf_counter()
    rows, columns = gray.shape
    frame = Frame.of(rows, columns, pixel_mm, sam.size)
    embedding = sam.networks.look(frame.show(gray), tell)
    tell(1.0)
    return EncodedSlice(embedding, frame, perf_counter() - began)


def ask(
    sam: Sam,
    seen: EncodedSlice,
    points: Floats | None = None,
    positive: NDArray[np.bool_] | None = None,
    boxes: Floats | None = None,
    *,
    several: bool = True,
) -> tuple[Floats, Floats]:
    """Answer prompts about a slice, each on its own.

    Parameters
    ----------
    points : float [N, K, 2], K points (column, row) of each prompt; None without any.
    positive : bool [N, K], whether each point lies in what is meant.
    boxes : float [N, 4]: left, top, right, bottom of each prompt; None without any.
    several : three masks a prompt, from a part to the whole, as suits a single point; else one. A
        distilled SAM has one in any case.

    Returns
    -------
    Mask logits float32 [N, M, S, S] of the square, and the IoU that SAM expects, [N, M].
    """
    if points is None and boxes is None:
        raise ValueError("a prompt needs a point or a box")
    places = None if points is None else seen.frame.to_square(points)
    if boxes is not None:
        boxes = seen.frame.to_square(boxes.reshape(-1, 2, 2)).reshape(-1, 4)
    return sam.networks.reply(seen.embedding, places, positive, boxes, several=several)
