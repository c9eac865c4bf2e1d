"""What LLaVA is asked, what is made of its answer, and which checkpoints there are."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadCheckpoint
from core.foundation.llava.architecture import architecture_of
from core.foundation.llava.catalogue import CHECKPOINTS, Checkpoint, known
from core.foundation.llava.checkpoint import open_folder
from core.foundation.llava.model import Writing
from core.foundation.llava.process import whole_sentences, write_apart
from core.report.composite import Picture
from core.report.document import Report, provenance_of
from core.report.document.content import head_lines
from core.report.facts import collect_facts
from core.report.followup import compare_studies
from core.report.llava import narrative_of, prompt_of
from core.report.text import Narrative
from tests.core.report.studies import SEVEN, study

DRAWN = study(*SEVEN, name="Jane Doe")
FACTS = collect_facts(DRAWN.volume, (), DRAWN.segmentation, DRAWN.findings)
COMPARED = collect_facts(
    DRAWN.volume,
    (),
    DRAWN.segmentation,
    DRAWN.findings,
    earlier=compare_studies(DRAWN, study(*SEVEN[1:], name="Doe, earlier")),
)
# The fields that the config.json of each checkpoint on the hub gives to the sizes; what is not
# there is transformers' default.
VISION = {
    "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
    "model_type": "clip_vision_model", "num_attention_heads": 16, "num_hidden_layers": 24,
    "patch_size": 14, "projection_dim": 768, "vocab_size": 32000,
}  # fmt: skip
TEXT: dict[str, dict[str, Any]] = {
    "llava-hf/llava-1.5-7b-hf": {"model_type": "llama", "max_position_embeddings": 4096},
    "llava-hf/llava-1.5-13b-hf": {
        "model_type": "llama", "hidden_size": 5120, "intermediate_size": 13824,
        "num_attention_heads": 40, "num_hidden_layers": 40, "num_key_value_heads": 40,
    },
    "llava-hf/bakLlava-v1-hf": {
        "model_type": "mistral", "intermediate_size": 14336, "num_key_value_heads": 8,
        "max_position_embeddings": 32768, "sliding_window": 4096,
    },
}  # fmt: skip


def config_of(name: str) -> dict[str, Any]:
    return {
        "architectures": ["LlavaForConditionalGeneration"],
        "image_token_index": 32000,
        "model_type": "llava",
        "projector_hidden_act": "gelu",
        "text_config": {"rms_norm_eps": 1e-5, "vocab_size": 32064, **TEXT[name]},
        "tie_word_embeddings": False,
        "torch_dtype": "float16",
        "vision_config": VISION,
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
    }


def told_of(narrative: Narrative) -> dict[str, list[str]]:
    return {
        section.title: [sentence.text for sentence in section.sentences]
        for section in narrative.sections
    }


def test_prompt_carries_every_fact_of_liver_and_largest_lesions_as_shown() -> None:
    asked = prompt_of(FACTS)
    for fact in FACTS:
        if fact.id.startswith(("liver.", "tumor.", "rest.")) or fact.lesion in range(1, 6):
            assert fact.shown in asked, fact.id
    assert "Lesion 5: volume: " in asked
    assert "Lesion 6:" not in asked
    assert all(sentence in asked for sentence in FACTS.not_assessable)


def test_prompt_says_to_use_nothing_but_the_facts() -> None:
    asked = prompt_of(FACTS)
    assert "Use only the measurements below" in asked
    assert "“Findings:” and “Impression:”" in asked


def test_prompt_names_no_file_and_no_weights() -> None:
    asked = prompt_of(COMPARED)
    assert "Doe" not in asked
    assert "a" * 64 not in asked
    assert "Since the earlier study: " in asked


def test_prompt_leaves_room_for_picture_and_answer() -> None:
    # A token of Vicuna is 2.5 characters or more in such text.
    assert len(prompt_of(COMPARED)) / 2.5 + 576 + 300 < 4096


def test_prompt_without_lesions_says_so() -> None:
    healthy = study()
    asked = prompt_of(collect_facts(healthy.volume, (), healthy.segmentation, healthy.findings))
    assert "Lesions: 0;" in asked
    assert "Lesion 1" not in asked


def test_contradicted_sentences_are_left_out_and_unsupported_ones_marked() -> None:
    volume = FACTS["liver.volume"].shown
    text = (
        f"Findings: The liver volume is {volume}. There are 9 lesions.\n\n"
        "**Impression:**\n7 lesions. There is no ascites."
    )
    narrative, _ = narrative_of(text, FACTS, "llava-hf/llava-1.5-7b-hf")
    told = told_of(narrative)
    assert told["Findings"] == [f"The liver volume is {volume}."]
    assert told["Impression"] == ["7 lesions.", "There is no ascites."]
    marks = {sentence.text: sentence.mark for sentence in narrative.sentences}
    assert marks["There is no ascites."] == "not supported by the measurements"
    assert marks["7 lesions."] == ""
    assert narrative.sections[0].sentences[0].facts == ("liver.volume",)


def test_reader_is_told_who_wrote_and_how_much_was_left_out() -> None:
    narrative, _ = narrative_of("There are 9 lesions. 7 lesions.", FACTS, "/models/jane/llava-x/")
    first, *ours = told_of(narrative)["Limitations"]
    assert "by the language model “llava-x”" in first
    assert "one that contradicted them was left out" in first
    assert "A network's probability is not the probability of a disease." in ours
    assert narrative.writer == "LLaVA (llava-x)"
    assert "jane" not in str(narrative)


def test_contradicted_sentence_that_is_kept_on_purpose_stays_marked() -> None:
    wrong = "There are 9 lesions."
    narrative, _ = narrative_of(wrong, FACTS, "llava", kept=[wrong])
    assert narrative.sections[0].sentences[0].mark == "contradicts the measurements"
    assert "none contradicted them" in narrative.sections[-1].sentences[0].text


@pytest.mark.parametrize("text", ["", "  \n", "Findings:\n\nImpression:"])
def test_empty_answer_leaves_the_limitations(text: str) -> None:
    assert [part.title for part in narrative_of(text, FACTS, "llava")[0].sections] == [
        "Limitations"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Findings: 7 lesions.\nImpression: Tumor burden 2.4 %.",
        "## Findings\n7 lesions.\n\n## Impression\nTumor burden 2.4 %.",
        "**Findings**\n- 7 lesions.\n\n**Conclusion:** Tumor burden 2.4 %.",
        "7 lesions.\n\nImpression:\nTumor burden 2.4 %.",
    ],
)
def test_headings_are_found_however_they_are_set(text: str) -> None:
    told = told_of(narrative_of(text, FACTS, "llava")[0])
    assert (told["Findings"], told["Impression"]) == (["7 lesions."], ["Tumor burden 2.4 %."])


def test_report_says_that_a_model_wrote_it() -> None:
    picture = Picture("composite", "Shown.", "Instead.", b"", 1, 1, ())
    narrative, _ = narrative_of("7 lesions.", FACTS, "llava-hf/llava-1.5-7b-hf")
    report = Report(narrative, FACTS, (picture,), provenance_of(DRAWN.segmentation))
    assert ("Written by", "LLaVA (llava-1.5-7b-hf)") in list(head_lines(report))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("One lesion. It meas", "One lesion."),
        ("It has 1.5 mL (small.) And", "It has 1.5 mL (small.)"),
        ("Findings: all is", "Findings: all is"),
        ("Whole.", "Whole."),
        ("", ""),
    ],
)
def test_sentence_that_was_cut_short_is_left_out(text: str, whole: str) -> None:
    assert whole_sentences(text) == whole


def test_every_known_checkpoint_has_its_config_here() -> None:
    assert {entry.name for entry in CHECKPOINTS} == set(TEXT)
    assert known("llava-hf/llava-1.5-7b-hf") is CHECKPOINTS[0]
    assert known("somebody/else") is None


@pytest.mark.parametrize("entry", CHECKPOINTS, ids=lambda entry: entry.title)
def test_config_of_a_real_checkpoint_is_the_one_in_the_catalogue(entry: Checkpoint) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: no LLaVA here")
    from transformers import LlavaConfig, LlavaForConditionalGeneration

    assert architecture_of(config_of(entry.name), entry.name) == entry.architecture
    with torch.device("meta"):
        model = LlavaForConditionalGeneration(LlavaConfig.from_dict(config_of(entry.name)))
    linear = [part for part in model.modules() if isinstance(part, torch.nn.Linear)]
    matrices = sum(part.weight.numel() for part in linear if part is not model.lm_head)
    assert entry.architecture.linear == matrices
    assert entry.architecture.weights == sum(part.numel() for part in model.parameters())


def test_memory_and_download_are_those_of_the_weights() -> None:
    seven, thirteen, _ = CHECKPOINTS
    # Sizes of the files on the hub: 14.1 and 26.7 GB.
    assert (seven.download_mb, thirteen.download_mb) == (14127, 26703)
    # Measured with random weights on the CPU: 6.8 GB, after a prompt of half the length allowed.
    assert 7_000 < seven.memory_mb < 8_000 < 11_000 < thirteen.memory_mb < 13_000
    assert seven.memory_16_bit_mb > seven.download_mb


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"model_type": "llava_next"}, "no LLaVA-1.5: .* type “llava_next”"),
        ({"model_type": "sam"}, "no LLaVA-1.5: .* type “sam”"),
        ({}, "type “unknown”"),
        ([], "describes no model"),
        ({"model_type": "llava", "text_config": {"hidden_size": "wide"}}, "can be built"),
        ({"model_type": "llava", "vision_config": [1]}, "can be built"),
        ({"model_type": "llava"}, "describes a LLaVA-1.5 but has no weights"),
    ],
)
def test_folder_of_another_model_is_refused(tmp_path: Path, config: object, told: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadCheckpoint, match=told):
        open_folder(tmp_path)


def test_missing_part_of_the_weights_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config_of(CHECKPOINTS[0].name)))
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    (tmp_path / "model-1.safetensors").write_bytes(b"0" * 1_000_000)
    with pytest.raises(BadCheckpoint, match=r"lacks 1 of its 2 .* such as model-2\.safetensors"):
        open_folder(tmp_path)
    (tmp_path / "model-2.safetensors").write_bytes(b"0" * 500_000)
    found = open_folder(tmp_path)
    assert found.weights_mb == 1.5
    assert found.memory_mb(quantised=True) == CHECKPOINTS[0].memory_mb
    assert found.memory_mb(quantised=False) == CHECKPOINTS[0].memory_16_bit_mb


def test_weights_stored_in_four_bits_take_what_their_file_takes(tmp_path: Path) -> None:
    config = {**config_of(CHECKPOINTS[0].name), "quantization_config": {"load_in_4bit": True}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"0" * 2_000_000)
    found = open_folder(tmp_path)
    assert found.memory_mb(quantised=False) == found.memory_mb(quantised=True)
    assert found.memory_mb(quantised=True) < CHECKPOINTS[0].memory_mb


@pytest.mark.parametrize(
    ("place", "told"),
    [("/no/such/folder", "neither a folder"), ("nobody/never-fetched", "not on this machine")],
)
def test_checkpoint_that_is_not_here_is_one_sentence(place: str, told: str) -> None:
    pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed: no LLaVA here")
    with pytest.raises(BadCheckpoint, match=told):
        write_apart(
            picture_of_nothing(),
            "Lesions: 2",
            Writing(place),
            on_text=lambda text: None,
            cancelled=lambda: False,
        )


def test_libraries_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.foundation.llava.process.missing_modules", lambda *names: names[-2:])
    with pytest.raises(BadCheckpoint, match=r"needs bitsandbytes, accelerate, .*pip install -r"):
        write_apart(
            picture_of_nothing(),
            "Lesions: 2",
            Writing("llava-hf/llava-1.5-7b-hf"),
            on_text=lambda text: None,
            cancelled=lambda: False,
        )


def picture_of_nothing() -> Any:
    from PIL import Image

    return Image.new("RGB", (4, 4))
