"""A report without a browser: a scan, or a case segmented before, to a report in a file."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from core.cohort.one_by_one import told_of
from core.errors import HepatoScopeError
from core.foundation.llava.model import Writing
from core.io.apart import read_apart
from core.presets import Preset
from core.report.case_folder import is_case_folder, read_case
from core.report.composite import Palette, Picture, pictures
from core.report.document import Report, provenance_of
from core.report.draft import Draft, draft_of_facts, draft_of_model
from core.report.fact import Facts
from core.report.facts import collect_facts
from core.report.followup import compare_studies
from core.report.formats import format_of
from core.report.text import Edition
from core.study import Examined, Study, examine
from core.volume import unnamed

Say = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """Where a study is: a scan, or the folder of a finished case with the scan it was made of.

    Parameters
    ----------
    series : which of several series of the scan.
    named : whether the report tells the names of files, which may be a patient's.
    """

    place: Path
    scan: Path | None = None
    series: str | None = None
    named: bool = False


@dataclass(frozen=True)
class Order:
    """What kind of report is wanted.

    Parameters
    ----------
    out : file to write; its suffix chooses the format.
    writing : how LLaVA is to write it; None lets the facts speak.
    preset : to segment scans with.
    insist : that both studies are of one patient, however little their livers fit.
    """

    out: Path
    edition: Edition
    palette: Palette
    preset: Preset
    writing: Writing | None = None
    patient: str | None = None
    insist: bool = False


def write_report(source: Source, earlier: Source | None, order: Order, say: Say) -> Report:
    """Write a report to a file; nothing is segmented that was segmented before.

    Raises HepatoScopeError where an input or the name of the file cannot be used.
    """
    format_of(order.out)
    study = study_of(source, order.preset, say)
    before = None if earlier is None else study_of(earlier, order.preset, say)
    return report_on(study, before, order, say)


def report_on(study: Examined, before: Examined | None, order: Order, say: Say) -> Report:
    """Write a report on a study that is at hand, and maybe one before it; raises HepatoScopeError.

    `order` names the file, whose suffix is the format.
    """
    form = format_of(order.out)
    if form.of_series and not study.volume.dicom_headers:
        raise HepatoScopeError(
            f"“{study.volume.source}” is no DICOM series, so it has no DICOM report; choose "
            "another format, such as .pdf."
        )
    compared = None if before is None else compare_studies(study, before, insist=order.insist)
    facts = collect_facts(
        study.volume, study.quality, study.segmentation, study.findings, earlier=compared
    )
    drawn = pictures(study.volume, study.segmentation, study.findings, palette=order.palette)
    draft = _draft(facts, drawn[0], order, say)
    made = provenance_of(study.segmentation)
    report = Report(draft.narrative, facts, drawn, made, patient=order.patient)
    document = form.write(report, study)
    _put(order.out, document)
    return report


def _put(out: Path, document: bytes) -> None:
    aside = out.with_name(f"{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(document)
        aside.replace(out)
    except OSError as error:
        raise HepatoScopeError(
            f"The report cannot be written to “{out}” ({error.strerror or error}); choose another "
            "--out, or make room there."
        ) from error


def study_of(source: Source, preset: Preset, say: Say) -> Examined:
    """Read a study, segmenting its scan where `source` is no finished case.

    Raises HepatoScopeError where a finished case comes without its scan, and as `read` does.
    """
    if is_case_folder(source.place):
        if source.scan is None:
            raise HepatoScopeError(
                f"“{source.place.name}” holds labels and findings but not the scan; name the scan "
                "they were made of with --scan, or --earlier-scan for the earlier study."
            )
        scan = read_apart(source.scan, source.series)
        return read_case(source.place, scan if source.named else unnamed(scan))
    if source.scan is not None:
        raise HepatoScopeError(
            f"“{source.place.name}” is no folder that “segment” wrote; leave --scan out to segment "
            "a scan anew."
        )

    def on_checked(study: Study) -> None:
        for sentence in told_of(study):
            say(f"{study.title}: {sentence}")
        say(f"{study.title}: segmenting")

    return examine(
        source.place, preset, series=source.series, named=source.named, on_checked=on_checked
    ).known


def _draft(facts: Facts, picture: Picture, order: Order, say: Say) -> Draft:
    if order.writing is None:
        return draft_of_facts(facts, order.edition, {}, ())
    from core.foundation.llava.process import write_apart
    from core.report.llava import prompt_of

    with Image.open(io.BytesIO(picture.png)) as image:
        text = write_apart(
            image.convert("RGB"),
            prompt_of(facts),
            order.writing,
            on_text=lambda text: None,
            cancelled=lambda: False,
            on_stage=say,
        )
    draft = draft_of_model(facts, text, order.writing.checkpoint, {}, ())
    for one in draft.all_checked:
        if one.refused:
            say(f"left out: “{one.text}” {one.reason}")
    return draft
