"""A report of what LLaVA wrote: every sentence checked against the facts."""

import re
from collections.abc import Collection

from core.report.check import Checked
from core.report.entering import enter
from core.report.fact import Facts
from core.report.narrative import write_narrative
from core.report.phrases import PHRASES
from core.report.text import Edition, Narrative, Section, Sentence

TITLE = "Liver CT: text by a language model, checked against the measurements"
# “Findings:”, “**Impression**”, “## Impression”, alone on a line or before its first sentence.
HEADING = re.compile(
    r"^[#*\s]*(findings|impression|conclusion)\b\s*(?::[*\s]*|\**\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def narrative_of(
    text: str, facts: Facts, checkpoint: str, kept: Collection[str] = ()
) -> tuple[Narrative, tuple[Checked, ...]]:
    """Make a report of generated text; also gives its sentences with the verdicts on them.

    Sentences that contradict the facts are left out; those that no fact supports enter marked.
    The limitations are those of our own writer, after a sentence that tells who wrote the rest
    and how many sentences were left out.

    Parameters
    ----------
    text : as the model wrote it, or as a user edited it.
    checkpoint : hub name or folder of what wrote it.
    kept : contradicted sentences, word by word, that stay all the same, marked.
    """
    name = checkpoint.replace("\\", "/").rstrip("/").split("/")[-1]
    ours = write_narrative(facts, Edition.CLINICAL)
    parts = {
        title: enter(part, facts, ours.sentences, kept) for title, part in _parts(text).items()
    }
    checked = tuple(one for part in parts.values() for one in part.checked)
    left_out = sum(one.refused and one.text not in kept for one in checked)
    said = [Section(title, part.sentences) for title, part in parts.items()]
    limits = PHRASES[Edition.CLINICAL]["section.limitations"]
    of_ours = [
        sentence for part in ours.sections if part.title == limits for sentence in part.sentences
    ]
    closing = Section(limits, (Sentence(_origin(name, left_out)), *of_ours))
    sections = (*(section for section in said if section.sentences), closing)
    return Narrative(TITLE, sections, Edition.CLINICAL, f"LLaVA ({name})"), checked


def _parts(text: str) -> dict[str, str]:
    """Cut generated text at its headings; what has none is findings."""
    titles = {"findings": "Findings", "impression": "Impression", "conclusion": "Impression"}
    before, *rest = HEADING.split(text)
    parts = {"Findings": before.strip()}
    for heading, part in zip(rest[::2], rest[1::2], strict=True):
        title = titles[heading.lower()]
        parts[title] = f"{parts.get(title, '')}\n\n{part.strip()}".strip()
    return {title: part for title, part in parts.items() if part}


def _origin(name: str, left_out: int) -> str:
    """Tell who wrote the text above, and what became of it."""
    sentences = {0: "none contradicted them", 1: "one that contradicted them was left out"}
    fate = sentences.get(left_out, f"{left_out} that contradicted them were left out")
    return (
        f"The text above was written by the language model “{name}” and checked sentence by "
        f"sentence against the measurements: {fate}."
    )
