"""Labelled cases on disk, whatever the layout: LiTS, Medical Decathlon, or slice folders."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadDataset
from core.geometry.fits import from_axial_view
from core.geometry.windows import Window, undo_window
from core.io.labels import read_labels
from core.io.limits import MAX_PICTURE_PIXELS, MAX_VOXELS
from core.labels import TUMOR
from core.volume import AIR_HU, Volume, volume_from_array

_ONE_MM = np.eye(4)
PICTURES = ("WEBP", "PNG")


@dataclass(frozen=True)
class LabelledCase:
    """One scan with its ground truth, read when asked for.

    Parameters
    ----------
    name : unique within the folder, such as ``volume-4``.
    dataset : name of the folder it came from.
    split : ``train``, ``test`` or None where the folder has no splits.
    read : gives the Volume and its labels, uint8 [X, Y, Z]: 0 background, 1 liver, 2 tumor.
    tumors_labelled : False where the liver label includes unmarked tumors.
    spacing_known : False where lengths in mm mean nothing.
    places : files and folders that `read` takes all it gives from.
    patient : a name of whose scan it is; None where the name of the case tells (`patient_of`).
    """

    name: str
    dataset: str
    split: str | None
    read: Callable[[], tuple[Volume, NDArray[np.uint8]]]
    tumors_labelled: bool = True
    spacing_known: bool = True
    places: tuple[Path, ...] = ()
    patient: str | None = None


def find_cases(root: Path, split: str | None = None) -> list[LabelledCase]:
    """List the labelled cases below `root`, those of `split` where the folder has splits.

    Raises BadDataset where the folder holds none.
    """
    if not root.is_dir():
        raise BadDataset(f"There is no folder {root}; give one in LiTS, MSD or slice layout.")
    cases = sorted(_cases(root), key=lambda case: _natural(case.name))
    chosen = [case for case in cases if split is None or case.split in (split, None)]
    if not chosen:
        wanted = f" in the split “{split}”" if split else ""
        raise BadDataset(
            f"“{root.name}” holds no labelled case{wanted}: expected volume-N.nii beside "
            "segmentation-N.nii, imagesTr beside labelsTr, or a slice folder with dataset.json."
        )
    return chosen


def _cases(root: Path) -> Iterator[LabelledCase]:
    if (root / "dataset.json").is_file() and not (root / "imagesTr").is_dir():
        yield from _slice_cases(root)
        return
    for image in _images(root, "volume-*.nii*"):
        labels = _first(root, image.name.replace("volume-", "segmentation-", 1))
        yield _nifti_case(image, labels, _stem(image), root.name, None)
    for image in _images(root / "imagesTr", "*.nii*"):
        labels = _first(root / "labelsTr", image.name)
        yield _nifti_case(image, labels, _stem(image), root.name, "train")


def _images(folder: Path, pattern: str) -> list[Path]:
    # The Decathlon's archives hold a hidden "._name" of macOS beside every file.
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def _first(folder: Path, name: str) -> Path:
    stem = name.removesuffix(".gz").removesuffix(".nii")
    for candidate in (folder / f"{stem}.nii.gz", folder / f"{stem}.nii"):
        if candidate.is_file():
            return candidate
    raise BadDataset(
        f"“{folder.name}” has no labels for {stem}; each volume needs its segmentation."
    )


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".nii")


def _nifti_case(
    image: Path, labels: Path, name: str, dataset: str, split: str | None
) -> LabelledCase:
    def read() -> tuple[Volume, NDArray[np.uint8]]:
        from core.io import read as read_volume

        volume = read_volume(image)
        return volume, read_labels(labels, volume)

    return LabelledCase(name, dataset, split, read, places=(image, labels))


def _slice_cases(root: Path) -> Iterator[LabelledCase]:
    window, tumors_labelled = _slice_facts(root / "dataset.json")
    for folder in sorted(root.glob("*/*")):
        if folder.is_dir():
            yield LabelledCase(
                folder.name,
                root.name,
                folder.parent.name,
                _slice_reader(folder, window),
                tumors_labelled,
                spacing_known=False,
                places=(root / "dataset.json", folder),
            )


def _slice_facts(path: Path) -> tuple[Window, bool]:
    try:
        facts = json.loads(path.read_text())
        low, high = (float(bound) for bound in facts["hu_window"])
        if not -(2**15) <= low < high < 2**15:
            raise ValueError("no window")
        return Window(low, high), str(TUMOR) in facts["labels"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise BadDataset(
            f"“{path.parent.name}/{path.name}” does not describe a slice folder; it needs "
            "“hu_window” as [low, high] and “labels”."
        ) from error


def _slice_reader(folder: Path, window: Window) -> Callable[[], tuple[Volume, NDArray[np.uint8]]]:
    def read() -> tuple[Volume, NDArray[np.uint8]]:
        masks = sorted(folder.glob("*_mask.png"))
        if not masks:
            raise BadDataset(f"“{folder.name}” has no slices: expected KKK.webp with KKK_mask.png.")
        images = [mask.with_name(mask.name.replace("_mask.png", ".webp")) for mask in masks]
        _check_size(images[0], len(images))
        gray, labels = _stack(images), _stack(masks)
        if gray.shape != labels.shape:
            raise BadDataset(
                f"“{folder.name}” has slices of {gray.shape[1:]} but masks of {labels.shape[1:]} "
                "pixels; each mask must lie on its slice."
            )
        hu = undo_window(gray, window)
        # Below the window only "darker than this" is known: fat and air. Air is the
        # value that every narrower window shows as the same black.
        hu[gray == 0] = AIR_HU
        digest = hashlib.sha256(gray.tobytes()).hexdigest()
        volume = volume_from_array(
            from_axial_view(hu),
            _ONE_MM,
            source=folder.name,
            digest=digest,
            notes=("Made of 8-bit slices of unknown spacing; lengths and volumes mean nothing.",),
            spacing_known=False,
        )
        return volume, np.ascontiguousarray(from_axial_view(labels))

    return read


def _check_size(first: Path, count: int) -> None:
    voxels = _gray(first).size * count
    if voxels > MAX_VOXELS:
        raise BadDataset(
            f"“{first.parent.name}” has {voxels / 1e6:,.0f} million pixels in {count:,} slices, "
            f"more than the {MAX_VOXELS // 10**6} million that can be read here; leave slices out."
        )


def _stack(paths: Sequence[Path]) -> NDArray[np.uint8]:
    pictures = [_gray(path) for path in paths]
    if len({picture.shape for picture in pictures}) > 1:
        raise BadDataset(
            f"The slices of {paths[0].parent.name} differ in size; a case has one slice size."
        )
    return np.stack(pictures)


def _gray(path: Path) -> NDArray[np.uint8]:
    """Read one picture; only WebP and PNG, since Pillow hands other formats to other programs."""
    try:
        with Image.open(path, formats=PICTURES) as picture:
            if picture.width * picture.height > MAX_PICTURE_PIXELS:
                raise BadDataset(
                    f"“{path.parent.name}/{path.name}” has {picture.width:,} × {picture.height:,} "
                    "pixels, as no slice has; export the slices again."
                )
            return np.asarray(picture.convert("L"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadDataset(
            f"“{path.parent.name}/{path.name}” is missing, damaged or no picture; every "
            "KKK_mask.png needs its KKK.webp."
        ) from error


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
