"""A report in every format that it can be taken home in."""

from core.reporting.document.as_json import from_json, to_json
from core.reporting.document.dicom_sr import to_dicom_sr
from core.reporting.document.docx import to_docx
from core.reporting.document.encapsulated import to_encapsulated_pdf
from core.reporting.document.html import to_html
from core.reporting.document.markdown import to_markdown
from core.reporting.document.pdf import to_pdf
from core.reporting.document.report import NOTICE, Provenance, Report, SignOff, provenance_of

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
