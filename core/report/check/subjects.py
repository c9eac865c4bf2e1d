"""Which lesions a clause speaks of: lesion 2, the largest, all, two of the three, none."""

import re
from dataclasses import dataclass

from core.report.check.counts import NUMBER, Kind, Quantifier, number_in, quantifier_of
from core.report.check.words import ORDINALS, any_of, phrases

# Stand for lesions by size; 1, 2, … are numbers.
LARGEST_ONE, SMALLEST_ONE = 0, -1

NOUN = re.compile(
    r"\b(?:focal |space-occupying )?(lesions?|mass(?:es)?|tumors?|nodules?|spots?|foci|focus|"
    r"abnormalit(?:y|ies)|growths?)\b(?! (?:burden|load|board|network|marker|tissue)\w*)"
    r"(?! volume\b)( (?:volumes|diameters|sizes|densities))?"
)
ONE_NOUN = r"(?:lesion|tumor|one|mass|nodule|spot)"
PRONOUN = re.compile(
    rf"^(?:and |with |the |in |(?:right|left) lobe )*"
    rf"(?:{NUMBER}|another|both|all|each|none)(?: of them)?\b(?! «)(?!«)"
)
NUMBERED = re.compile(
    rf"\b(?:lesion|tumor|nodule|mass|spot)(?: number| no\.?| #|s)? ?"
    rf"({NUMBER})((?:&{NUMBER})*)(?!-)(?! (?:lesion|tumor))\b"
)
NTH = re.compile(rf"\b({any_of(ORDINALS)})(?:[ -](?:largest|biggest))? (?:\w+ )?{ONE_NOUN}\b")
LARGEST = re.compile(
    r"\b(?:largest|biggest|dominant|larger|bigger|longest|main|index)\b"
    r"(?! than| diameter| dimension| extent| axis| axial| network)"
)
SMALLEST = re.compile(
    r"\b(?:smallest|smaller|tiniest)\b(?! than| diameter| dimension| extent| axis)"
)
SEVERAL = re.compile(
    rf"\b(?:{NUMBER}|several|multiple|all|both|other|no) (?:\w+ )?(?:larger|smaller|bigger) "
    r"(?:lesions|masses|tumors|nodules|spots|ones)\b"
)
GROUP_WORDS = re.compile(r"\b(?:bilobar|both lobes|multifocal|unifocal)\b")
# Measures that only lesions have, where no other noun stands.
DIAMETER = re.compile(
    r"\b(?:longest|largest|greatest|maxim\w+|short\w*) (?:axial )?(?:diam|axis|ext)"
)
LOBE_STATE = re.compile(
    r"\blobe (?:is |appears |remains |seems )?(?P<no>not )?"
    r"(?:(?P<free>spared|uninvolved|unaffected|clear|normal|unremarkable)|(?P<hit>affected|involved))"
)
TOLD = re.compile(
    r"^(?:number of |total |count of )?(?:[\w-]+ ){0,2}(?:lesions?|tumors?)"
    rf"(?: (?:count|number|found|called))?(?: is| was| of|:|=) ?({NUMBER}|none|no)"
    r"(?: seen| found| called| detected| identified)?$"
)
FURTHER = re.compile(
    r"\bno (?:other|further|additional|more)\b(?! than)|\bnothing else\b|\bno more$"
)
APART_FROM = re.compile(r"\b(?:apart from|besides|except for|other than) (?:the|this|that|a)\b")
MORE = re.compile(
    r"\b(?:smaller|larger|other|further|additional|satellite|more|another)\b(?! than)"
)
# Says more than that there is no lesion.
ANYTHING = re.compile(r"(?<!focal )\babnormalit|\blobe [\w ]*\b(?:normal|unremarkable)")
SIGHT = any_of(
    phrases(
        """
        seen, present, noted, visible, visualized, found, identified, detected, called, marked,
        observed, evident, demonstrated, shown, segmented, outlined
        """
    )
)
UNSEEN = re.compile(rf"\b(?:not|never) (?:be )?(?:\w+ )?{SIGHT}\b|\babsent\b")
SEEN = re.compile(rf"\b(?:{SIGHT}|there (?:is|are|was|were)|shows?)\b")


@dataclass(frozen=True)
class Subject:
    """Lesions spoken of: single ones by their `numbers`, or those of a quantifier.

    Parameters
    ----------
    before, after : the clause before and behind the noun.
    further : whether it says that there are no more than were told of before.
    more : whether it counts lesions beyond those told of before.
    """

    quantifier: Quantifier
    numbers: tuple[int, ...] = ()
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
        return Subject(Quantifier(Kind.NONE), further=True)
    if told := TOLD.match(text):
        number = 0 if told[1] in ("no", "none") else number_in(told[1])
        return Subject(Quantifier(Kind.TOTAL, number, number))
    if numbers := _numbers(text, told_before):
        return Subject(Quantifier(Kind.THE), numbers, after=text)
    if noun := NOUN.search(text):
        return _of_noun(text, noun)
    if told_before and (pronoun := PRONOUN.search(text)):
        after = text[pronoun.end() :]
        before, quantifier = pronoun.group(), quantifier_of(pronoun.group(), False)
        return Subject(quantifier, before=before, after=after)
    if state := LOBE_STATE.search(text):
        return _of_lobe(text, bool(state["free"]) != bool(state["no"]))
    if GROUP_WORDS.search(text):
        return Subject(Quantifier(Kind.SOME), after=text)
    if DIAMETER.search(text) and not told_before:
        return Subject(Quantifier(Kind.THE), after=text)
    return None


def _of_noun(text: str, noun: re.Match[str]) -> Subject:
    before, after = text[: noun.start()], text[noun.end() :]
    plural = noun[1].endswith(("s", "foci")) and noun[1] not in ("mass", "focus")
    if noun[2]:
        return Subject(Quantifier(Kind.ALL), before=before, after=after)
    if UNSEEN.search(after) and not re.search(r"\bno\b", before):
        return Subject(Quantifier(Kind.NONE), before=before, after=UNSEEN.sub("", after))
    more = MORE.search(before) is not None
    return Subject(quantifier_of(before, plural), before=before, after=after, more=more)


def _of_lobe(text: str, free: bool) -> Subject:
    """Read “the left lobe is spared” as no lesion there, “only the right is affected” as all."""
    kind = Kind.NONE if free else Kind.ALL if re.search(r"\bonly\b", text) else Kind.SOME
    return Subject(Quantifier(kind), after=re.sub(r"\bnot\b", "", text))


def _numbers(text: str, told_before: bool) -> tuple[int, ...]:
    """Read which lesions are singled out."""
    if found := NUMBERED.search(text):
        return tuple(number_in(word) for word in f"{found[1]}{found[2]}".split("&"))
    if found := NTH.search(text):
        return (ORDINALS[found[1]],)
    named = told_before or NOUN.search(text) or re.search(r"\bones?\b", text)
    if not named or SEVERAL.search(text):
        return ()
    if LARGEST.search(text):
        return (LARGEST_ONE,)
    return (SMALLEST_ONE,) if SMALLEST.search(text) else ()
