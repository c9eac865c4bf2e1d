"""A scan and what is known of it: read, checked, segmented, measured."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cascade.brought import brought_segmentation
from core.cascade.corrections import corrected, corrected_to, with_corrections
from core.cascade.decisions import Opinion, decision_on
from core.cascade.findings import Findings
from core.cascade.labelled import Brought, Labelled
from core.cascade.measurement import measure
from core.cascade.networks import Networks, load_networks
from core.cascade.orientation import CODE as MIRRORED
from core.cascade.orientation import mirrored_findings
from core.cascade.segmentation import Segmentation, relabel, segment, with_decisions
from core.editing.edits import Act, Correction, Lesion
from core.editing.history import History
from core.errors import UnsupportedScan
from core.io.apart import read_apart
from core.presets import Preset
from core.process.progress import Progress
from core.quality import QualityFinding, Severity, check
from core.turning import turned
from core.volume import Turn, Volume, unnamed

Quality = tuple[QualityFinding, ...]


@dataclass(frozen=True, eq=False)
class Examined:
    """A scan with its labels, whoever made them, and what was measured on them."""

    volume: Volume
    quality: Quality
    segmentation: Labelled
    findings: Findings


@dataclass(frozen=True, eq=False)
class Study:
    """A scan and what is known of it so far.

    Parameters
    ----------
    segmentation : as labelled at present, possibly at moved thresholds; None before it is made.
    findings : measured on that segmentation.
    """

    volume: Volume
    quality: Quality
    segmentation: Segmentation | None = None
    findings: Findings | None = None

    @property
    def id(self) -> str:
        """SHA-256 of what was read, which names the study."""
        return self.volume.digest

    @property
    def title(self) -> str:
        """Name to show."""
        return self.volume.source

    @property
    def known(self) -> Examined:
        """The study with its result; ValueError where it has none."""
        if self.segmentation is None or self.findings is None:
            raise ValueError(f"{self.title} was not segmented yet")
        return Examined(self.volume, self.quality, self.segmentation, self.findings)


def opened(volume: Volume) -> Study:
    """Check a scan that was read."""
    return Study(volume, check(volume))


def segmented(
    study: Study,
    preset: Preset,
    *,
    networks: Networks | None = None,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
    on_liver: Callable[[Segmentation], None] = lambda found: None,
) -> Study:
    """Segment a study, as `core.cascade.segmentation.segment` does, and measure the result.

    What the networks say of left and right joins the findings of the quality gate; what a reader
    decided on lesions of an earlier result holds for those called anew, and what was corrected by
    hand is corrected again.
    """
    volume = study.volume
    found = segment(
        volume,
        preset,
        networks=networks,
        progress=progress,
        cancelled=cancelled,
        on_liver=on_liver,
    )
    if study.segmentation is not None:
        found = with_decisions(found, study.segmentation.decisions, volume.voxel_ml)
        found = with_corrections(found, study.segmentation.corrections, volume)
    known = [finding for finding in study.quality if finding.code != MIRRORED]
    seen = mirrored_findings(volume, preset, networks or load_networks(preset))
    return with_result(replace(study, quality=(*seen, *known)), found)


def labelled_by(study: Study, labels: NDArray[np.uint8], brought: Brought, preset: Preset) -> Study:
    """Take labels [X, Y, Z] that were brought for the study, and measure them.

    What was decided on others, or corrected in them, does not hold for these.
    """
    return with_result(study, brought_segmentation(study.volume, labels, brought, preset))


def called_at(study: Study, liver_threshold: float, tumor_threshold: float) -> Study:
    """Call a segmented study at other thresholds, and measure it anew.

    Raises ValueError where it was not segmented.
    """
    found = _result_of(study)
    if (liver_threshold, tumor_threshold) == (found.liver_threshold, found.tumor_threshold):
        return study
    return with_result(study, _called_anew(study, found, liver_threshold, tumor_threshold))


def _called_anew(
    study: Study, found: Segmentation, liver_threshold: float, tumor_threshold: float
) -> Segmentation:
    called = relabel(study.volume, found, liver_threshold, tumor_threshold)
    return with_corrections(called, found.corrections, study.volume)


def with_result(study: Study, found: Segmentation) -> Study:
    """Measure a segmentation of a study, and take it in.

    Nobody judged the lesions of labels that were corrected by hand.
    """
    volume, chances = study.volume, None if found.corrections else found.chances
    measured = measure(volume, found.labels, chances, found.decisions)
    if found.brought:
        measured = replace(measured, warnings=(found.brought.sentence, *measured.warnings))
    if found.corrections:
        told = corrected(found.as_found, found.labels, found.corrections, volume.voxel_ml)
        warnings = (told.sentence, *measured.warnings)
        measured = replace(measured, corrected=told, warnings=warnings)
    return replace(study, segmentation=found, findings=measured)


def begun(study: Study) -> History:
    """Begin to correct a segmented study, or go on where it was corrected before."""
    found = _result_of(study)
    history = History.of(found.as_found, study.volume.spacing)
    return replace(history, labels=found.labels, done=found.corrections)


def corrected_by(study: Study, history: History) -> Study:
    """Take over corrections that began with `begun`, and measure the study anew."""
    return with_result(study, corrected_to(_result_of(study), history))


def decided(study: Study, number: int, opinion: Opinion) -> Study:
    """Confirm or reject the lesion `number` of a segmented study, and measure it anew.

    Raises ValueError where there is no such lesion.
    """
    found = _result_of(study)
    decision = decision_on(found.labels, number, opinion)
    if found.corrections and opinion is Opinion.REJECTED:
        # What was drawn by hand stands above what was called: it is taken back by hand too.
        x, y, z = np.unravel_index(decision.voxels[0], found.labels.shape)
        edit = Correction(Lesion((int(x), int(y), int(z)), Act.DELETE))
        return corrected_by(study, begun(study).made(edit))
    return with_result(study, with_decisions(found, (decision,), study.volume.voxel_ml))


def withdrawn(study: Study, key: str) -> Study:
    """Take the decision `key` back, and measure the study anew."""
    found = _result_of(study)
    left = tuple(one for one in found.decisions if one.key != key)
    found = replace(found, decisions=left)
    at = found.liver_threshold, found.tumor_threshold
    return with_result(study, _called_anew(study, found, *at))


def _result_of(study: Study) -> Segmentation:
    if study.segmentation is None:
        raise ValueError(f"{study.title} was not segmented yet")
    return study.segmentation


def examine(
    scan: Path | Volume,
    preset: Preset,
    *,
    networks: Networks | None = None,
    series: str | None = None,
    orient: bool = False,
    named: bool = False,
    on_checked: Callable[[Study], None] = lambda study: None,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Study:
    """Read a scan, check it, segment it and measure what was found.

    Parameters
    ----------
    scan : its path, or the scan itself.
    series : which of several series at that path, as `core.io.read` takes it.
    named : whether the scan keeps the name of its file, which may be a patient's.
    orient : whether to turn a scan that lies otherwise than its file says, where it can be turned.
    networks, progress, cancelled : as `core.cascade.segmentation.segment` takes them.
    on_checked : told the study before the long work.

    Raises
    ------
    UnsupportedScan
        The quality gate finds that it is no CT of the abdomen.
    HepatoScopeError
        As `core.io.apart.read_apart` and `segment` do.
    """
    if isinstance(scan, Path):
        scan, networks = _read_and_loaded(scan, series, cancelled, preset, networks)
        scan = scan if named else unnamed(scan)
    study = opened(scan)
    if orient and not study.volume.dicom_headers:
        study = oriented(study, preset, networks or load_networks(preset))
    refuse_unusable(study.quality)
    on_checked(study)
    return segmented(study, preset, networks=networks, progress=progress, cancelled=cancelled)


def _read_and_loaded(
    path: Path,
    series: str | None,
    cancelled: Callable[[], bool],
    preset: Preset,
    networks: Networks | None,
) -> tuple[Volume, Networks]:
    """Read a scan in its process while this one loads the networks."""
    if networks is not None:
        return read_apart(path, series, cancelled), networks
    beside = ThreadPoolExecutor(1)
    try:
        loading = beside.submit(load_networks, preset)
        return read_apart(path, series, cancelled), loading.result()
    finally:
        # Who learns that a scan is unreadable waits for no network.
        beside.shutdown(wait=False)


def oriented(study: Study, preset: Preset, networks: Networks) -> Study:
    """Turn a study to lie as spine, lungs and what the networks see say that it does."""
    for _ in Turn:
        volume = study.volume
        seen = [Turn(one.code) for one in study.quality if one.code in set(Turn)]
        if not seen and mirrored_findings(volume, preset, networks):
            seen = [Turn.LEFT_RIGHT]
        if not seen:
            break
        study = opened(turned(volume, seen[0]))
    return study


def refuse_unusable(quality: Sequence[QualityFinding]) -> None:
    """Raise UnsupportedScan where the quality gate found an ERROR."""
    for finding in quality:
        if finding.severity is Severity.ERROR:
            advice = finding.advice[0].lower() + finding.advice[1:]
            raise UnsupportedScan(f"{finding.reason.removesuffix('.')}; {advice}")
