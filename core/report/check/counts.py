"""How many: no, a, one, two, several, at least three, fewer than five."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.report.check.words import NUMBER_WORDS, any_of

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
NUMBER = rf"(?:{any_of(NUMBER_WORDS)}|\d{{1,2}})"
EXACT = r"(?:exactly|precisely|just|only|a total of|altogether)"
PATTERNS = (
    (re.compile(rf"\b({NUMBER}) (?:to|or) ({NUMBER})\b"), "range"),
    (re.compile(rf"\b(?:no|not) more than ({NUMBER})\b|\bat most ({NUMBER})\b"), "most"),
    (
        re.compile(rf"\b(?:at least|no fewer than|no less than|not fewer than) ({NUMBER})\b"),
        "least",
    ),
    (re.compile(rf"\bmore than ({NUMBER})\b"), "more"),
    (re.compile(rf"\b(?:fewer|less) than ({NUMBER})\b"), "less"),
    (re.compile(rf"(?<![\w«]){EXACT}? ?({NUMBER})(?![\w»])"), "exactly"),
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
    for pattern, kind in PATTERNS:
        if found := pattern.search(text):
            numbers = [number_in(group) for group in found.groups() if group]
            number = numbers[0]
            return {
                "range": (number, numbers[-1]),
                "most": (0, number),
                "least": (number, MANY),
                "more": (number + 1, MANY),
                "less": (0, number - 1),
                "exactly": (number, number),
            }[kind]
    if SINGLE.search(text):
        return 1, 1
    for words in sorted(VAGUE, key=len, reverse=True):
        if re.search(rf"\b{words}\b", text):
            return VAGUE[words]
    return None


OF = re.compile(
    rf"\b({NUMBER}|most|none|all|each|any) (?:out )?of (?:the |these |those )?({NUMBER})?\b"
)
ALL = re.compile(r"\b(?:all|each|every|both)\b")
NO = re.compile(
    r"\b(?:no|not|never|without|neither|none|nothing|free (?:of|from)|absence of|negative for|"
    r"devoid of|lack of|lacks|rather than)\b"
)
THE_NUMBER = re.compile(rf"\b(?:the|these|those) {NUMBER}\b")
THE = re.compile(r"\b(?:the|this|that|its|these|those)\b[\w -]*$")
SOME = re.compile(r"\b(?:an?|another|some|any|possible|one or more|additional|further)\b")


def quantifier_of(lead: str, plural: bool) -> Quantifier:
    """Read how many are meant from the words before a noun."""
    if found := OF.search(lead):
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
