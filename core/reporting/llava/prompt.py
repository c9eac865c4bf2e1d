"""What LLaVA is asked: to write findings and an impression of the given facts alone."""

from collections.abc import Iterator

from core.reporting.fact import Fact, Facts

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
# What says nothing of the scan, what may name a person, and what the checker has no use for.
LEFT_OUT = ("software.", "model.", "preset", "thresholds", "scan.source", "scan.orientation")
LEFT_OUT_WORDS = (".source", ".number", ".settings", ".same_settings", ".shift", ".overlap")


def prompt_of(facts: Facts) -> str:
    """Write the request that goes beside the composite: what to do, then the facts as text.

    It carries no file name, and only the five largest lesions one by one, so that picture, facts
    and answer stay within what LLaVA-1.5 can read (4096 tokens).
    """
    lines = [ORDER, "", "Measurements:", *_of_the_scan(facts)]
    for number in facts.lesion_numbers[:LESIONS]:
        said = [f"{_name_within_lesion(fact)} {fact.shown}" for fact in _of_lesion(facts, number)]
        lines.append(f"- Lesion {number}: {'; '.join(said)}")
    if facts.not_assessable:
        lines += ["", "Not assessable, so leave it out:"]
        lines += [f"- {sentence}" for sentence in facts.not_assessable]
    return "\n".join(lines)


def _of_the_scan(facts: Facts) -> Iterator[str]:
    for fact in facts:
        if _is_told(fact) and not _is_of_one_lesion(fact):
            yield f"- {fact.label}: {fact.shown}"


def _of_lesion(facts: Facts, number: int) -> Iterator[Fact]:
    return (
        fact for fact in facts.about_lesion(number) if _is_told(fact) and _is_of_one_lesion(fact)
    )


def _is_told(fact: Fact) -> bool:
    return (
        fact.value is not None
        and not fact.id.startswith(LEFT_OUT)
        and not fact.id.endswith(LEFT_OUT_WORDS)
    )


def _is_of_one_lesion(fact: Fact) -> bool:
    return fact.lesion is not None and f"lesion.{fact.lesion}" in fact.id


def _name_within_lesion(fact: Fact) -> str:
    """Shorten “Lesion 2: volume” to “volume”."""
    start = f"Lesion {fact.lesion}"
    return fact.label.removeprefix(start).removeprefix(":").strip()
