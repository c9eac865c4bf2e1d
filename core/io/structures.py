"""Masks of somebody else: which structures a file holds, and which of them liver and tumors are."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset, UnreadableScan, UnsupportedScan
from core.io.apart import apart
from core.io.dicom.segments import is_segmentation, laid_segments, segments_of
from core.io.labels import laid_by_index, laid_on, no_labels, stored_labels, whole_numbers
from core.io.nifti import open_nifti
from core.labels import LIVER, TUMOR
from core.volume import Volume

# Number of the liver where a file of TotalSegmentator's task “total” tells no names.
TOTAL_LIVER = 5
TUMOR_WORDS = re.compile(r"tumou?r|lesion|mass|metasta|carcinoma|neoplasm|hcc", re.I)
LIVER_WORDS = re.compile(r"liver|hepat", re.I)
# Parts of it, and what is named after it.
OTHER_WORDS = re.compile(r"vessel|vein|segment|artery|couinaud|duct|portal", re.I)


@dataclass(frozen=True)
class Structure:
    """What a file marks.

    Parameters
    ----------
    number : it has in the file.
    name : as the file tells it; empty where it tells none.
    """

    number: int
    name: str = ""

    @property
    def label(self) -> str:
        """Name it for a choice."""
        return f"{self.number}: {self.name}" if self.name else str(self.number)


@dataclass(frozen=True)
class Choice:
    """Which structures the organ is made of, and which of them are tumor."""

    liver: frozenset[int]
    tumor: frozenset[int]

    @property
    def words(self) -> str:
        """Say it."""
        tumors = f", tumor is {_listed(self.tumor)}" if self.tumor else ", no tumor"
        return f"liver is {_listed(self.liver)}{tumors}"


def _listed(numbers: Iterable[int]) -> str:
    return " and ".join(map(str, sorted(numbers))) or "what is tumor"


def structures_in(path: Path, name: str | None = None) -> tuple[Structure, ...]:
    """List what a NIfTI file of labels, or a DICOM segmentation, marks.

    Parameters
    ----------
    name : how messages call the file; its own name unless given.

    Raises
    ------
    BadDataset
        It cannot be read as either, or marks nothing.
    """
    name = name or path.name
    found = tuple(_segments(path, name) if is_segmentation(path) else _values(path, name))
    if not found:
        raise BadDataset(f"“{name}” marks nothing; choose a file with the liver in it.")
    return found


def guess(structures: Sequence[Structure]) -> Choice:
    """Tell which structures liver and tumors are: by their names, or as LiTS numbers them."""
    named = [one for one in structures if not OTHER_WORDS.search(one.name)]
    tumor = frozenset(one.number for one in named if TUMOR_WORDS.search(one.name))
    liver = frozenset(one.number for one in named if LIVER_WORDS.search(one.name)) - tumor
    if liver or tumor:
        return Choice(liver, tumor)
    numbers = {one.number for one in structures}
    if numbers <= {LIVER, TUMOR}:
        return Choice(frozenset(numbers & {LIVER}), frozenset(numbers & {TUMOR}))
    return Choice(frozenset({TOTAL_LIVER if TOTAL_LIVER in numbers else min(numbers)}), frozenset())


def labels_from(
    path: Path,
    volume: Volume,
    choice: Choice,
    *,
    name: str | None = None,
    ignore_place: bool = False,
    tell: Callable[[str], None] = lambda note: None,
) -> NDArray[np.uint8]:
    """Read the chosen structures as labels of `volume`: uint8 [X, Y, Z], 0, 1 or 2.

    Parameters
    ----------
    name, ignore_place, tell : as `core.io.labels.read_truth` takes them; the place of a DICOM
        segmentation counts always.

    Raises
    ------
    BadDataset
        It cannot be read, lies on another grid, or nothing that was chosen is in it.
    """
    name = name or path.name
    if is_segmentation(path):
        labels = _from_segments(path, volume, choice, name)
    else:
        labels = _from_nifti(path, volume, choice, name, ignore_place, tell)
    if not labels.any():
        raise BadDataset(
            f"Nothing in “{name}” is marked as what was chosen ({choice.words}); choose other "
            "structures of it."
        )
    return labels


def _values(path: Path, name: str) -> Iterable[Structure]:
    seen = np.zeros(256, bool)
    try:
        with open_nifti(path, name) as (plan, slabs):
            for _, stored in slabs:
                seen[whole_numbers(plan, stored, name)] = True
    except (UnreadableScan, UnsupportedScan) as error:
        raise no_labels(name, str(error)) from error
    except OSError as error:
        raise no_labels(name, error.strerror or "it cannot be opened") from error
    return (Structure(int(number)) for number in np.flatnonzero(seen) if number)


def _segments(path: Path, name: str) -> Iterable[Structure]:
    try:
        return [Structure(*one) for one in apart(segments_of, path, name=name)]
    except (UnreadableScan, UnsupportedScan) as error:
        raise BadDataset(str(error)) from error


def _from_nifti(
    path: Path,
    volume: Volume,
    choice: Choice,
    name: str,
    ignore_place: bool,
    tell: Callable[[str], None],
) -> NDArray[np.uint8]:
    meaning = np.zeros(256, np.uint8)
    meaning[sorted(choice.liver)] = LIVER
    meaning[sorted(choice.tumor)] = TUMOR
    stored, affine = stored_labels(path, volume, name, meaning)
    if ignore_place:
        return laid_by_index(stored, volume, name)
    return laid_on(stored, affine, volume, name, tell)


def _from_segments(path: Path, volume: Volume, choice: Choice, name: str) -> NDArray[np.uint8]:
    labels = np.zeros(volume.shape, np.uint8)
    wanted = tuple(sorted(choice.liver)), tuple(sorted(choice.tumor))
    try:
        for number, chosen in zip((LIVER, TUMOR), wanted, strict=True):
            if chosen:
                place = volume.affine, volume.shape
                region, mask = apart(laid_segments, path, chosen, *place, name, name=name)
                labels[region][mask] = number
    except (UnreadableScan, UnsupportedScan) as error:
        raise BadDataset(str(error)) from error
    return labels
