"""Segment many scans, one after the other; a bad one stops nobody else."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from core.cascade.findings import Findings
from core.cascade.networks import Networks
from core.draw.preview import preview
from core.errors import HepatoScopeError
from core.io.digest import sha256_of
from core.io.export import labels_to_dicom_seg, labels_to_nifti
from core.presets import Preset
from core.quality import Severity
from core.record import findings_record, to_json
from core.study import Study, examine

FINDINGS_NAME = "findings.json"


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
    names = [
        path.name.removesuffix(".gz").removesuffix(".nii").removesuffix(".zip") for path in paths
    ]
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


def segment_inputs(
    inputs: Sequence[Path],
    out: Path,
    preset: Preset,
    networks: Networks,
    report: Callable[[str], None],
) -> int:
    """Segment every input into ``out/<case>/`` and return how many could not be.

    A scan finished before with the same preset and weights is skipped.
    """
    paths = expand_inputs(inputs)
    failures = 0
    for path, name in zip(paths, case_names(paths), strict=True):
        folder = out / name
        if is_finished(path, folder, preset, networks):
            report(f"{name}: finished before, skipped")
            continue
        try:
            findings = segment_to_folder(path, folder, preset, networks, report)
        except HepatoScopeError as error:
            failures += 1
            report(f"error: {path.name}: {error}")
            continue
        report(
            f"{name}: liver {findings.liver_volume_ml:.0f} mL, "
            f"{len(findings.lesions)} lesion(s), tumor {findings.tumor_volume_ml:.1f} mL"
        )
    return failures


def is_finished(path: Path, folder: Path, preset: Preset, networks: Networks) -> bool:
    """Whether `folder` holds the result of the scan at `path`, this preset and these weights."""
    finished = folder / FINDINGS_NAME
    if not finished.is_file() or not path.exists():
        return False
    record = json.loads(finished.read_text())
    # The digest of a DICOM folder is known only once it is read: there the name must do.
    same_scan = path.is_dir() or record["source_sha256"] == sha256_of([path])
    same_networks = record["models_sha256"] == networks.digests
    return bool(same_scan and same_networks and record["preset"] == preset.name)


def segment_to_folder(
    path: Path,
    folder: Path,
    preset: Preset,
    networks: Networks,
    report: Callable[[str], None] = lambda _: None,
) -> Findings:
    """Segment the scan at `path` and write labels, preview and, last, findings.

    Raises the errors of `read`, and UnsupportedScan where the quality gate finds one.
    """

    def warn(study: Study) -> None:
        for finding in study.quality:
            if finding.severity is Severity.WARNING:
                report(f"{folder.name}: {finding.severity}: {finding.reason} {finding.advice}")

    known = examine(path, preset, networks=networks, on_checked=warn).known
    volume, labels = known.volume, known.segmentation.labels
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "labels.nii.gz").write_bytes(labels_to_nifti(volume, labels))
    if volume.dicom_headers and labels.any():
        (folder / "labels.dcm").write_bytes(labels_to_dicom_seg(volume, labels))
    preview(volume, labels).save(folder / "preview.png")
    record = findings_record(known)
    # Written aside and moved: findings stand for a finished case.
    aside = folder / f"{FINDINGS_NAME}.part"
    aside.write_text(to_json(record))
    aside.replace(folder / FINDINGS_NAME)
    return known.findings
