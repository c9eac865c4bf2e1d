"""Training slices on disk at the network's size, so that memory does not grow with the data."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import CENTER, Look, liver_gray, liver_look, tumor_look
from core.geometry.fits import axial_view, box_around
from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.labels import TUMOR
from core.presets import Preset

Task = Literal["liver", "tumor"]


@dataclass(frozen=True)
class SliceRecord:
    """Where a packed slice came from and what it holds.

    Parameters
    ----------
    liver_gray : median grey of the liver in the whole case.
    """

    patient: str
    dataset: str
    case: str
    index: int
    liver: bool
    tumor: bool
    tumors_labelled: bool
    liver_gray: float


@dataclass(frozen=True, eq=False)
class Pack:
    """Slices of many cases as memory-mapped uint8 arrays [N, S, S].

    Parameters
    ----------
    images : windowed slices.
    organ, tumor : share of each pixel covered by the structure, 255 = all of it.
    records : one a slice.
    """

    images: NDArray[np.uint8]
    organ: NDArray[np.uint8]
    tumor: NDArray[np.uint8]
    records: tuple[SliceRecord, ...]


def pack_cases(
    cases: Sequence[LabelledCase],
    preset: Preset,
    task: Task,
    folder: Path,
    report: Callable[[str], None] = lambda _: None,
) -> Pack:
    """Write the slices of `cases` as the network of `task` sees them, one case at a time.

    Done before below `folder` for the same cases and view, they are only opened again.
    """
    size, margin = view_of(preset, task)
    names = [f"{case.dataset}/{case.split}/{case.name}" for case in cases]
    facts = [field.name for field in fields(SliceRecord)]
    files = [_files(case) for case in cases]
    parts = [names, size, margin, asdict(preset.window), facts, files]
    key = hashlib.sha256(json.dumps(parts).encode())
    target = folder / f"pack-{key.hexdigest()[:12]}"
    if not (target / "records.json").is_file():
        _write(cases, preset, task, target, report)
    return _open(target, size)


def _files(case: LabelledCase) -> list[tuple[str, int, int]]:
    """Name, size in bytes and last change of every file of `case`: a pack knows its data by it."""
    folders = [place for place in case.places if place.is_dir()]
    files = [place for place in case.places if place not in folders]
    files += [file for folder in folders for file in sorted(folder.iterdir())]
    states = [(file.name, file.stat()) for file in files]
    return [(name, state.st_size, state.st_mtime_ns) for name, state in states]


def view_of(preset: Preset, task: Task) -> tuple[int, float | None]:
    """Side of the square that the network of `task` sees, and the margin around the liver."""
    if task == "liver":
        return preset.size, preset.liver_margin
    return preset.tumor_size, preset.tumor_margin


def _write(
    cases: Sequence[LabelledCase],
    preset: Preset,
    task: Task,
    target: Path,
    report: Callable[[str], None],
) -> None:
    target.mkdir(parents=True, exist_ok=True)
    records: list[SliceRecord] = []
    with (
        (target / "images.u8").open("wb") as images,
        (target / "organ.u8").open("wb") as organ,
        (target / "tumor.u8").open("wb") as tumor,
    ):
        for number, case in enumerate(cases, 1):
            report(f"packing {case.dataset}/{case.name} ({number} of {len(cases)})")
            gray, organ_cover, tumor_cover = packed_slices(case, preset, task)
            images.write(gray.tobytes())
            organ.write(organ_cover.tobytes())
            tumor.write(tumor_cover.tobytes())
            records += _records(case, gray, organ_cover, tumor_cover)
    (target / "records.json").write_text(json.dumps([asdict(record) for record in records]))


def packed_slices(
    case: LabelledCase, preset: Preset, task: Task
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Read one case as images, organ cover and tumor cover, each uint8 [N, S, S]."""
    volume, labels = case.read()
    shown = axial_view(labels)
    if task == "tumor":
        look: Look = tumor_look(volume, preset, labels > 0, CENTER)
    else:
        margin = preset.liver_margin
        box = None if margin is None else box_around(shown > 0, margin)
        look = liver_look(volume, preset, box)
    covers = [
        look.fit.shrink(np.where(mask, np.uint8(255), np.uint8(0)))
        for mask in (shown > 0, shown == TUMOR)
    ]
    return look.gray(volume, slice(None)), covers[0], covers[1]


def _records(
    case: LabelledCase,
    gray: NDArray[np.uint8],
    organ: NDArray[np.uint8],
    tumor: NDArray[np.uint8],
) -> list[SliceRecord]:
    patient, median = patient_of(case), liver_gray(gray, organ >= 128)
    return [
        SliceRecord(
            patient,
            case.dataset,
            case.name,
            index,
            bool(organ[index].max() >= 128),
            bool(tumor[index].max() >= 128),
            case.tumors_labelled,
            median,
        )
        for index in range(len(organ))
    ]


def _open(target: Path, size: int) -> Pack:
    records = tuple(
        SliceRecord(**record) for record in json.loads((target / "records.json").read_text())
    )
    shape = (len(records), size, size)
    images, organ, tumor = (
        np.memmap(target / f"{name}.u8", dtype=np.uint8, mode="r", shape=shape)
        for name in ("images", "organ", "tumor")
    )
    return Pack(images, organ, tumor, records)
