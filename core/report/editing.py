"""Text that a person wrote over ours, sentence by sentence: what of it enters a report.

Our own sentences keep the facts they were made of for as long as they stand word by word. All
others are held against the facts: contradicted ones stay out unless they are kept on purpose,
and then they are marked, as unsupported ones are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from core.report.check import Checked
from core.report.entering import enter
from core.report.fact import Facts
from core.report.text import Section, Sentence, paragraphs


@dataclass(frozen=True)
class Review:
    """A section as somebody wrote it, and what of it enters the report.

    Parameters
    ----------
    section : as it enters.
    checked : the sentences that are not ours, with the verdicts on them.
    edited : whether the text is another one than ours.
    """

    section: Section
    checked: tuple[Checked, ...] = ()
    edited: bool = False


def review(
    title: str, text: str, facts: Facts, own: Sequence[Sentence], kept: Collection[str] = ()
) -> Review:
    """Hold the sentences of `text` that are not among `own` against the facts.

    Parameters
    ----------
    text : of the section, as written.
    own : sentences that were made of these facts.
    kept : sentences, word by word, that enter although they should stay out.
    """
    ours = Section(title, tuple(own))
    if paragraphs(text) == paragraphs(ours.text):
        return Review(ours)
    entered = enter(text, facts, own, kept)
    return Review(Section(title, entered.sentences), entered.checked, edited=True)
