"""The files that a report can be written to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import HepatoScopeError
from core.report.document import (
    Report,
    to_dicom_sr,
    to_docx,
    to_encapsulated_pdf,
    to_html,
    to_json,
    to_markdown,
    to_pdf,
)
from core.study import Examined


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Parameters
    ----------
    suffix : that names it.
    says : what it is good for, in a phrase.
    of_series : whether it needs a DICOM series, whose patient data it then carries.
    """

    title: str
    suffix: str
    says: str
    write: Callable[[Report, Examined], bytes]
    of_series: bool = False


FORMATS = (
    Format("PDF", ".pdf", "to print and to send", lambda report, _: to_pdf(report)),
    Format("Word", ".docx", "to go on writing", lambda report, _: to_docx(report)),
    Format("Web page", ".html", "one file, with its pictures", lambda report, _: to_html(report)),
    Format("Markdown", ".md", "text and tables alone", lambda report, _: to_markdown(report)),
    Format("JSON", ".json", "every sentence with its facts", lambda report, _: to_json(report)),
    Format(
        "DICOM SR",
        ".dcm",
        "measurements for an archive",
        lambda report, study: to_dicom_sr(study.volume, study.segmentation, study.findings, report),
        of_series=True,
    ),
    Format(
        "DICOM PDF",
        ".pdf.dcm",
        "the PDF for an archive",
        lambda report, study: to_encapsulated_pdf(study.volume, to_pdf(report)),
        of_series=True,
    ),
)


def format_of(path: Path) -> Format:
    """Choose the format that the name of a file asks for; HepatoScopeError where none does."""
    fitting = [known for known in FORMATS if path.name.lower().endswith(known.suffix)]
    if not fitting:
        known = ", ".join(one.suffix for one in FORMATS)
        raise HepatoScopeError(
            f"No report is written as “{path.name}”; let its name end in one of {known}."
        )
    return max(fitting, key=lambda one: len(one.suffix))
