"""Which lesions a clause speaks of, and how many: lesion 2, the largest, two of the three, none."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core.report.check.words import LESION, NUMBER_WORDS, ORDINALS, any_of, phrases

MANY = 10**6
# Least and most that a word may mean.
VAGUE = {
    "a couple of": (2, 2),
    "a couple": (2, 2),
    "a few": (2, 6),
    "few": (2, 6),
    "several": (3, MANY),
    "multiple": (2, MANY),
    "multifocal": (2, MANY),
    "various": (2, MANY),
    "a number of": (2, MANY),
    "many": (5, MANY),
    "numerous": (5, MANY),
    "innumerable": (10, MANY),
    "countless": (10, MANY),
}
HOW_MANY = rf"(?:{any_of(NUMBER_WORDS)}|\d{{1,2}})"
EXACT = r"(?:exactly|precisely|just|only|a total of|altogether)"
# How a count is written, and the least and the most of its first and last number that it means.
COUNTS: tuple[tuple[re.Pattern[str], Callable[[int, int], tuple[int, int]]], ...] = (
    (re.compile(rf"\b({HOW_MANY}) (?:to|or) ({HOW_MANY})\b"), lambda n, last: (n, last)),
    (
        re.compile(rf"\b(?:no|not) more than ({HOW_MANY})\b|\bat most ({HOW_MANY})\b"),
        lambda n, _: (0, n),
    ),
    (
        re.compile(rf"\b(?:at least|no fewer than|no less than|not fewer than) ({HOW_MANY})\b"),
        lambda n, _: (n, MANY),
    ),
    (re.compile(rf"\bmore than ({HOW_MANY})\b"), lambda n, _: (n + 1, MANY)),
    (re.compile(rf"\b(?:fewer|less) than ({HOW_MANY})\b"), lambda n, _: (0, n - 1)),
    (re.compile(rf"(?<![\w«]){EXACT}? ?({HOW_MANY})(?![\w»])"), lambda n, _: (n, n)),
)
SINGLE = re.compile(r"\b(?:solitary|single|sole|lone|unique|unifocal)\b")


class Kind(StrEnum):
    """Which lesions a subject means."""

    NONE = "none"
    SOME = "some"
    COUNT = "count"
    TOTAL = "total"
    ALL = "all"
    THE = "the"
    BARE = "bare"
    MOST = "most"


@dataclass(frozen=True)
class Quantifier:
    """How many of the lesions a clause speaks of; `total` is how many it says there are.

    Of `Kind.ALL`, the two numbers are how many are meant: “the two lesions on the right”.
    """

    kind: Kind
    low: int = 1
    high: int = MANY
    total: int | None = None


def number_in(word: str) -> int:
    """Read a count in digits or words."""
    return NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word)


def count_in(text: str) -> tuple[int, int] | None:
    """Read the least and the most that are counted in the words before a noun."""
    for pattern, least_and_most in COUNTS:
        if found := pattern.search(text):
            numbers = [number_in(group) for group in found.groups() if group]
            return least_and_most(numbers[0], numbers[-1])
    if SINGLE.search(text):
        return 1, 1
    for words in sorted(VAGUE, key=len, reverse=True):
        if re.search(rf"\b{words}\b", text):
            return VAGUE[words]
    return None


PART_OF = re.compile(
    rf"\b({HOW_MANY}|most|none|all|each|any) (?:out )?of (?:the |these |those )?({HOW_MANY})?\b"
)
ALL = re.compile(r"\b(?:all|each|every|both)\b")
NO = re.compile(
    r"\b(?:no|not|never|without|neither|none|nothing|free (?:of|from)|absence of|negative for|"
    r"devoid of|lack of|lacks|rather than)\b"
)
THE_NUMBER = re.compile(rf"\b(?:the|these|those) {HOW_MANY}\b")
THE = re.compile(r"\b(?:the|this|that|its|these|those)\b[\w -]*$")
SOME = re.compile(r"\b(?:an?|another|some|any|possible|one or more|additional|further)\b")


def quantifier_of(lead: str, plural: bool) -> Quantifier:
    """Read how many are meant from the words before a noun."""
    if found := PART_OF.search(lead):
        return _part_of(found[1], found[2])
    if re.search(r"\bmost\b(?! likely)", lead):
        return Quantifier(Kind.MOST)
    counted = count_in(lead)
    if ALL.search(lead) and not NO.search(lead):
        total = 2 if re.search(r"\bboth\b", lead) else counted[0] if counted else None
        return Quantifier(Kind.ALL, total=total)
    if counted == (0, 0):
        return Quantifier(Kind.NONE)
    if counted:
        if THE_NUMBER.search(lead):
            return Quantifier(Kind.ALL, *counted)
        return Quantifier(Kind.TOTAL if SINGLE.search(lead) else Kind.COUNT, *counted)
    if NO.search(lead):
        return Quantifier(Kind.NONE)
    if THE.search(lead):
        return Quantifier(Kind.ALL if plural else Kind.THE)
    if SOME.search(lead) or not plural:
        return Quantifier(Kind.SOME)
    return Quantifier(Kind.BARE)


def _part_of(part: str, whole: str | None) -> Quantifier:
    total = number_in(whole) if whole else None
    if part in ("all", "each", "any"):
        return Quantifier(Kind.ALL, total=total)
    if part == "none":
        return Quantifier(Kind.NONE, total=total)
    if part == "most":
        return Quantifier(Kind.MOST, total=total)
    number = number_in(part)
    return Quantifier(Kind.COUNT, number, number, total)


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
    rf"(?:{HOW_MANY}|another|both|all|each|none)(?: of them)?\b(?! «)(?!«)"
)
NUMBERED = re.compile(
    rf"\b{LESION}(?: number| no\.?| #|s)? ?"
    rf"({HOW_MANY})((?:&{HOW_MANY})*)(?!-)(?! (?:lesion|tumor))\b"
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
    rf"\b(?:{HOW_MANY}|several|multiple|all|both|other|no) (?:\w+ )?(?:larger|smaller|bigger) "
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
    rf"(?: (?:count|number|found|called))?(?: is| was| of|:|=) ?({HOW_MANY}|none|no)"
    r"(?: seen| found| called| detected| identified)?$"
)
FURTHER = re.compile(
    r"\bno (?:other|further|additional|more)\b(?! than)|\bnothing else\b|\bno more$"
)
APART_FROM = re.compile(r"\b(?:apart from|besides|except for|other than) (?:the|this|that|a)\b")
BEYOND_TOLD = re.compile(
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
    more = BEYOND_TOLD.search(before) is not None
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
