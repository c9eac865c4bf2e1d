"""The check of written sentences against the facts of a scan.

`check_text` reads the claims of every sentence and judges each by the facts: supported,
contradicted or unsupported, with the reason.
"""

from core.report.check.judge import check_sentence, check_text
from core.report.check.verdict import Checked, Claim, Verdict

__all__ = [
    "Checked",
    "Claim",
    "Verdict",
    "check_sentence",
    "check_text",
]
