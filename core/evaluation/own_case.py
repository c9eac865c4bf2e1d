"""One scan of one's own against its ground truth, as a run that can be taken home."""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.errors import BadDataset
from core.evaluation.run import Run, read_run, write_run
from core.evaluation.score import TARGETS, CaseScore, score_target
from core.io.datasets import LabelledCase
from core.labels import organ_mask
from core.process.scratch import scratch
from core.volume import Volume

DATASET = "own-case"


@dataclass(frozen=True)
class PackedLabels:
    """Labels [X, Y, Z] in a hundredth of their memory.

    Parameters
    ----------
    slices : zlib streams of the axial slices uint8 [X, Y], in order.
    shape : (X, Y) of each.
    """

    slices: tuple[bytes, ...]
    shape: tuple[int, int]

    @staticmethod
    def of(labels: NDArray[np.uint8]) -> "PackedLabels":
        """Pack `labels` [X, Y, Z]."""
        parts = np.moveaxis(labels, 2, 0)
        packed = tuple(zlib.compress(part.tobytes(), 1) for part in parts)
        return PackedLabels(packed, (labels.shape[0], labels.shape[1]))

    def axial(self, index: int) -> NDArray[np.uint8]:
        """Unpack one axial slice [X, Y]."""
        flat = np.frombuffer(zlib.decompress(self.slices[index]), np.uint8)
        return flat.reshape(self.shape)

    def whole(self) -> NDArray[np.uint8]:
        """Unpack everything [X, Y, Z]."""
        return np.stack([self.axial(index) for index in range(len(self.slices))], axis=2)


def score_own(
    volume: Volume, truth: NDArray[np.uint8], found: Segmentation, name: str, tumors_labelled: bool
) -> list[CaseScore]:
    """Score a segmentation that is there already against true labels [X, Y, Z].

    Parameters
    ----------
    name : of the case, for the tables.
    tumors_labelled : False where the liver label includes tumors that nobody marked; then
        only the organ is scored.
    """
    case = LabelledCase(name, DATASET, None, lambda: (volume, truth), tumors_labelled)
    targets = tuple(TARGETS) if tumors_labelled else ("organ",)
    seconds = sum(found.seconds.values())
    return [score_target(target, case, volume, truth, found, seconds) for target in targets]


def check_same_case(
    truth: NDArray[np.uint8], found: NDArray[np.uint8], name: str, case: str
) -> None:
    """Refuse a truth that has nothing in common with the labels `found`, both [X, Y, Z].

    Raises BadDataset where both mark a liver and the livers share no voxel.
    """
    true, called = organ_mask(truth), organ_mask(found)
    if called.any() and not (true & called).any():
        raise BadDataset(
            f"The liver of “{name}” ({np.count_nonzero(true):,} voxels) and the liver found in "
            f"“{case}” ({np.count_nonzero(called):,} voxels) do not share a single voxel, so this "
            "seems to be the ground truth of another case; upload that of this scan."
        )


def own_run(scores: Sequence[CaseScore], found: Segmentation) -> tuple[Run, bytes]:
    """Make a run of the scores, and the same as a .zip of run.json and its tables.

    The thresholds are those of the labels, which may have been moved from the preset's.
    """
    with scratch() as place:
        folder = place / f"{DATASET}-{scores[0].case}"
        write_run(folder, scores, [], found.used, found.models, DATASET, None)
        return read_run(folder), _zipped(folder)


def worst_slice(score: CaseScore) -> int:
    """Axial slice with the most voxels missed or invented; the first of them."""
    wrong = [part.false_positive + part.false_negative for part in score.slices]
    return int(np.argmax(wrong))


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{folder.name}/{path.name}")
    return buffer.getvalue()
