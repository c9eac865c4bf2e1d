"""The patches of many cases on disk, a case at a time: memory does not grow with the data."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.atlas.patches import CONTENT, MIN_LIVER, ORIGIN, SLICE_SIDE, Patches, cut_case
from core.errors import BadDataset
from core.io.datasets import LabelledCase

IMAGES, TABLE = "images.npy", "table.parquet"


def gather(
    cases: Sequence[LabelledCase],
    folder: Path,
    report: Callable[[str], None] = lambda _: None,
) -> Patches:
    """Cut the patches of `cases` into files below `folder` and open them memory-mapped.

    A case cut before, its files unchanged, is not cut again. Cases without tumor are passed over.

    Raises BadDataset where no case shows any tumor.
    """
    parts = []
    for number, case in enumerate(cases, start=1):
        part = folder / f"part-{_key(case)}"
        if not (part / TABLE).is_file():
            report(f"cutting {case.dataset}/{case.name} ({number} of {len(cases)})")
            _write(cut_case(case), part)
        parts.append(part)
    table = pd.concat([pd.read_parquet(part / TABLE) for part in parts], ignore_index=True)
    if table.empty:
        raise BadDataset(
            "No slice of these cases shows a tumor, so there is no patch to learn from; give a "
            "folder whose labels mark tumors as 2."
        )
    return Patches(_joined(parts, folder), table)


def _write(patches: Patches, part: Path) -> None:
    part.mkdir(parents=True, exist_ok=True)
    np.save(part / IMAGES, patches.images)
    # Last: its presence says that the part is whole.
    whole = part / f"{TABLE}.part"
    patches.table.to_parquet(whole, index=False)
    whole.replace(part / TABLE)


def _joined(parts: Sequence[Path], folder: Path) -> np.memmap:
    images = [np.load(part / IMAGES, mmap_mode="r") for part in parts]
    key = hashlib.sha256(" ".join(part.name for part in parts).encode()).hexdigest()[:12]
    path = folder / f"joined-{key}.npy"
    if not path.is_file():
        whole = path.with_suffix(".part")
        shape = (sum(map(len, images)), *images[0].shape[1:])
        joined = np.lib.format.open_memmap(whole, "w+", np.uint8, shape)
        start = 0
        for part in images:
            joined[start : start + len(part)] = part
            start += len(part)
        joined.flush()
        whole.replace(path)
    opened: np.memmap = np.load(path, mmap_mode="r")
    return opened


def _key(case: LabelledCase) -> str:
    """Digest of all that decides what `case` gives."""
    files = [
        (str(path), stat.st_size, stat.st_mtime_ns)
        for place in case.places
        for path in (sorted(place.iterdir()) if place.is_dir() else [place])
        for stat in (path.stat(),)
    ]
    facts = [case.dataset, case.split, case.name, files, SLICE_SIDE, MIN_LIVER, ORIGIN, CONTENT]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12]
