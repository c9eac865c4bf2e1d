"""Segment many scans, one after the other; a bad one stops nobody else."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from core.cascade.findings import Findings
from core.cascade.networks import Networks
from core.cascade.orientation import CODE as MIRRORED
from core.draw.preview import preview_png
from core.errors import HepatoScopeError, UnsupportedScan, WeightsMissing
from core.io.digest import folder_digest, sha256_of
from core.io.export import labels_to_dicom_seg, labels_to_nifti
from core.models.store import preset_digests
from core.presets import Preset
from core.quality import QualityFinding, Severity
from core.record import findings_record, to_json
from core.study import Examined, Study, examine

FINDINGS_NAME = "findings.json"
FILES = ("labels.nii.gz", "labels.dcm", "preview.png")
# Of findings: what the scan is known by before it is read.
SOURCE = "source_files_sha256"


def expand_inputs(inputs: Sequence[Path]) -> list[Path]:
    """Replace folders in LiTS layout by the volumes they hold."""
    expanded: list[Path] = []
    for path in inputs:
        volumes = sorted(path.glob("volume-*.nii*")) if path.is_dir() else []
        expanded += volumes or [path]
    return expanded


def case_names(inputs: Sequence[Path]) -> list[str]:
    """Name a result folder for each input, no two alike.

    Equal names get their parent's name in front, and where that is equal too a number behind.
    """
    paths = [path.resolve() for path in inputs]
    names = [_stem(path) for path in paths]
    shared = Counter(names)
    names = [
        f"{path.parent.name}-{name}" if shared[name] > 1 else name
        for path, name in zip(paths, names, strict=True)
    ]
    shared, met = Counter(names), Counter[str]()
    for index, name in enumerate(names):
        met[name] += 1
        if shared[name] > 1:
            names[index] = f"{name}-{met[name]}"
    return names


def _stem(path: Path) -> str:
    """Name of a file without what its container adds."""
    name = path.name
    for suffix in (".gz", ".tar", ".nii", ".zip", ".nrrd", ".mha"):
        name = name.removesuffix(suffix)
    return name


def segment_inputs(
    inputs: Sequence[Path],
    out: Path,
    preset: Preset,
    networks: Networks | None,
    report: Callable[[str], None],
    series: str | None = None,
    orient: bool = False,
    named: bool = False,
) -> int:
    """Segment every input into ``out/<case>/`` and return how many could not be.

    A scan finished before with the same preset and weights is skipped.

    Parameters
    ----------
    networks : replace the preset's own.
    series : which of several series of each DICOM input, as `core.io.read` takes it.
    orient : whether to turn what lies otherwise than its file says.
    named : whether findings tell the names of files.
    """
    paths = expand_inputs(inputs)
    digests = networks.digests if networks else preset_digests(preset)
    failures = 0
    for path, name in zip(paths, case_names(paths), strict=True):
        try:
            folder, record = place_of(path, name, out, series, orient)
            if record is not None and made_by(record, preset, digests):
                report(f"{folder.name}: finished before, skipped")
                continue
            if folder.name != name:
                report(f"{folder.name}: “{name}” holds another scan, so this one stands beside it")
            elif record is None and (folder / FINDINGS_NAME).exists():
                report(f"{name}: the findings there are not whole, so they are made anew")
            findings = segment_to_folder(
                path, folder, preset, networks, report, series, orient, named
            )
        except WeightsMissing:
            raise
        except (HepatoScopeError, OSError) as error:
            failures += 1
            report(f"error: {path.name}: {in_a_sentence(error)}")
            continue
        report(
            f"{folder.name}: liver {findings.liver_volume_ml:.0f} mL, "
            f"{len(findings.lesions)} lesion(s), tumor {findings.tumor_volume_ml:.1f} mL"
        )
    return failures


def in_a_sentence(error: HepatoScopeError | OSError) -> str:
    """Tell what stopped a scan: our own sentence, or the system's reason."""
    if isinstance(error, HepatoScopeError):
        return str(error)
    return (
        f"The scan, or the place of its result, cannot be opened ({error.strerror}); check "
        "who may read and write there."
    )


def place_of(
    path: Path, name: str, out: Path, series: str | None = None, orient: bool = False
) -> tuple[Path, dict[str, Any] | None]:
    """Find the result folder of a scan, and what is written there of this very scan.

    A folder that holds another scan's findings is left alone: the next is ``name-2``.
    """
    for number in count(1):
        folder = out / (name if number == 1 else f"{name}-{number}")
        record = _record_in(folder)
        if record is None or not path.exists():
            return folder, None
        if record.get(SOURCE) == _identity(path, series, orient)[SOURCE]:
            return folder, record
    raise AssertionError("numbers do not end")


def made_by(record: dict[str, Any], preset: Preset, digests: Mapping[str, str]) -> bool:
    """Whether findings were made with this preset and these weights."""
    return (record["models_sha256"], record["preset"]) == (digests, preset.name)


def _record_in(folder: Path) -> dict[str, Any] | None:
    """Read the findings of a finished case; None where there are none, or no whole ones."""
    try:
        record = json.loads((folder / FINDINGS_NAME).read_text())
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(record, dict) and {"source_sha256", "models_sha256", "preset"} <= set(record)
    return {SOURCE: record["source_sha256"], **record} if whole else None


def _identity(path: Path, series: str | None, orient: bool) -> dict[str, str]:
    """Tell what a scan is known by before it is read: of a folder, all files in it."""
    known = folder_digest(path) if path.is_dir() else sha256_of([path])
    asked = (f" series {series}" if series else "") + (" oriented" if orient else "")
    return {SOURCE: known + asked}


def segment_to_folder(
    path: Path,
    folder: Path,
    preset: Preset,
    networks: Networks | None,
    report: Callable[[str], None] = lambda _: None,
    series: str | None = None,
    orient: bool = False,
    named: bool = False,
) -> Findings:
    """Segment the scan at `path` and write labels, preview and, last, findings.

    Raises the errors of `read`, and UnsupportedScan where the quality gate finds one.
    """

    def tell(words: Iterable[str]) -> None:
        for sentence in words:
            report(f"{folder.name}: {sentence}")

    def on_checked(study: Study) -> None:
        tell(told_of(study))

    known = examine(
        path,
        preset,
        networks=networks,
        series=series,
        orient=orient,
        named=named,
        on_checked=on_checked,
    ).known
    tell(_warnings([one for one in known.quality if one.code == MIRRORED]))
    tell(f"warning: {sentence}" for sentence in known.findings.warnings)
    write_case(folder, known, _identity(path, series, orient), report)
    return known.findings


def write_case(
    folder: Path,
    known: Examined,
    more: Mapping[str, Any] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Write labels, preview and findings of a study into a folder, whole or not at all.

    Parameters
    ----------
    more : for the findings.

    Raises HepatoScopeError where the folder cannot be written to.
    """
    volume, labels = known.volume, known.segmentation.labels
    written = {"labels.nii.gz": labels_to_nifti(volume, labels)}
    missing: dict[str, str] = {}
    if volume.dicom_headers and labels.any():
        try:
            written["labels.dcm"] = labels_to_dicom_seg(volume, labels)
        except UnsupportedScan as error:
            missing["labels.dcm"] = str(error)
            report(f"{folder.name}: warning: labels.dcm was not written. {error}")
    written["preview.png"] = preview_png(volume, labels)
    record = findings_record(known) | {"not_written": missing} | dict(more or {})
    _put(folder, written, to_json(record))


def told_of(study: Study) -> Iterator[str]:
    """Say what the reader left out, mended or assumed, and what the quality gate warns of."""
    yield from (f"note: {note}" for note in study.volume.notes)
    if len(study.volume.series) > 1:
        others = "; ".join(one.label for one in study.volume.series[1:])
        yield f"note: Another series is read with --series KEY: {others}."
    yield from _warnings(study.quality)


def _warnings(quality: Iterable[QualityFinding]) -> Iterator[str]:
    for finding in quality:
        if finding.severity is Severity.WARNING:
            yield f"{finding.severity}: {finding.reason} {finding.advice}"


def _put(folder: Path, files: dict[str, bytes], findings: str) -> None:
    """Put a case in place, written aside whole; findings stand for it: they go first, come last.

    Raises HepatoScopeError where the folder cannot be written to; what was there stays.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # What a run left that was cut off.
        for left in (*folder.glob("*.part"), *folder.glob(".part-*")):
            rmtree(left) if left.is_dir() else left.unlink()
        aside = Path(mkdtemp(prefix=".part-", dir=folder))
        try:
            for name, content in (files | {FINDINGS_NAME: findings.encode()}).items():
                (aside / name).write_bytes(content)
            for name in (FINDINGS_NAME, *FILES):
                (folder / name).unlink(missing_ok=True)
            for name in (*files, FINDINGS_NAME):
                (aside / name).replace(folder / name)
        finally:
            rmtree(aside)
    except OSError as error:
        raise HepatoScopeError(
            f"The result cannot be written to “{folder}” ({error.strerror or error}); choose "
            "another --out, or make room there."
        ) from error
