"""A LLaVA-1.5 of the real architecture, tiny and untrained: it writes words without sense."""

import json
from pathlib import Path
from typing import Any

import pytest

TEXT = (
    "liver lesion volume diameter burden right left lobe is has of the a and in no one two "
    "7 12 29.7 mm mL HU %"
)
WORDS = TEXT.split()
SPECIAL = ("<unk>", "<s>", "</s>", "<pad>", "<image>")
SIDE, PATCH, WIDTH = 28, 14, 64


def save_tiny_llava(folder: Path) -> Path:
    """Write a tiny LLaVA as `save_pretrained` does; it skips where PyTorch is not installed."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: no LLaVA here")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed: no LLaVA here")
    pytest.importorskip("accelerate", reason="accelerate is not installed: no LLaVA here")
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    torch.manual_seed(0)
    sizes = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_attention_heads": 4}
    config = transformers.LlavaConfig(
        vision_config={
            **sizes, "model_type": "clip_vision_model", "num_hidden_layers": 3,
            "image_size": SIDE, "patch_size": PATCH,
        },
        text_config={
            **sizes, "model_type": "llama", "num_hidden_layers": 2, "num_key_value_heads": 2,
            "vocab_size": len(SPECIAL) + len(WORDS), "max_position_embeddings": 4096,
            "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3,
        },
        image_token_index=SPECIAL.index("<image>"),
    )  # fmt: skip
    model = transformers.LlavaForConditionalGeneration(config)
    # Never chosen, so that the text is as long as it may be.
    model.generation_config.suppress_tokens = list(range(len(SPECIAL)))
    transformers.utils.logging.disable_progress_bar()
    model.save_pretrained(folder)
    transformers.LlavaProcessor(
        CLIPImageProcessorPil(
            size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
        ),
        _tokenizer(transformers),
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
    ).save_pretrained(folder)
    return folder


def change_config(folder: Path, **fields: object) -> None:
    """Change fields of the config.json in `folder`."""
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def _tokenizer(transformers: Any) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: number for number, word in enumerate((*SPECIAL, *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=["<image>"],
    )
