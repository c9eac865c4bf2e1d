"""A report's text on its way: what was written, by whom, and what of it enters the report."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from core.report.check import Checked
from core.report.editing import Review, review
from core.report.fact import Facts
from core.report.narrative import write_narrative
from core.report.text import Edition, Narrative, Sentence, paragraphs

BY_HAND = "edited by hand"
MODEL_PART = "Text of the model"


@dataclass(frozen=True)
class Part:
    """A text that can be edited: as it stands, and as it was written first."""

    title: str
    text: str
    first: str

    @property
    def edited(self) -> bool:
        """Whether somebody has changed it."""
        return paragraphs(self.text) != paragraphs(self.first)


@dataclass(frozen=True)
class Draft:
    """A text with its check.

    Parameters
    ----------
    narrative : as it enters the report.
    own : those of its sentences that were made of facts alone.
    checked : the sentences that were not, in order, also those that stay out.
    """

    narrative: Narrative
    own: frozenset[Sentence]
    parts: tuple[Part, ...]
    checked: dict[str, tuple[Checked, ...]]

    @property
    def all_checked(self) -> tuple[Checked, ...]:
        """All sentences that were checked."""
        return tuple(one for checked in self.checked.values() for one in checked)

    def left_out(self, kept: Collection[str]) -> tuple[Checked, ...]:
        """Choose the sentences that do not enter the report."""
        return tuple(one for one in self.all_checked if one.refused and one.text not in kept)


def draft_of_facts(
    facts: Facts, edition: Edition, edits: Mapping[str, str], kept: Collection[str]
) -> Draft:
    """Write the report by facts, then take over what was edited.

    Parameters
    ----------
    edits : texts by the title of the section that they stand in place of.
    kept : contradicted sentences, word by word, that enter all the same.
    """
    ours = write_narrative(facts, edition)
    parts = tuple(
        Part(section.title, edits.get(section.title, section.text), section.text)
        for section in ours.sections
    )
    reviews = [
        review(part.title, part.text, facts, section.sentences, kept)
        for part, section in zip(parts, ours.sections, strict=True)
    ]
    checked = {one.section.title: one.checked for one in reviews}
    return Draft(_edited(ours, reviews), frozenset(ours.sentences), parts, checked)


def _edited(narrative: Narrative, reviews: list[Review]) -> Narrative:
    if not any(one.edited for one in reviews):
        return narrative
    sections = tuple(one.section for one in reviews if one.section.sentences)
    writer = f"HepatoScope, from measurements; {BY_HAND}"
    return replace(narrative, sections=sections, writer=writer)


def draft_of_model(
    facts: Facts, generated: str, checkpoint: str, edits: Mapping[str, str], kept: Collection[str]
) -> Draft:
    """Check what a language model wrote, or what somebody made of it.

    Parameters
    ----------
    generated : as the model wrote it.
    checkpoint : hub name or folder of the model.
    edits : under `MODEL_PART`, the text that stands in its place.
    """
    from core.report.llava import narrative_of

    part = Part(MODEL_PART, edits.get(MODEL_PART, generated), generated)
    narrative, checked = narrative_of(part.text, facts, checkpoint, kept)
    if part.edited:
        narrative = replace(narrative, writer=f"{narrative.writer}; {BY_HAND}")
    own = write_narrative(facts, Edition.CLINICAL).sentences
    return Draft(narrative, frozenset(own), (part,), {MODEL_PART: checked})
