"""LLaVA at work: a tiny one of the real architecture, on the CPU, by the code that runs any."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import BadCheckpoint, Cancelled, OutOfTime
from core.foundation.llava.catalogue import CHECKPOINTS
from core.foundation.llava.checkpoint import open_folder
from core.foundation.llava.model import MEAN_COLOR, STAGES, Writing, load, squared, write
from core.foundation.llava.process import write_apart
from core.foundation.llava.way import choose_way
from tests.tiny_llava import WORDS, change_config, save_tiny_llava

pytestmark = pytest.mark.slow
PROMPT = "Liver volume: 1205 mL; lesions: 2"
PICTURE = Image.new("RGB", (90, 40), (200, 30, 30))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_llava(tmp_path_factory.mktemp("llava") / "tiny-llava")


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Path:
    """A folder whose files may be spoiled."""
    return Path(shutil.copytree(tiny, tmp_path / "tiny-llava"))


def written(folder: Path, tell: Any = lambda told: None, **options: Any) -> str:
    """Let it write in this process, 12 words unless told otherwise."""
    writing = Writing(str(folder), **{"max_tokens": 12, "quantised": False, **options})
    return write(open_folder(folder), PICTURE, "liver and lesion", writing, tell)


def going_on(*_: object) -> bool:
    return False


def test_text_comes_word_by_word_from_a_process_of_its_own(tiny: Path) -> None:
    texts: list[str] = []
    stages: list[str] = []
    text = write_apart(
        PICTURE,
        PROMPT,
        Writing(str(tiny), max_tokens=15, quantised=True),
        on_text=texts.append,
        cancelled=going_on,
        on_stage=stages.append,
    )
    assert stages == list(STAGES)
    assert len(text.split()) == 15
    assert set(text.split()) <= set(WORDS)
    assert texts[-1] == text
    assert len({len(said) for said in texts}) > 10
    assert all(text.startswith(said) for said in texts)


def test_time_that_ran_out_keeps_what_was_written(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours: list[float] = [0.0]
    texts: list[str] = []

    def on_text(text: str) -> None:
        texts.append(text)
        hours[0] = 1e6 if len(text.split()) >= 5 else 0.0

    monkeypatch.setattr("core.process.worker.clock", lambda: hours[0])
    writing = Writing(str(tiny), max_tokens=3000, seconds=60, quantised=False)
    with pytest.raises(OutOfTime, match="stopped after 60 seconds; what it wrote") as told:
        write_apart(PICTURE, PROMPT, writing, on_text=on_text, cancelled=going_on)
    assert len(told.value.written.split()) >= 5
    assert told.value.written in texts


def test_cancelling_ends_it_at_once(tiny: Path) -> None:
    stages: list[str] = []
    with pytest.raises(Cancelled, match="The text by LLaVA was cancelled"):
        write_apart(
            PICTURE,
            PROMPT,
            Writing(str(tiny), max_tokens=3000),
            on_text=lambda text: None,
            cancelled=lambda: bool(stages),
            on_stage=stages.append,
        )
    assert stages == [STAGES[0]]


def test_same_scan_gives_the_same_text_and_a_seed_may_give_another(tiny: Path) -> None:
    assert written(tiny) == written(tiny)
    assert written(tiny, seed=1) == written(tiny, seed=1)
    assert len({written(tiny, seed=seed) for seed in range(5)} | {written(tiny)}) > 1


def test_four_bits_write_too(tiny: Path) -> None:
    assert len(written(tiny, quantised=True).split()) == 12


def test_picture_matters(tiny: Path) -> None:
    checkpoint = open_folder(tiny)
    processor, model = load(checkpoint, choose_way(checkpoint, False))
    answers = []
    for color in ("black", "white"):
        picture = squared(Image.new("RGB", (40, 40), color))
        asked = processor(images=picture, text="<image> liver", return_tensors="pt")
        answers.append(model(**asked).logits[0, -1].detach().numpy())
    assert not np.allclose(*answers)


def test_wide_picture_is_padded_and_not_cut() -> None:
    square = squared(PICTURE)
    assert square.size == (90, 90)
    assert square.getpixel((0, 45)) == square.getpixel((89, 45)) == (200, 30, 30)
    assert square.getpixel((45, 0)) == square.getpixel((45, 89)) == MEAN_COLOR


def test_template_of_the_checkpoint_is_used(copied: Path) -> None:
    told = "<image> {{ messages[0]['content'][1]['text'] }}"
    (copied / "chat_template.jinja").write_text(told)
    assert len(written(copied).split()) == 12
    (copied / "chat_template.jinja").write_text(told.removeprefix("<image>"))
    with pytest.raises(BadCheckpoint, match="could be loaded but not write"):
        written(copied)


def test_longer_than_it_can_read_is_refused(tiny: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"writes 4,096 tokens; .* the text 4,090 more"):
        written(tiny, max_tokens=4090)


def test_too_little_memory_is_told_before_loading(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.foundation.llava.way.free_mb", lambda: 700.0)
    stages: list[Any] = []
    with pytest.raises(BadCheckpoint, match=r"needs about 0\.9 GB .* and 0\.7 GB are free"):
        written(tiny, stages.append)
    assert not stages


@pytest.mark.parametrize(("free", "quantises"), [(8_000, True), (20_000, False), (None, False)])
def test_matrices_become_four_bits_where_memory_asks_for_it(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, free: float | None, quantises: bool
) -> None:
    seven = replace(open_folder(tiny), single=False, architecture=CHECKPOINTS[0].architecture)
    monkeypatch.setattr("core.foundation.llava.way.free_mb", lambda: free)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert choose_way(seven, None).quantises is quantises
    assert choose_way(replace(seven, stored_quantised=True), True).quantises is False


def test_gpu_takes_four_bits_if_it_has_the_memory(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seven = replace(open_folder(tiny), single=False, architecture=CHECKPOINTS[0].architecture)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.mem_get_info", lambda: (8_000_000_000, 24_000_000_000))
    way = choose_way(seven, None)
    assert (way.device, way.quantises, str(way.dtype)) == ("cuda", True, "torch.float16")
    with pytest.raises(BadCheckpoint, match=r"needs about 16\.\d GB .* 8\.0 GB .* on this GPU"):
        choose_way(seven, False)


def test_damaged_weights_are_one_sentence(copied: Path) -> None:
    (copied / "model.safetensors").write_bytes(b"0" * 1000)
    with pytest.raises(BadCheckpoint, match=r"“tiny-llava” cannot be loaded \(\w+\)"):
        written(copied)


def test_weights_of_another_size_are_one_sentence(copied: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(copied / "model.safetensors")
    save_file(
        {name: part for name, part in weights.items() if "language_model" not in name},
        copied / "model.safetensors",
        {"format": "pt"},
    )
    with pytest.raises(BadCheckpoint, match=r"lack \d+ of the parts of a LLaVA"):
        written(copied)


def test_missing_tokenizer_is_one_sentence(copied: Path) -> None:
    for path in copied.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(BadCheckpoint, match="cannot be loaded"):
        written(copied)


def test_parts_that_do_not_fit_together_are_one_sentence(copied: Path) -> None:
    change_config(copied, image_token_index=7)
    with pytest.raises(BadCheckpoint, match="could be loaded but not write"):
        written(copied)
