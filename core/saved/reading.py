"""Read a saved study: a file that nobody vouches for."""

import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from core.cascade.decisions import Decision, Opinion
from core.cascade.labelled import Brought
from core.cascade.postprocessing import Step
from core.cascade.segmentation import Segmentation
from core.editing.file import edits_from_json, read_edits
from core.errors import HepatoScopeError, UnreadableScan
from core.geometry.fits import Box
from core.io.archive import DAMAGED, Members, unpack
from core.io.limits import DEFLATE_MAX_RATIO, MAX_FILES, ZipLimits, check_shape, check_spacing
from core.presets import preset_named
from core.process.scratch import scratch
from core.quality import QualityFinding, Severity
from core.saved.writing import EDITS_NAME, FORMAT, FORMAT_VERSION, NAME
from core.study import Study, with_result
from core.volume import Grid, Turn, Volume

# Labels shrink to next to nothing.
LIMITS = ZipLimits(MAX_FILES, 4 * 2**30, "one saved session", growth=DEFLATE_MAX_RATIO)
MAX_RECORD_BYTES = 16 * 2**20
# What a wrong value inside the record raises where it is taken for a right one.
MALFORMED = (
    KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError, EOFError,
    SyntaxError, TokenError, RecursionError, NotImplementedError, struct.error,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Saved:
    """What was read.

    Parameters
    ----------
    written : as `save` was given it; whoever takes it checks it.
    """

    study: Study
    written: dict[str, Any]


def is_saved(path: Path) -> bool:
    """Whether the file at `path` is a zip that `save` wrote."""
    try:
        with zipfile.ZipFile(path) as archive:
            return NAME in archive.namelist()
    # Of a version of zip that is not known, too.
    except (*DAMAGED, NotImplementedError, RuntimeError, struct.error):
        return False


def open_saved(path: Path, scans: Mapping[str, Volume]) -> Saved:
    """Read what `core.saved.save` wrote.

    Parameters
    ----------
    scans : at hand, by digest: of the right one where the file does not hold it.

    Raises
    ------
    HepatoScopeError
        It is damaged, of another version, or its scan is neither in it nor at hand.
    """
    with scratch() as folder:
        unpack(path, folder, limits=LIMITS, choose=_wanted)
        record = _record(folder / NAME)
        try:
            return _saved(record, folder, scans)
        except HepatoScopeError:
            raise
        except (*MALFORMED, InvalidDicomError) as error:
            raise UnreadableScan(
                "The saved session is damaged: part of it does not say what it should "
                f"({type(error).__name__}); save it again."
            ) from error


def _wanted(entries: Sequence[zipfile.ZipInfo]) -> Members:
    """Choose what such a file holds, under names without folders."""
    known = {}
    for entry in entries:
        folder, _, name = entry.filename.rpartition("/")
        if folder in ("", "arrays", "headers") and Path(name).suffix in (".json", ".npy", ".dcm"):
            known[Path(name).name] = entry
    return known


def _record(path: Path) -> dict[str, Any]:
    if not path.is_file() or path.stat().st_size > MAX_RECORD_BYTES:
        raise UnreadableScan("This is no session that HepatoScope saved; choose another file.")
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        known = record["format"], record["format_version"]
    except MALFORMED as error:
        raise UnreadableScan("The saved session cannot be read; save it again.") from error
    if known != (FORMAT, FORMAT_VERSION):
        raise UnreadableScan(
            f"The session has the format {known!s:.60}, not {(FORMAT, FORMAT_VERSION)}; open it "
            "with the version that saved it."
        )
    return record


def _saved(record: dict[str, Any], folder: Path, scans: Mapping[str, Volume]) -> Saved:
    volume = _volume(record["scan"], folder, scans)
    found = _segmentation(record["segmentation"], folder, volume)
    quality = tuple(
        QualityFinding(
            str(one["code"]), Severity(one["severity"]), str(one["reason"]), str(one["advice"])
        )
        for one in record["quality"]
    )
    return Saved(with_result(Study(volume, quality), found), dict(record["written"]))


def _volume(told: dict[str, Any], folder: Path, scans: Mapping[str, Volume]) -> Volume:
    digest = str(told["sha256"])
    if digest in scans:
        return scans[digest]
    if not (folder / "hu.npy").is_file():
        raise HepatoScopeError(
            f"This session was saved without its scan, “{told['source']}”; open that scan first, "
            "then the session."
        )
    shape, affine = check_shape([int(side) for side in told["shape"]]), _affine(told["affine"])
    native = Grid(
        check_shape([int(side) for side in told["native_shape"]]), _affine(told["native_affine"])
    )
    hu = _array(folder, "hu", np.int16, shape)
    hu.setflags(write=False)
    return Volume(
        hu,
        affine,
        native,
        str(told["source"]),
        digest,
        tuple(map(str, told["notes"])),
        _headers(folder),
        bool(told["synthetic"]),
        bool(told["spacing_known"]),
        turns=tuple(map(Turn, told["turns"])),
        base=str(told["base"]),
    )


def _affine(told: Any) -> NDArray[np.float64]:
    affine = np.array(told, dtype=np.float64).reshape(4, 4)
    check_spacing(affine)
    return affine


def _headers(folder: Path) -> tuple[Dataset, ...]:
    return tuple(dcmread(path, stop_before_pixels=True) for path in sorted(folder.glob("*.dcm")))


def _segmentation(told: dict[str, Any], folder: Path, volume: Volume) -> Segmentation:
    preset = preset_named(str(told["preset"]))
    arrays = {
        name: _array(folder, name, np.uint8, volume.shape)
        for name in ("labels", "liver_probability", "tumor_probability")
    }
    if (folder / EDITS_NAME).is_file():
        arrays["found"] = _array(folder, "found", np.uint8, volume.shape)
        corrections = edits_from_json(read_edits(folder / EDITS_NAME), arrays["found"])
    else:
        corrections = ()
    box, chances, agreement = told["liver_box"], told["chances"], told["agreement"]
    return Segmentation(
        preset=preset.name,
        liver_threshold=_share(told["liver_threshold"]),
        tumor_threshold=_share(told["tumor_threshold"]),
        models={str(name): str(digest) for name, digest in told["models_sha256"].items()},
        seconds={str(name): float(time) for name, time in told["seconds"].items()},
        steps=tuple(
            Step(str(one["name"]), str(one["explanation"]), float(one["changed_ml"]))
            for one in told["steps"]
        ),
        liver_box=None if box is None else Box(**{name: int(at) for name, at in box.items()}),
        liver_gray=float(told["liver_gray"]),
        chances=None if chances is None else tuple(map(_share, chances)),
        agreement=None if agreement is None else _share(agreement),
        decisions=tuple(_decisions(told["decisions"], folder, volume)),
        corrections=corrections,
        # Sessions saved before masks could be brought do not tell.
        brought=None if told.get("brought") is None else _brought(told["brought"]),
        **arrays,
    )


def _brought(told: Mapping[str, Any]) -> Brought:
    return Brought(str(told["digest"]), str(told["meaning"]))


def _decisions(told: Sequence[str], folder: Path, volume: Volume) -> list[Decision]:
    decisions = []
    for number, opinion in enumerate(told):
        voxels = _array(folder, f"decision-{number}", np.int64, None)
        if len(voxels) and not 0 <= voxels.min() <= voxels.max() < volume.hu.size:
            raise ValueError("a decision on what lies outside the scan")
        decisions.append(Decision(Opinion(opinion), voxels))
    return decisions


def _share(told: Any) -> float:
    share = float(told)
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share")
    return share


def _array(
    folder: Path, name: str, kind: type[np.generic], shape: tuple[int, ...] | None
) -> NDArray[Any]:
    """Read an array of a known kind; `shape` None stands for any list."""
    # As a map: nothing is taken into memory before kind and shape are known.
    mapped = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
    right = mapped.ndim == 1 if shape is None else mapped.shape == shape
    if mapped.dtype != kind or not right:
        raise ValueError(f"{name} is {mapped.dtype} {mapped.shape}")
    return np.ascontiguousarray(mapped)
