"""What a clause says of change since an earlier study."""

import re

from core.reporting.check.agreement import agrees, number_of
from core.reporting.check.clauses import MARK
from core.reporting.check.counts import count_in
from core.reporting.check.evidence import against, find, ids, unknown
from core.reporting.check.quantities import Quantity
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
    "stable, unchanged, no change, no significant change, no relevant change, same, constant"
)
NEW = re.compile(
    r"\b(?:new|newly|appeared|not (?:there|present|seen|visible) (?:before|previously|earlier))\b"
)
# Words that are of change only where an earlier study is spoken of too.
BACKWARD = re.compile(
    r"\b(?:compared|comparison|last time|prior|previous(?:ly)?|before|earlier|since|interval|ago)\b"
)
SURE_CHANGE = finder(
    """
    grown, grew, growing, growth, increased, increasing, decreased, decreasing, shrunk, shrank,
    stable, unchanged, no change, new, newly, appeared, progress*, regress*, not there before,
    changed
    """
)
NOT = re.compile(r"\b(?:not|no|never|neither|none)\b")
SUBJECTS = (
    (re.compile(r"\bburden\b"), "burden"),
    (re.compile(r"\btumor (?:volume|load)\b|\bvolume of (?:all )?(?:the )?tumors?\b"), "tumor"),
    (re.compile(r"\b(?:liver|hepatic volume)\b(?! (?:lesion|tumor|mass))"), "liver"),
)
# Percent: less than this is within what two measurements of one thing differ by.
STEADY, MOVED = 10.0, 20.0


def speaks_of_change(text: str, sentence: str) -> bool:
    """Whether a clause tells of change; `sentence` is all of it, for “compared with …”."""
    if SURE_CHANGE.search(text):
        return True
    return bool(BACKWARD.search(sentence) and (GREW.search(text) or SHRANK.search(text)))


def read_change(
    text: str, words: str, quantities: tuple[Quantity, ...], facts: Facts, lesion: int | None
) -> list[Claim]:
    """Hold change against the facts of change; `lesion` is the one spoken of, if it is one."""
    if not any(fact.id.startswith("change.") for fact in facts):
        return [*_too_many(text, facts), unknown(words, "no earlier study was compared")]
    if NEW.search(text):
        return [_new(text, words, facts)]
    known = _known(text, facts, lesion)
    own = [quantities[int(mark[1])] for mark in MARK.finditer(text)]
    if not known:
        return [unknown(words)]
    claims = [_direction(text, words, known)]
    return claims + [_amount(text, quantity, known) for quantity in own]


def _known(text: str, facts: Facts, lesion: int | None) -> list[Fact]:
    """Choose the percentages of change that a clause is about."""
    changes = [
        fact
        for fact in facts
        if fact.id.startswith("change.") and fact.unit == "%" and number_of(fact) is not None
    ]
    if lesion is not None:
        prefix = f"change.lesion.{lesion}."
        of_it = [fact for fact in changes if fact.lesion == lesion or fact.id.startswith(prefix)]
        return _measure(text, of_it)
    for pattern, part in SUBJECTS:
        if pattern.search(text):
            return [fact for fact in changes if part in fact.id]
    return [fact for fact in changes if "lesion" in fact.id or "tumor" in fact.id]


def _measure(text: str, changes: list[Fact]) -> list[Fact]:
    """Keep changes of the diameter or of the volume, if one of these is named."""
    for word in ("diameter", "volume"):
        if word in text:
            return [fact for fact in changes if word in fact.id]
    return changes


def _direction(text: str, words: str, known: list[Fact]) -> Claim:
    """Judge grew, shrank or stable by every change that may be meant."""
    values = [float(fact.value) for fact in known if isinstance(fact.value, int | float)]
    denied = NOT.search(STABLE.sub(" ", text)) is not None
    if STABLE.search(text):
        holds = _all_or_none([abs(value) <= STEADY for value in values])
        if holds is False and max(map(abs, values)) < MOVED:
            holds = None
    elif SHRANK.search(text):
        holds = _all_or_none([value < 0 for value in values])
    else:
        holds = _all_or_none([value > 0 for value in values])
    if holds is None:
        return unknown(words, "the measurements do not all change that way")
    return against(holds != denied, words, *known)


def _all_or_none(signs: list[bool]) -> bool | None:
    return True if all(signs) else None if any(signs) else False


def _amount(text: str, quantity: Quantity, known: list[Fact]) -> Claim:
    """Hold a number against the changes, falling ones counted down."""
    same = [fact for fact in known if fact.unit == quantity.unit]
    if not same:
        return unknown(quantity.text, "only change in percent is known of it")
    falling = SHRANK.search(text) is not None
    for fact in same:
        value = number_of(fact) or 0.0
        size = Fact(fact.id, fact.label, -value if falling else value, fact.unit, fact.digits)
        if agrees(size, quantity):
            return against(True, quantity.text, fact)
    return against(False, quantity.text, same[0])


def _new(text: str, words: str, facts: Facts) -> Claim:
    """Hold new lesions against how many there are."""
    fact = next((fact for fact in facts if fact.id.startswith("change.new")), None)
    number = None if fact is None else number_of(fact)
    if fact is None or number is None:
        return unknown(words)
    before = NEW.split(text)[0]
    if NOT.search(before):
        return against(number == 0, words, fact)
    low, high = count_in(before) or (1, 10**6)
    return against(low <= number <= high, words, fact)


def _too_many(text: str, facts: Facts) -> list[Claim]:
    """Contradict more new lesions than there are lesions at all."""
    count = find(facts, "lesion.count")
    said = count_in(NEW.split(text)[0]) if NEW.search(text) else None
    number = None if count is None else number_of(count)
    if said is None or number is None or said[0] <= number:
        return []
    return [
        Claim(Verdict.CONTRADICTED, f"Only {count.shown if count else 0} were called.", ids(count))
    ]
