"""The check of written sentences against the facts of a scan.

`check_text` reads the claims of every sentence and judges each by the facts: supported,
contradicted or unsupported, with the reason. `keep_supported` makes sentences of a report of
what stands.
"""

from core.reporting.check.judge import check_sentence, check_text
from core.reporting.check.keep import keep_supported, kept_section
from core.reporting.check.verdict import Checked, Claim, Verdict

__all__ = [
    "Checked",
    "Claim",
    "Verdict",
    "check_sentence",
    "check_text",
    "keep_supported",
    "kept_section",
]
