"""SAM in a process of its own: what it answers, keeps, and leaves out of the one that asks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BadCheckpoint, Cancelled
from core.foundation.sam.automatic import Settings, find_masks
from core.foundation.sam.checkpoint import open_folder
from core.foundation.sam.model import EncodedSlice, Sam
from core.foundation.sam.process import STAGES, SamProcess
from core.foundation.sam.prompts import Prompt
from tests.tiny_sam import change_heads, save_tiny_sam

pytestmark = pytest.mark.slow

GRID = Settings(side=6, batch=8)
BOX = Prompt(box=(10, 20, 49, 39))
ROOT = Path(__file__).parents[4]
# What a server does that has never loaded PyTorch.
SERVER = """
import sys
from pathlib import Path
import numpy as np
from core.foundation.sam.checkpoint import open_folder
from core.foundation.sam.process import SamProcess
from core.foundation.sam.prompts import Prompt
from pages.explain import sam, sam_state
process = SamProcess()
gray = np.zeros((20, 30), np.uint8)
about = Prompt(box=(2, 2, 9, 9))
found, _, _ = process.answer(open_folder(Path(sys.argv[1])), gray, (1.0, 1.0), about)
assert found.masks.shape == (1, 20, 30)
print([name for name in ("torch", "transformers", "tensorflow") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def process() -> Iterator[SamProcess]:
    process = SamProcess()
    yield process
    process.close()


def test_answers_are_those_of_this_process_and_tell_their_progress(
    process: SamProcess,
    tiny_folder: Path,
    tiny_sam: Sam,
    seen: EncodedSlice,
    gray: NDArray[np.uint8],
) -> None:
    told: list[tuple[str, float]] = []
    found, taken, seconds = process.answer(
        open_folder(tiny_folder), gray, (1.0, 1.0), GRID, progress=lambda *one: told.append(one)
    )
    here = find_masks(tiny_sam, seen, GRID)
    assert len(found) == len(here)
    assert np.count_nonzero(found.masks ^ here.masks) < 0.01 * here.masks.size
    np.testing.assert_allclose(taken.embedding, seen.embedding, atol=1e-4)
    assert seconds > 0
    assert list(dict(told)) == list(STAGES)
    assert [share for stage, share in told if stage == STAGES[1]] == [0, 0.5, 1, 1]
    assert told[-1] == (STAGES[2], 1.0)


def test_slice_that_was_taken_in_is_not_taken_in_again(
    process: SamProcess, tiny_folder: Path, seen: EncodedSlice, gray: NDArray[np.uint8]
) -> None:
    told: list[tuple[str, float]] = []
    found, taken, _ = process.answer(
        open_folder(tiny_folder),
        gray,
        (1.0, 1.0),
        Prompt(inside=((30, 25),)),
        seen,
        progress=lambda *one: told.append(one),
    )
    assert len(found) == 3
    assert taken.seconds == seen.seconds
    assert [share for stage, share in told if stage == STAGES[1]] == [1]


def test_checkpoint_stays_loaded_until_another_takes_its_place(
    process: SamProcess, tiny_folder: Path, tmp_path: Path, gray: NDArray[np.uint8]
) -> None:
    first, other = open_folder(tiny_folder), open_folder(save_tiny_sam(tmp_path / "other"))
    process.answer(first, gray, (1.0, 1.0), BOX)
    assert (process.holds(first), process.holds(other)) == (True, False)
    process.answer(other, gray, (1.0, 1.0), BOX)
    assert (process.holds(first), process.holds(other)) == (False, True)


def test_cancelling_ends_it_and_the_next_question_is_answered(
    process: SamProcess, tiny_folder: Path, gray: NDArray[np.uint8]
) -> None:
    checkpoint = open_folder(tiny_folder)
    told: list[str] = []
    with pytest.raises(Cancelled, match="The answer by SAM was cancelled"):
        process.answer(
            checkpoint,
            gray,
            (1.0, 1.0),
            Settings(side=200, batch=1),
            progress=lambda stage, share: told.append(stage),
            cancelled=lambda: STAGES[2] in told,
        )
    assert not process.holds(checkpoint)
    found, _, _ = process.answer(checkpoint, gray, (1.0, 1.0), BOX)
    assert len(found) == 1


def test_what_does_not_fit_or_load_is_one_sentence(
    process: SamProcess, tmp_path: Path, gray: NDArray[np.uint8]
) -> None:
    folder = save_tiny_sam(tmp_path / "tiny")
    (folder / "model.safetensors").write_bytes(b"0" * 1000)
    with pytest.raises(BadCheckpoint, match="“tiny” cannot be loaded"):
        process.answer(open_folder(folder), gray, (1.0, 1.0), BOX)
    change_heads(folder, 10**8)
    with pytest.raises(BadCheckpoint, match=r"“tiny” needs about .* GB are free on this machine"):
        process.answer(open_folder(folder), gray, (1.0, 1.0), BOX)


def test_server_that_asks_sam_never_loads_pytorch(tiny_folder: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVER, str(tiny_folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip().splitlines()[-1] == "[]"
