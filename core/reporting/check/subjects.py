"""Which lesions a clause speaks of: lesion 2, the largest, all, two of the three, none."""

import re
from dataclasses import dataclass

from core.reporting.check.counts import NUMBER, Kind, Quantifier, number_in, quantifier_of
from core.reporting.check.words import ORDINALS, any_of, phrases

NOUN = re.compile(
    r"\b(?:(?:focal |space-occupying )?(lesions?|mass(?:es)?|tumors?|nodules?|spots?|foci|focus|"
    r"abnormalit(?:y|ies)|growths?))\b(?! (?:burden|volume|load|board|network|marker|tissue)\w*)"
)
PRONOUN = re.compile(
    rf"^(?:and |with |the )*(?:{NUMBER}|another|both|all|each|none)(?: of them)?\b(?! «)(?!«)"
)
NUMBERED = re.compile(rf"\b(?:lesion|tumor|nodule|mass)(?: number| no\.?| #|s)? ?({NUMBER})\b(?!-)")
ONE_NOUN = r"(?:lesion|tumor|one|mass|nodule|spot)"
NTH = re.compile(rf"\b({any_of(ORDINALS)})(?:[ -](?:largest|biggest))? (?:\w+ )?{ONE_NOUN}\b")
LARGEST = re.compile(
    r"\b(?:largest|biggest|dominant|larger|bigger|main|index)\b"
    r"(?! than| diameter| dimension| extent| axis| network)"
)
SMALLEST = re.compile(r"\b(?:smallest|smaller|tiniest)\b(?! than| diameter| dimension| axis)")
SEVERAL = re.compile(
    rf"\b(?:{NUMBER}|several|multiple|all|both|other|no) (?:\w+ )?(?:larger|smaller|bigger) "
    r"(?:lesions|masses|tumors|nodules|spots|ones)\b"
)
GROUP_WORDS = re.compile(r"\b(?:bilobar|both lobes|multifocal|unifocal)\b")
TOLD = re.compile(
    r"^(?:number of |total |count of )?(?:\w+ )?(?:lesions?|tumors?)"
    rf"(?: (?:count|number|found|called))?(?: is| was|:|=) ?({NUMBER})$"
)
FURTHER = re.compile(
    r"\bno (?:other|further|additional|more)\b(?! than)|\bnothing else\b|\bno more$"
)
MORE = re.compile(
    r"\b(?:smaller|larger|other|further|additional|satellite|more|another)\b(?! than)"
)
SIGHT = any_of(
    phrases(
        """
        seen, present, noted, visible, visualized, found, identified, detected, called, marked,
        observed, evident, demonstrated, shown
        """
    )
)
UNSEEN = re.compile(rf"\b(?:not|never) (?:be )?(?:\w+ )?{SIGHT}\b|\babsent\b")
SEEN = re.compile(rf"\b(?:{SIGHT}|there (?:is|are|was|were)|shows?)\b")


@dataclass(frozen=True)
class Subject:
    """Lesions spoken of: one by its `number` (-1 for the smallest), or those of a quantifier.

    Parameters
    ----------
    before, after : the clause before and behind the noun.
    further : whether it says that there are no more than were told of before.
    more : whether it counts lesions beyond those told of before.
    """

    quantifier: Quantifier
    number: int | None = None
    before: str = ""
    after: str = ""
    further: bool = False
    more: bool = False


def subject_of(text: str, told_before: bool) -> Subject | None:
    """Read which lesions a clause speaks of.

    Parameters
    ----------
    told_before : whether the sentence spoke of lesions before, so that “one” may be a lesion.
    """
    if FURTHER.search(text):
        return Subject(Quantifier(Kind.NONE), further=True, after=text)
    if told := TOLD.match(text):
        number = number_in(told[1])
        return Subject(Quantifier(Kind.TOTAL, number, number))
    if (number_of := _numbered(text, told_before)) is not None:
        return Subject(Quantifier(Kind.THE), number_of, after=text)
    if noun := NOUN.search(text):
        before, after = text[: noun.start()], text[noun.end() :]
        plural = noun[1].endswith(("s", "foci")) and noun[1] not in ("mass", "focus")
        if UNSEEN.search(after) and not re.search(r"\bno\b", before):
            return Subject(Quantifier(Kind.NONE), None, before, UNSEEN.sub("", after))
        more = MORE.search(before) is not None
        return Subject(quantifier_of(before, plural), None, before, after, more=more)
    if told_before and (pronoun := PRONOUN.search(text)):
        after = text[pronoun.end() :]
        return Subject(quantifier_of(pronoun.group(), False), None, "", after)
    if GROUP_WORDS.search(text):
        return Subject(Quantifier(Kind.SOME), None, "", text)
    return None


def _numbered(text: str, told_before: bool) -> int | None:
    """Read the number of one lesion that is singled out, 1 for the largest."""
    if found := NUMBERED.search(text):
        return number_in(found[1])
    if found := NTH.search(text):
        return ORDINALS[found[1]]
    if not told_before and not NOUN.search(text) and not re.search(r"\bones?\b", text):
        return None
    if SEVERAL.search(text):
        return None
    if LARGEST.search(text):
        return 1
    return -1 if SMALLEST.search(text) else None
