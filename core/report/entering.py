"""Which sentences of a written text enter a report, in its paragraphs.

What contradicts the facts stays out unless it is kept, and with it what hangs on it: “It lies in
the left lobe” after a sentence that is gone would speak of whatever stands before. Where the facts
of such a sentence tell what it is about, it is named instead.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.report.check import Checked, Verdict, check_text
from core.report.check.sentences import plain, split_sentences
from core.report.check.verdict import Claim, as_sentence
from core.report.fact import Facts
from core.report.text import Sentence, paragraphs

HANGING = "It speaks of a sentence that is left out."
# Speaks of what the sentence before was about.
BACK = re.compile(
    r"^(?:it|its|they|their|this|that|these|those|the latter|both)\b|"
    r"^with [^,.]*?(?<=[\w%])\s(?:it|they) (?:is|are)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?P<its>its|it)\b", re.IGNORECASE)
# How what a fact is about is called; lesions are called by their numbers.
NAMES = {"liver.": "the liver", "study.earlier": "the earlier study"}


@dataclass(frozen=True)
class Entered:
    """What became of a text.

    Parameters
    ----------
    sentences : as they enter.
    checked : those that are not ours, with the verdicts on them, also those that stay out.
    """

    sentences: tuple[Sentence, ...]
    checked: tuple[Checked, ...]


def enter(text: str, facts: Facts, own: Sequence[Sentence], kept: Collection[str] = ()) -> Entered:
    """Hold the sentences of `text` that are not among `own` against the facts, and choose.

    Parameters
    ----------
    own : sentences that were made of these facts: word by word they keep them.
    kept : sentences, word by word, that enter although they should stay out.
    """
    sentences: list[Sentence] = []
    checked: list[Checked] = []
    begins, gone = False, False
    for judged, begins_here in _judged(text, facts, own):
        begins |= begins_here and bool(sentences)
        if gone and BACK.search(judged.text):
            judged = _named(judged, facts) or _hanging(judged)
        else:
            gone = False
        if isinstance(judged, Checked):
            checked.append(judged)
            if judged.refused and judged.text not in kept:
                gone = True
                continue
            judged = as_sentence(judged, facts)
        sentences.append(replace(judged, begins=begins))
        begins = False
    return Entered(tuple(sentences), tuple(checked))


def _judged(
    text: str, facts: Facts, own: Sequence[Sentence]
) -> Iterator[tuple[Sentence | Checked, bool]]:
    """Judge a text sentence by sentence, each with whether it begins a paragraph."""
    blocks = paragraphs(text)
    parts = check_text("\n\n".join(blocks), facts, own)
    starts, at = set(), 0
    for block in blocks:
        starts.add(at)
        at += len(split_sentences(block))
    for start, one in _whole(parts, own):
        yield one, start in starts


def _whole(
    parts: Sequence[Checked], own: Iterable[Sentence]
) -> Iterator[tuple[int, Sentence | Checked]]:
    """Put our own sentences together again where a point in them was taken for their end."""
    # Of sentences that read alike, such as those on the density of two lesions, each in its turn.
    known: dict[str, list[Sentence]] = {}
    for sentence in own:
        known.setdefault(plain(sentence.text), []).append(sentence)
    start = 0
    while start < len(parts):
        for stop in range(len(parts), start, -1):
            joined = plain(" ".join(part.text for part in parts[start:stop]))
            if joined in known:
                alike = known[joined]
                yield start, alike.pop(0) if len(alike) > 1 else alike[0]
                break
        else:
            stop = start + 1
            yield start, parts[start]
        start = stop


def _named(one: Sentence | Checked, facts: Facts) -> Sentence | Checked | None:
    """Say by name what a sentence is about, as its facts tell it; None where they do not."""
    name = _subject(one, facts)
    if name is None or PRONOUN.search(one.text) is None:
        return None

    def named(found: re.Match[str]) -> str:
        said = f"{name}'s" if found["its"].lower() == "its" else name
        return said[0].upper() + said[1:] if found.start() == 0 else said

    return replace(one, text=PRONOUN.sub(named, one.text, count=1))


def _subject(one: Sentence | Checked, facts: Facts) -> str | None:
    if isinstance(one, Checked) and one.verdict is not Verdict.SUPPORTED:
        return None
    known = [facts[name] for name in one.facts if name in facts]
    lesions = {fact.lesion for fact in known if fact.lesion is not None}
    if lesions:
        return f"lesion {lesions.pop()}" if len(lesions) == 1 else None
    called = {
        next((NAMES[root] for root in NAMES if fact.id.startswith(root)), "") for fact in known
    }
    return called.pop() or None if len(called) == 1 else None


def _hanging(one: Sentence | Checked) -> Checked:
    if isinstance(one, Checked):
        return replace(one, reason=HANGING, hanging=True)
    claims = (Claim(Verdict.SUPPORTED, HANGING, one.facts),)
    return Checked(one.text, Verdict.SUPPORTED, HANGING, claims, hanging=True)
