"""Text that a person wrote over ours, sentence by sentence: what of it enters a report.

Our own sentences keep the facts they were made of for as long as they stand word by word. All
others are held against the facts: contradicted ones stay out unless they are kept on purpose,
and then they are marked, as unsupported ones are.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.report.check import Checked, check_text, keep_supported
from core.report.check.sentences import plain
from core.report.fact import Facts
from core.report.text import Section, Sentence

Judged = Sentence | Checked


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
    kept : contradicted sentences, word by word, that enter all the same.
    """
    if text.split() == " ".join(sentence.text for sentence in own).split():
        return Review(Section(title, tuple(own)))
    judged = tuple(_whole(check_text(text, facts, own), own))
    sentences = tuple(sentence for one in judged for sentence in _entering(one, facts, kept))
    checked = tuple(one for one in judged if isinstance(one, Checked))
    return Review(Section(title, sentences), checked, edited=True)


def _entering(one: Judged, facts: Facts, kept: Collection[str]) -> tuple[Sentence, ...]:
    return (one,) if isinstance(one, Sentence) else keep_supported([one], facts, kept)


def _whole(parts: Sequence[Checked], own: Iterable[Sentence]) -> Iterator[Judged]:
    """Put our own sentences together again where a point in them was taken for their end."""
    known = {plain(sentence.text): sentence for sentence in own}
    start = 0
    while start < len(parts):
        for stop in range(len(parts), start, -1):
            joined = plain(" ".join(part.text for part in parts[start:stop]))
            if joined in known:
                yield known[joined]
                break
        else:
            stop = start + 1
            yield parts[start]
        start = stop
