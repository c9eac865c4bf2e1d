"""The text of a report, made of facts alone.

The sections follow the order of RSNA's RadReport templates: technique, comparison, findings by
organ, impression; limitations come last. The same facts always give the same text, and every
sentence keeps the ids of the facts it rests on.
"""

from core.report.fact import Facts
from core.report.fact_kind import FactKind
from core.report.narrative.change import change
from core.report.narrative.conclusion import impression, limitations
from core.report.narrative.findings import has_liver, lesions, liver
from core.report.narrative.scan import comparison, technique
from core.report.narrative.teller import Teller
from core.report.phrases import PHRASES
from core.report.text import Edition, Narrative, Section

__all__ = ["write_narrative"]

WRITER = "facts"


def write_narrative(facts: Facts, edition: Edition) -> Narrative:
    """Write the report of the scan that `facts`, by `collect_facts`, are about.

    It says nothing that is not among them: no diagnosis, and no figure of its own.
    """
    teller = Teller(facts, PHRASES[edition])
    told = {"technique": technique, "comparison": comparison, "liver": liver}
    if has_liver(teller):
        told["lesions"] = lesions
        if facts[FactKind.STUDY_EARLIER].value:
            told["change"] = change
    told |= {"impression": impression, "limitations": limitations}
    phrases = PHRASES[edition]
    sections = tuple(
        Section(phrases[f"section.{name}"], tuple(tell(teller))) for name, tell in told.items()
    )
    return Narrative(phrases["title"], sections, edition, WRITER)
