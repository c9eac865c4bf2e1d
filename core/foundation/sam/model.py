"""A SAM in memory: it looks at a slice once, then answers prompts about it quickly."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpoint
from core.foundation.files import PROCESSOR_NAMES
from core.foundation.libraries import check_whole, loading, prepare
from core.foundation.memory import check_room
from core.foundation.sam.checkpoint import KIND, LocalCheckpoint
from core.foundation.sam.frame import Frame
from core.process.memory import free_mb

Floats = NDArray[np.float32]
Tell = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Sam:
    """A loaded checkpoint; it may look at one slice at a time.

    Parameters
    ----------
    name : of the checkpoint.
    model, processor : as transformers has them; the model is not changed.
    size : side of the square it sees, in pixels.
    """

    name: str
    model: Any
    processor: Any
    size: int


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
    prepare()
    import torch
    from transformers import SamConfig, SamModel, SamProcessor
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil
    from transformers.utils import logging

    # Its bars would fill the log of the server.
    logging.disable_progress_bar()
    folder = checkpoint.folder
    with loading(checkpoint.name):
        config = SamConfig.from_pretrained(folder, local_files_only=True)
        model, told = SamModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            local_files_only=True,
            output_loading_info=True,
        )
    check_whole(told, checkpoint.name, KIND)
    size = int(config.vision_config.image_size)
    processor = SamProcessor(
        SamImageProcessorPil(
            size={"longest_edge": size},
            pad_size={"height": size, "width": size},
            **_color_scale(checkpoint),
        )
    )
    return Sam(checkpoint.name, model.eval(), processor, size)


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
    tell : is told which share of the encoder's layers is done.
    """
    import torch

    began = perf_counter()
    rows, columns = gray.shape
    frame = Frame.of(rows, columns, pixel_mm, sam.size)
    shown = np.repeat(frame.show(gray)[..., None], 3, axis=2)
    given = sam.processor(images=shown, return_tensors="pt")
    with torch.inference_mode(), _told(sam.model.vision_encoder.layers, tell):
        embedding = sam.model.get_image_embeddings(given["pixel_values"])
    tell(1.0)
    return EncodedSlice(embedding[0].numpy(), frame, perf_counter() - began)


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
    several : three masks a prompt, from a part to the whole, as suits a single point; else one.

    Returns
    -------
    Mask logits float32 [N, M, S, S] of the square, and the IoU that SAM expects, [N, M].
    """
    import torch

    given: dict[str, Any] = {}
    if points is not None and positive is not None:
        given["input_points"] = torch.from_numpy(seen.frame.to_square(points))[None]
        given["input_labels"] = torch.from_numpy(positive.astype(np.int64))[None]
    if boxes is not None:
        corners = seen.frame.to_square(boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        given["input_boxes"] = torch.from_numpy(corners)[None]
    if not given:
        raise ValueError("a prompt needs a point or a box")
    with torch.inference_mode():
        answer = sam.model(
            image_embeddings=torch.from_numpy(seen.embedding)[None],
            multimask_output=several,
            **given,
        )
    return answer.pred_masks[0].numpy(), answer.iou_scores[0].numpy()


@contextmanager
def _told(layers: Any, tell: Tell) -> Iterator[None]:
    """Tell the progress before each of the encoder's `layers`."""

    def hook(number: int) -> Callable[..., None]:
        return lambda *_: tell(number / len(layers))

    handles = [layer.register_forward_pre_hook(hook(at)) for at, layer in enumerate(layers)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _color_scale(checkpoint: LocalCheckpoint) -> dict[str, Any]:
    """Read how the checkpoint wants its colors scaled, where it says so."""
    for name in PROCESSOR_NAMES:
        path = checkpoint.folder / name
        if path.is_file():
            break
    else:
        return {}
    try:
        said = json.loads(path.read_text())
        said = said.get("image_processor", said)
        return {key: list(said[key]) for key in ("image_mean", "image_std") if key in said}
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise BadCheckpoint(
            f"The {name} of “{checkpoint.name}” is damaged; copy the checkpoint again."
        ) from error
