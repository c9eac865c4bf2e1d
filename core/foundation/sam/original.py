"""A SAM as transformers runs it, with PyTorch; both are optional."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpoint
from core.foundation.files import PROCESSOR_NAMES
from core.foundation.libraries import check_whole, loading, prepare
from core.foundation.sam.checkpoint import KIND, LocalCheckpoint

Floats = NDArray[np.float32]
Tell = Callable[[float], None]


class Original:
    """A SAM of transformers in memory; `core.foundation.sam.model.Engine` says what it does.

    Parameters
    ----------
    model, processor : as transformers has them; the model is not changed.
    size : side of the square it sees, in pixels.
    """

    def __init__(self, model: Any, processor: Any, size: int) -> None:
        self.model, self.processor, self.size = model, processor, size

    def look(self, shown: NDArray[np.uint8], tell: Tell) -> Floats:
        """Take in a picture uint8 [rows, columns] of the square; gives its embedding [C, S, S]."""
        import torch

        colored = np.repeat(shown[..., None], 3, axis=2)
        given = self.processor(images=colored, return_tensors="pt")
        with torch.inference_mode(), _told(self.model.vision_encoder.layers, tell):
            embedding = self.model.get_image_embeddings(given["pixel_values"])
        taken: Floats = embedding[0].numpy()
        return taken

    def reply(
        self,
        embedding: Floats,
        points: Floats | None,
        positive: NDArray[np.bool_] | None,
        boxes: Floats | None,
        *,
        several: bool,
    ) -> tuple[Floats, Floats]:
        """Answer prompts of the square, each on its own, with three masks where `several`."""
        import torch

        given: dict[str, Any] = {}
        if points is not None and positive is not None:
            given["input_points"] = torch.from_numpy(points)[None]
            given["input_labels"] = torch.from_numpy(positive.astype(np.int64))[None]
        if boxes is not None:
            given["input_boxes"] = torch.from_numpy(boxes)[None]
        with torch.inference_mode():
            answer = self.model(
                image_embeddings=torch.from_numpy(embedding)[None],
                multimask_output=several,
                **given,
            )
        return answer.pred_masks[0].numpy(), answer.iou_scores[0].numpy()


def load_original(checkpoint: LocalCheckpoint) -> Original:
    """Load a checkpoint as float32 on the CPU; nothing is fetched.

    Raises BadCheckpoint where its files do not belong together.
    """
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
    return Original(model.eval(), processor, size)


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
