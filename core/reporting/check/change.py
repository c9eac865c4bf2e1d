"""What a clause says of change since an earlier study."""

import re

from core.reporting.check.agreement import agrees, number_of, values_of
from core.reporting.check.counts import count_in
from core.reporting.check.evidence import against, find, ids, unknown
from core.reporting.check.quantities import Form, Quantity
from core.reporting.check.statements import quantities_in
from core.reporting.check.verdict import Claim, Verdict
from core.reporting.check.words import finder
from core.reporting.fact import Fact, Facts

GREW = finder(
    """
    grown, grew, grow, grows, growing, growth, increas*, enlarging, progress*, bigger, larger,
    worse*
    """
)
SHRANK = finder(
    """
    shrink*, shrank, shrunk*, decreas*, regress*, smaller, improved, responded, diminish*, lessened
    """
)
STABLE = finder(
    """
    stable, unchanged, no change, no significant change, no relevant change, same, constant,
    not changed
    """
)
NEW = re.compile(
    r"\b(?:new|newly|appeared|not (?:there|present|seen|visible) (?:before|previously|earlier))\b"
)
BACKWARD = finder(
    """
    compared, comparison, last time, prior, previous, previously, before, earlier, since,
    interval, ago
    """
)
ALWAYS = finder(
    """
    grown, grew, growing, growth, increased, increasing, decreased, decreasing, shrunk, shrank,
    stable, unchanged, no change, new, newly, appeared, progress*, regress*, not there before,
    changed
    """
)
# “Was smaller before” means that it grew.
WAS = (
    (re.compile(r"\b(?:was|were) smaller (?:before|earlier|previously|last time)"), "grown"),
    (re.compile(r"\b(?:was|were) (?:larger|bigger) (?:before|earlier|previously)"), "shrunk"),
)
NOT = re.compile(r"\b(?:not|no|never|neither|none)\b")
# Words for what changed, and the part of the ids of facts that tell of it.
SUBJECTS = (
    (re.compile(r"\bsum\b"), "change.sum."),
    (re.compile(r"\bnumber of\b"), "change.lesion_count"),
    (re.compile(r"\bburden\b"), "change.burden"),
    (re.compile(r"\btumor (?:volume|load)\b|\bvolume of .*tumors?\b"), "change.tumor."),
    (re.compile(r"\b(?:liver|hepatic volume)\b(?! (?:lesion|tumor|mass))"), "change.liver."),
)
# Percent: less than this is within what two measurements of one thing differ by.
STEADY, MOVED = 10.0, 20.0


def speaks_of_change(text: str, sentence: str) -> bool:
    """Whether a clause tells of change; `sentence` is all of it, for “compared with …”."""
    if ALWAYS.search(text):
        return True
    return bool(BACKWARD.search(sentence) and (GREW.search(text) or SHRANK.search(text)))


def read_change(
    text: str, words: str, quantities: tuple[Quantity, ...], facts: Facts, lesion: int | None
) -> list[Claim]:
    """Hold change against the facts of change; `lesion` is the one spoken of, if it is one."""
    if not any(fact.id.startswith("change.") for fact in facts):
        return [*_too_many(text, facts), unknown(words, "no earlier study was compared")]
    for pattern, meaning in WAS:
        text = pattern.sub(meaning, text)
    if NEW.search(text):
        return [_new(text, words, facts, lesion)]
    known = _known(text, facts, lesion)
    if not known:
        return [unknown(words, "no fact tells how that changed")]
    sizes = _sizes(text, facts, lesion)
    own = quantities_in(text, quantities)
    return [_direction(text, words, known), *(_amount(text, one, known, sizes) for one in own)]


def _known(text: str, facts: Facts, lesion: int | None) -> list[Fact]:
    """Choose the percentages of change that a clause is about."""
    changes = [
        fact
        for fact in facts
        if fact.id.startswith("change.") and fact.unit == "%" and number_of(fact) is not None
    ]
    if lesion is not None:
        of_it = [fact for fact in changes if fact.id.startswith(f"change.lesion.{lesion}.")]
        return _measure(text, of_it)
    for pattern, part in SUBJECTS:
        if pattern.search(text):
            return [fact for fact in changes if fact.id.startswith(part)]
    return [fact for fact in changes if ".lesion." in fact.id or ".tumor." in fact.id]


def _measure(text: str, changes: list[Fact]) -> list[Fact]:
    """Keep changes of the diameter or of the volume, if one of these is named."""
    for word in ("diameter", "volume"):
        if word in text:
            return [fact for fact in changes if word in fact.id]
    return changes


def _sizes(text: str, facts: Facts, lesion: int | None) -> list[Fact]:
    """Choose the sizes now and then that “from 24 to 31 mm” may be about."""
    if lesion is not None:
        roots: tuple[str, ...] = (f"lesion.{lesion}.", f"change.lesion.{lesion}.")
    else:
        part = next((part for pattern, part in SUBJECTS if pattern.search(text)), "")
        name = part.removeprefix("change.").rstrip(".")
        roots = (f"change.{name}", f"study.earlier.{name}", f"{name}.") if name else ("change.",)
    return [fact for fact in facts if fact.id.startswith(roots)]


def _direction(text: str, words: str, known: list[Fact]) -> Claim:
    """Judge grew, shrank or stable by every change that may be meant."""
    values = [number_of(fact) or 0.0 for fact in known]
    denied = NOT.search(STABLE.sub(" ", text)) is not None
    if STABLE.search(text):
        holds = _all_or_none([abs(value) <= STEADY for value in values])
        if holds is False and max(map(abs, values)) < MOVED:
            holds = None
    else:
        sign = -1 if SHRANK.search(text) else 1
        holds = _all_or_none([sign * value > 0 for value in values])
    if holds is None:
        return unknown(words, "the measurements do not all change that way")
    return against(holds != denied, words, *known)


def _all_or_none(signs: list[bool]) -> bool | None:
    return True if all(signs) else None if any(signs) else False


def _amount(text: str, quantity: Quantity, known: list[Fact], sizes: list[Fact]) -> Claim:
    """Hold a number against changes, falling ones counted down, or against sizes."""
    falling = SHRANK.search(text) is not None
    if quantity.unit == "%":
        match = next((fact for fact in known if agrees(_turned(fact, falling), quantity)), None)
        return against(match is not None, quantity.text, match or known[0])
    same = [fact for fact in sizes if fact.unit == quantity.unit and values_of(fact)]
    if not same:
        return unknown(quantity.text, "no fact tells that amount of change")
    found = [
        next((fact for fact in same if agrees(fact, single)), None) for single in _singles(quantity)
    ]
    return against(None not in found, quantity.text, *(found if None not in found else same[:3]))


def _singles(quantity: Quantity) -> list[Quantity]:
    """Part “from 24 to 31 mm” into two quantities."""
    return [
        Quantity((number,), quantity.unit, Form.SINGLE, quantity.relation, quantity.about, "")
        for number in quantity.numbers
    ]


def _turned(fact: Fact, falling: bool) -> Fact:
    value = number_of(fact) or 0.0
    return Fact(fact.id, fact.label, -value if falling else value, fact.unit, fact.digits)


def _new(text: str, words: str, facts: Facts, lesion: int | None) -> Claim:
    """Hold new lesions against how many there are, or against the fate of one."""
    fact = find(facts, "change.new_lesions")
    number = None if fact is None else number_of(fact)
    status = None if lesion is None else find(facts, f"change.lesion.{lesion}.status")
    before = NEW.split(text)[0]
    denied = NOT.search(before) is not None
    if status is not None:
        return against((status.value == "new") != denied, words, status)
    if number is None or (lesion is not None and number):
        return unknown(words)
    if denied:
        return against(number == 0, words, fact)
    low, high = count_in(before) or (1, 10**6)
    return against(low <= number <= high, words, fact)


def _too_many(text: str, facts: Facts) -> list[Claim]:
    """Contradict more new lesions than there are lesions at all."""
    count = find(facts, "lesion.count")
    said = count_in(NEW.split(text)[0]) if NEW.search(text) else None
    number = None if count is None else number_of(count)
    if count is None or number is None or said is None or said[0] <= number:
        return []
    return [Claim(Verdict.CONTRADICTED, f"Only {count.shown} were called.", ids(count))]
