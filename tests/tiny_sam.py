"""A SAM of the real architecture, tiny and untrained: its masks are nonsense."""

import json
from pathlib import Path

import pytest

SIDE, PATCH, WIDTH = 64, 8, 32


def save_tiny_sam(folder: Path) -> Path:
    """Write a tiny SAM as `save_pretrained` does; it skips where PyTorch is not installed."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: no SAM here")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    from transformers.models.sam.image_processing_pil_sam import SamImageProcessorPil

    torch.manual_seed(5)
    config = transformers.SamConfig(
        vision_config={
            "hidden_size": WIDTH, "output_channels": WIDTH, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": SIDE, "patch_size": PATCH, "window_size": 3,
            "global_attn_indexes": [1], "num_pos_feats": WIDTH // 2, "mlp_dim": 32,
            "initializer_range": 0.2,
        },
        prompt_encoder_config={
            "hidden_size": WIDTH, "image_size": SIDE, "patch_size": PATCH,
            "mask_input_channels": 4,
        },
        mask_decoder_config={
            "hidden_size": WIDTH, "mlp_dim": 32, "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )  # fmt: skip
    model = transformers.SamModel(config)
    with torch.no_grad():
        for parameter in model.mask_decoder.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, 0.8)
        # It thinks well of itself, so that its masks pass the filter.
        head = model.mask_decoder.iou_prediction_head.proj_out
        head.weight.mul_(0.002)
        head.bias.fill_(0.95)
    model.save_pretrained(folder)
    scale = {"longest_edge": SIDE}, {"height": SIDE, "width": SIDE}
    processor = SamImageProcessorPil(size=scale[0], pad_size=scale[1])
    transformers.SamProcessor(processor).save_pretrained(folder)
    return folder


def change_heads(folder: Path, count: int) -> None:
    """Let the image encoder in `folder` claim so many heads, whose attention takes memory."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["vision_config"]["num_attention_heads"] = count
    path.write_text(json.dumps(config))
