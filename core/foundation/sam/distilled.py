"""The SAM that HepatoScope ships: distilled, run by OpenVINO, without PyTorch.

A small image encoder (Wu et al., TinyViT, ECCV 2022) was taught to answer as that of Segment
Anything does; prompt encoder and mask decoder are the original ones, with one mask an answer.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpoint
from core.foundation.sam.card import DECODER, ENCODER, Card, read_card
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.io.digest import sha256_of

Floats = NDArray[np.float32]
# What the prompt encoder calls a point: beside the object, in it, two corners of a box, none.
OUTSIDE, INSIDE, UPPER_LEFT, LOWER_RIGHT, NO_POINT = 0.0, 1.0, 2.0, 3.0, -1.0


class Distilled:
    """A distilled SAM in memory; `core.foundation.sam.model.Engine` says what it does."""

    def __init__(self, encoder: Any, decoder: Any, card: Card) -> None:
        self._encoder, self._decoder = encoder, decoder
        self._card = card
        self._requests: tuple[Any, Any] = (
            encoder.create_infer_request(),
            decoder.create_infer_request(),
        )

    @property
    def size(self) -> int:
        """Side of the square it sees, in pixels."""
        return self._card.image_size

    def look(self, shown: NDArray[np.uint8], tell: Callable[[float], None]) -> Floats:
        """Take in a picture uint8 [rows, columns] of the square; gives its embedding [C, S, S]."""
        tell(0.0)
        rows, columns = shown.shape
        square = np.zeros((1, 3, self.size, self.size), np.float32)
        scales = zip(self._card.mean, self._card.std, strict=True)
        for channel, (mean, std) in enumerate(scales):
            square[0, channel, :rows, :columns] = (shown - np.float32(mean)) / np.float32(std)
        request = self._requests[0]
        request.infer({0: square})
        embedding: Floats = request.get_output_tensor(0).data[0].copy()
        return embedding

    def reply(
        self,
        embedding: Floats,
        points: Floats | None,
        positive: NDArray[np.bool_] | None,
        boxes: Floats | None,
        *,
        several: bool,
    ) -> tuple[Floats, Floats]:
        """Answer prompts of the square, each on its own; it has one mask, never `several`."""
        places, labels = prompts_of(points, positive, boxes)
        side = embedding.shape[-1] * 4
        logits = np.empty((len(places), 1, side, side), np.float32)
        rated = np.empty((len(places), 1), np.float32)
        request = self._requests[1]
        fixed = {
            "image_embeddings": embedding[None],
            "mask_input": np.zeros((1, 1, side, side), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
        }
        for number, (place, label) in enumerate(zip(places, labels, strict=True)):
            request.infer({**fixed, "point_coords": place[None], "point_labels": label[None]})
            logits[number] = request.get_tensor("low_res_masks").data[0]
            rated[number] = request.get_tensor("iou_predictions").data[0]
        return logits, rated


def prompts_of(
    points: Floats | None, positive: NDArray[np.bool_] | None, boxes: Floats | None
) -> tuple[Floats, Floats]:
    """Write prompts as the prompt encoder takes them: points, and corners of boxes as points.

    Parameters
    ----------
    points, positive : float32 [N, K, 2] and bool [N, K]; None without any.
    boxes : float32 [N, 4]; None without any.

    Returns
    -------
    float32 [N, L, 2] and [N, L].
    """
    places: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
    count = len(points if points is not None else boxes if boxes is not None else ())
    if points is not None and positive is not None:
        places.append(points)
        labels.append(np.where(positive, INSIDE, OUTSIDE))
    if boxes is not None:
        places.append(boxes.reshape(count, 2, 2))
        labels.append(np.tile([UPPER_LEFT, LOWER_RIGHT], (count, 1)))
    else:
        # Without a box the original adds a point that is none.
        places.append(np.zeros((count, 1, 2)))
        labels.append(np.full((count, 1), NO_POINT))
    return (
        np.concatenate(places, axis=1, dtype=np.float32),
        np.concatenate(labels, axis=1, dtype=np.float32),
    )


def load_distilled(checkpoint: LocalCheckpoint) -> Distilled:
    """Load a distilled SAM for this CPU.

    Raises BadCheckpoint where its files are not those of its card, or cannot be read.
    """
    import openvino

    card = read_card(checkpoint.folder)
    for path in checkpoint.weights:
        if sha256_of([path]) != card.sha256[path.name]:
            raise BadCheckpoint(
                f"{path.name} of “{checkpoint.name}” is not the file that its card tells of; copy "
                "the folder again."
            )
    how = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    core = openvino.Core()
    encoder, decoder = (
        core.compile_model(checkpoint.folder / part, "CPU", how) for part in (ENCODER, DECODER)
    )
    return Distilled(encoder, decoder, card)
