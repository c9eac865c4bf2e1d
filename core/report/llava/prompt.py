"""What LLaVA is asked: to write findings and an impression of the given facts alone."""

import re
from collections.abc import Iterator, Sequence

from core.report.fact import Fact, Facts
from core.report.fact_kind import OF_ONE_LESION

# Lesions told one by one, as our own narrative does; `rest.*` tells of the others.
LESIONS = 5
ORDER = (
    "The picture shows CT slices of the liver with the outlines of the liver and of its lesions. "
    "Below are all measurements of this scan. Write a short radiology report in English with two "
    "paragraphs, “Findings:” and “Impression:”. Use only the measurements below: copy numbers "
    "with their units, sides and places as they stand, and call lesions by their numbers. Say "
    "nothing of other organs, of contrast enhancement, of the patient or of a diagnosis, and "
    "advise no treatment."
)
# Title, and how the ids begin that stand under it.
GROUPS = (
    ("Scan", ("scan.", "measurement.", "quality.")),
    ("Liver", ("liver.",)),
    ("All lesions together", ("lesion.count", "tumor.", "largest.", "rest.")),
    ("How sure the networks are", ("confidence.", "doubt.")),
    ("Attribution map", ("explanation.",)),
    ("Since the earlier study", ("study.", "change.")),
)
# What may name a person, and what says nothing of the liver.
LEFT_OUT = re.compile(
    r"scan\.(?:source|orientation)|study\.earlier\.(?:source|settings|same_settings|shift|overlap)"
    r"|lesion\.\d+\.number"
)


def prompt_of(facts: Facts) -> str:
    """Write the request that goes beside the composite: what to do, then the facts as text.

    It carries no file name, and only the five largest lesions one by one, so that picture, facts
    and answer stay within what LLaVA-1.5 can read (4096 tokens).
    """
    told = [fact for fact in facts if fact.value is not None and not LEFT_OUT.fullmatch(fact.id)]
    of_all = [fact for fact in told if not OF_ONE_LESION.match(fact.id)]
    lines = [ORDER, "", "Measurements"]
    for title, starts in GROUPS:
        lines += _line(title, [fact for fact in of_all if fact.id.startswith(starts)])
    for number in facts.lesion_numbers[:LESIONS]:
        of_one = (fact for fact in told if OF_ONE_LESION.match(fact.id))
        lines += _line(f"Lesion {number}", [fact for fact in of_one if fact.lesion == number])
    if facts.not_assessable:
        lines += ["", "What cannot be told from this scan", *facts.not_assessable]
    return "\n".join(lines)


def _line(title: str, facts: Sequence[Fact]) -> Iterator[str]:
    """Set facts in a line; “Lesion 2: volume” is “volume” in the line of lesion 2."""
    said = (f"{fact.label.removeprefix(title).lstrip(': ')}: {fact.shown}" for fact in facts)
    if facts:
        yield f"{title}: {'; '.join(said)}"
