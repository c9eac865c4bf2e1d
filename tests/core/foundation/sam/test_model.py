"""A tiny SAM of the real architecture: looks, answers, finds masks, stops when asked to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BadCheckpoint
from core.foundation.sam.automatic import Settings, find_masks
from core.foundation.sam.checkpoint import open_folder
from core.foundation.sam.masks import boxes_of
from core.foundation.sam.model import EncodedSlice, Sam, ask, encode, load_sam
from core.foundation.sam.prompts import Prompt, answer, draw_prompt, objects_of

pytestmark = pytest.mark.slow
GRID = Settings(side=6, batch=8)
SOME = Settings(side=6, batch=8, rated=0.0, stability=0.0, overlap=1.0)


def test_loaded_sam_answers_as_the_one_that_was_saved(
    tiny_folder: Path, tiny_sam: Sam, seen: EncodedSlice
) -> None:
    again = load_sam(open_folder(tiny_folder))
    point, yes = np.array([[[30, 20]]], np.float32), np.ones((1, 1), bool)
    for ours, theirs in zip(
        ask(tiny_sam, seen, point, yes), ask(again, seen, point, yes), strict=True
    ):
        assert (ours == theirs).all()


def test_answers_are_those_of_transformers_itself(
    tiny_sam: Sam, seen: EncodedSlice, gray: NDArray[np.uint8]
) -> None:
    import torch

    networks: Any = tiny_sam.networks
    given = networks.processor(images=np.repeat(gray[..., None], 3, axis=2), return_tensors="pt")
    point = torch.from_numpy(seen.frame.to_square(np.array([[[[30.0, 20.0]]]])))
    with torch.no_grad():
        whole = networks.model(pixel_values=given["pixel_values"], input_points=point)
    logits, rated = ask(tiny_sam, seen, np.array([[[30.0, 20.0]]]), np.ones((1, 1), bool))
    np.testing.assert_allclose(logits, whole.pred_masks[0].numpy(), rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(rated, whole.iou_scores[0].numpy(), atol=1e-4)


def test_masks_lie_on_the_slice_and_keep_what_was_asked_for(
    tiny_sam: Sam, seen: EncodedSlice
) -> None:
    found = find_masks(tiny_sam, seen, GRID)
    assert len(found)
    assert found.masks.shape[1:] == (45, 72)
    assert found.rated.min() >= GRID.rated
    assert found.stability.min() >= GRID.stability
    assert (found.rated[:-1] >= found.rated[1:]).all(), "best rated first"
    assert (boxes_of(found.masks) == found.boxes).all()
    everything = find_masks(tiny_sam, seen, SOME)
    assert len(everything) > len(found)


def test_batches_of_points_change_nothing(tiny_sam: Sam, seen: EncodedSlice) -> None:
    one, other = (
        find_masks(tiny_sam, seen, Settings(side=6, batch=batch, overlap=1.0)) for batch in (5, 36)
    )
    assert len(one) == len(other)
    assert np.count_nonzero(one.masks ^ other.masks) < 0.01 * one.masks.size


def test_filter_that_nothing_passes_leaves_no_mask(tiny_sam: Sam, seen: EncodedSlice) -> None:
    assert len(find_masks(tiny_sam, seen, Settings(side=3, rated=2.0))) == 0


def test_progress_passes_the_layers_and_the_grid(
    tiny_sam: Sam, seen: EncodedSlice, gray: NDArray[np.uint8]
) -> None:
    told: list[float] = []
    encode(tiny_sam, gray, (1.0, 1.0), told.append)
    assert told == [0, 0.5, 1]
    told.clear()
    find_masks(tiny_sam, seen, Settings(side=4, batch=8), told.append)
    assert told == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("prompt", "masks"),
    [
        (Prompt(inside=((30, 25),)), 3),
        (Prompt(inside=((30, 25), (20, 25))), 1),
        (Prompt(inside=((30, 25),), outside=((2, 2),)), 1),
        (Prompt(box=(10, 20, 49, 39)), 1),
        (Prompt(inside=((30, 25),), box=(10, 20, 49, 39)), 1),
    ],
)
def test_vague_prompt_has_three_answers_and_others_one(
    tiny_sam: Sam, seen: EncodedSlice, prompt: Prompt, masks: int
) -> None:
    found = answer(tiny_sam, seen, prompt)
    assert len(found) == masks
    assert found.masks.shape == (masks, 45, 72)
    assert (np.diff(found.rated) <= 0).all()


def test_side_of_a_point_matters(tiny_sam: Sam, seen: EncodedSlice) -> None:
    inside = answer(tiny_sam, seen, Prompt(inside=((30, 25), (5, 5))))
    outside = answer(tiny_sam, seen, Prompt(inside=((30, 25),), outside=((5, 5),)))
    assert (inside.bits != outside.bits).any()


def test_empty_prompt_is_no_question(tiny_sam: Sam, seen: EncodedSlice) -> None:
    assert not Prompt()
    with pytest.raises(ValueError, match="a point or a box"):
        answer(tiny_sam, seen, Prompt())


def test_prompt_drawn_from_a_mask_lies_in_it_and_beside_it() -> None:
    mask = np.zeros((40, 50), bool)
    mask[10:20, 5:9] = True
    prompt = draw_prompt(mask, np.random.default_rng(3), inside=4, outside=5, box=True)
    assert all(mask[int(row), int(column)] for column, row in prompt.inside)
    assert not any(mask[int(row), int(column)] for column, row in prompt.outside)
    assert (len(set(prompt.inside)), len(set(prompt.outside))) == (4, 5)
    assert prompt.box == (5, 10, 8, 19)
    again = draw_prompt(mask, np.random.default_rng(3), inside=4, outside=5, box=True)
    assert again == prompt


def test_tiny_object_gives_the_points_it_has() -> None:
    mask = np.zeros((8, 8), bool)
    mask[3, 4] = True
    assert draw_prompt(mask, np.random.default_rng(0), inside=5).inside == ((4, 3),)
    with pytest.raises(ValueError, match="nothing is marked"):
        draw_prompt(np.zeros((8, 8), bool), np.random.default_rng(0))


def test_objects_are_the_connected_parts_largest_first() -> None:
    mask = np.zeros((9, 9), bool)
    mask[0:2, 0:2], mask[2:8, 4:8] = True, True
    parts = objects_of(mask)
    assert [np.count_nonzero(part) for part in parts] == [24, 4]
    assert objects_of(np.zeros((9, 9), bool)) == []


def test_too_little_memory_is_told_before_loading(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.foundation.sam.model.free_mb", lambda: 200.0)
    with pytest.raises(BadCheckpoint, match=r"needs about 0\.5 GB .* 0\.2 GB are free"):
        load_sam(open_folder(tiny_folder))


def test_damaged_weights_are_one_sentence(tiny_folder: Path, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        content = (tiny_folder / name).read_bytes()
        (tmp_path / name).write_bytes(content[:4000])
    with pytest.raises(BadCheckpoint, match="cannot be loaded"):
        load_sam(open_folder(tmp_path))
