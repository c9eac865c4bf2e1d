"""A report in every format that it can be taken home in."""

from core.report.document.as_json import from_json, to_json
from core.report.document.dicom_sr import to_dicom_sr
from core.report.document.docx import to_docx
from core.report.document.encapsulated import to_encapsulated_pdf
from core.report.document.html import to_html
from core.report.document.markdown import to_markdown
from core.report.document.pdf import to_pdf
from core.report.document.report import NOTICE, Provenance, Report, SignOff, provenance_of

__all__ = [
    "NOTICE",
    "Provenance",
    "Report",
    "SignOff",
    "from_json",
    "provenance_of",
    "to_dicom_sr",
    "to_docx",
    "to_encapsulated_pdf",
    "to_html",
    "to_json",
    "to_markdown",
    "to_pdf",
]
