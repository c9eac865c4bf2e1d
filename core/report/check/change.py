"""What a clause says of change since an earlier study, and of lesions new, grown or gone."""

import re
from dataclasses import replace

from core.report.check.quantities import Form, Quantity, agrees, negated
from core.report.check.sentences import Clause
from core.report.check.subjects import HOW_MANY, MANY, count_in, number_in
from core.report.check.verdict import Claim, Verdict, against, ids, unknown
from core.report.check.words import LESION, finder
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind

# Denies a change, or that any lesion changed.
NO_CHANGE = re.compile(r"\b(?:not|no|never|neither|none)\b")
UNMARKED = r"not (?:marked|called|there|present|seen|visible)"
NEW = re.compile(
    rf"\b(?:new|newly|appeared|{UNMARKED} (?:before|previously|earlier|in the earlier \w+))\b"
)
GONE = re.compile(
    rf"\b(?:no longer (?:called|marked|seen|there|visible)|{UNMARKED} any more|gone|disappeared|"
    r"vanished)\b"
)
# Words for a fate as lists of counts have them, and the fact that counts it.
FATES = (
    (NEW, FactKind.CHANGE_NEW_LESIONS),
    (GONE, FactKind.CHANGE_GONE_LESIONS),
    (re.compile(r"\b(?:grown|larger|bigger)\b(?: than before)?"), FactKind.CHANGE_GROWN_LESIONS),
    (re.compile(r"\b(?:shrunk|smaller)\b(?: than before)?"), FactKind.CHANGE_SHRUNK_LESIONS),
    (re.compile(r"\b(?:stable|unchanged|no change)\b"), FactKind.CHANGE_STABLE_LESIONS),
)
COUNT_OF_FATE = re.compile(
    rf"^(?:.*: ?|.* scan )?"
    rf"(?:({HOW_MANY}) (?:lesions? )?(?:(?:has|have|is|are) )?@|@:? ({HOW_MANY}))$"
)
OVER_LESIONS = re.compile(rf"^over ({HOW_MANY}) lesions?$")
THEN = re.compile(r"\b(?:in|of) the (?:earlier|previous|prior|last) (?:study|scan|exam\w*|ct)\b")
GREW = finder(
    """
    grown, grew, grow, grows, growing, growth, increas*, enlarging, progress*, bigger, larger,
    worse*, went up, gone up, rose, risen, doubled, tripled
    """
)
SHRANK = finder(
    """
    shrink*, shrank, shrunk*, decreas*, regress*, smaller, improved, responded, diminish*, lessened,
    went down, gone down, fell, fallen, dropped, halved
    """
)
STABLE = finder(
    """
    stable, unchanged, no change, no significant change, no relevant change, same, constant,
    not changed, hardly changed, barely changed, as large as before, as big as before
    """
)
BACKWARD = finder(
    """
    compared, comparison, last time, prior, previous, previously, before, earlier, since,
    interval, ago
    """
)
ALWAYS = finder(
    """
    grown, grew, growing, increased, increasing, decreased, decreasing, shrunk, shrank, stable,
    unchanged, no change, new, newly, appeared, progress*, regress*, not there before, rose, risen,
    doubled, tripled, went up, gone up, went down, gone down, fell, fallen, dropped, halved,
    changed, as large as before, as big as before, no longer, any more, disappeared
    """
)
CHANGE_IN_NUMBERS = re.compile(
    r"\bgrowth (?:of «|by|since|in)|\binterval growth\b|«\d+» (?:after|before|now)\b|"
    r"\bchange (?:of )?«|\bthen «|\bsum\b.*«"
)
# “Was smaller before” means that it grew.
WAS = (
    (re.compile(r"\b(?:was|were) smaller (?:before|earlier|previously|last time)"), "grown"),
    (re.compile(r"\b(?:was|were) (?:larger|bigger) (?:before|earlier|previously)"), "shrunk"),
)
# Words for what changed, and the part of the ids of facts that tell of it.
SUBJECTS = (
    (re.compile(r"\bsum\b"), "sum"),
    (re.compile(r"\bnumber of\b"), "lesion_count"),
    (re.compile(r"\bburden\b"), "burden"),
    (re.compile(r"\btumor (?:volume|load)\b|\bvolume of .*tumors?\b|\btogether\b"), "tumor"),
    (re.compile(r"\b(?:liver|hepatic volume)\b(?! (?:lesion|tumor|mass))"), "liver"),
)
# “All lesions together” is one sum, and “all lesions” is every one of them.
EVERY = re.compile(rf"\b(?:both|all|every|each)\b.*\b{LESION}(?!\w*\s+together)")
STATUS = {"grown": 1.0, "shrunk": -1.0, "no change beyond the measurement's uncertainty": 0.0}
# Percent: less than this is within what two measurements of one thing differ by.
STEADY, MOVED = 10.0, 20.0


def speaks_of_change(text: str, sentence: str) -> bool:
    """Whether a clause tells of change; `sentence` is all of it, for “compared with …”."""
    if (
        ALWAYS.search(text)
        or THEN.search(text)
        or NEW.search(text)
        or CHANGE_IN_NUMBERS.search(text)
    ):
        return True
    return bool(BACKWARD.search(sentence) and (GREW.search(text) or SHRANK.search(text)))


def read_change(clause: Clause, facts: Facts, lesion: int | None) -> list[Claim]:
    """Hold change against the facts of change; `lesion` is the one spoken of, if it is one."""
    text, words, sentence, own = clause.text, clause.words, clause.sentence, clause.own
    if not any(fact.id.startswith("change.") for fact in facts):
        return [*too_many(text, facts), unknown(words, "no earlier study was compared")]
    for pattern, meaning in WAS:
        text = pattern.sub(meaning, text)
    if counted := read_counted(text, facts):
        return counted
    sizes = _sizes(text, facts, lesion)
    if NEW.search(text):
        return [read_new(text, words, facts, lesion), *(_size(one, sizes) for one in own)]
    if GONE.search(text):
        gone = facts.find(FactKind.CHANGE_GONE_LESIONS)
        return [_hold_count(_counted(GONE.split(sentence)[0]), words, gone)]
    if THEN.search(text) and not own:
        if GONE.search(sentence):
            return []
        there = (0, 0) if NO_CHANGE.search(text) else count_in(THEN.split(text)[0])
        return [_hold_count(there, words, facts.find(FactKind.STUDY_EARLIER_LESION_COUNT))]
    known = _known(text, facts, lesion)
    claims = _direction(text, words, known, facts, lesion)
    for one in own:
        claims.append(_percent(text, one, known) if one.unit == "%" else _size(one, sizes))
    return claims or [unknown(words, "no fact tells how that changed")]


def _known(text: str, facts: Facts, lesion: int | None) -> list[Fact]:
    """Choose the percentages of change that a clause is about."""
    changes = [
        fact
        for fact in facts
        if fact.id.startswith("change.") and fact.unit == "%" and fact.number is not None
    ]
    if lesion is not None:
        of_it = [fact for fact in changes if fact.id.startswith(f"change.lesion.{lesion}.")]
        return _measure(text, of_it)
    for pattern, part in SUBJECTS:
        if pattern.search(text):
            return [fact for fact in changes if fact.id.startswith(f"change.{part}.")]
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
        name = next((part for pattern, part in SUBJECTS if pattern.search(text)), "")
        if name == "sum":
            name = "change.sum"
        roots = (f"{name}.", f"study.earlier.{name}") if name else ("change.", "study.earlier.")
    return [fact for fact in facts if fact.id.startswith(roots)]


def _direction(
    text: str, words: str, known: list[Fact], facts: Facts, lesion: int | None
) -> list[Claim]:
    """Judge grew, shrank or stable by the status of a lesion, or every change that is meant."""
    stable, shrank = STABLE.search(text), SHRANK.search(text)
    neither = re.search(r"\bneither\b.*\bchanged\b", text)
    if not (stable or shrank or neither or GREW.search(text)):
        return []
    denied = NO_CHANGE.search(STABLE.sub(" ", text)) is not None and not neither
    sign = 0.0 if stable or neither else -1.0 if shrank else 1.0
    if (neither or EVERY.search(text)) and not denied:
        return _of_each(words, sign, facts)
    status = None if lesion is None else facts.find(FactKind.CHANGE_LESION_STATUS.of(lesion))
    if status and str(status.value) in STATUS and not re.search(r"diameter|volume", text):
        holds: bool | None = STATUS[str(status.value)] == sign
        return [against(holds != denied, words, status)]
    if not known:
        return []
    holds = _all_or_none([_went(fact, sign) for fact in known])
    if holds is None:
        return [unknown(words, "the measurements do not all change that way")]
    return [against(holds != denied, words, *known[:3])]


def _of_each(words: str, sign: float, facts: Facts) -> list[Claim]:
    """Hold what is said of every lesion against the status of each."""
    names = (FactKind.CHANGE_LESION_STATUS.of(number) for number in facts.lesion_numbers)
    each = [fact for name in names if (fact := facts.find(name))]
    wrong = [fact for fact in each if STATUS.get(str(fact.value)) != sign]
    return [against(not wrong if each else None, words, *(wrong or each)[:3])]


def _went(fact: Fact, sign: float) -> bool | None:
    """Whether a change is one up (1), down (-1) or none (0), as far as its range tells."""
    value = fact.number or 0.0
    if fact.interval is not None:
        within = fact.interval[0] <= 0 <= fact.interval[1]
        return within if sign == 0 else None if within else sign * value > 0
    if sign == 0:
        return True if abs(value) <= STEADY else None if abs(value) < MOVED else False
    return sign * value > 0


def _all_or_none(signs: list[bool | None]) -> bool | None:
    return True if set(signs) == {True} else False if set(signs) == {False} else None


def _percent(text: str, quantity: Quantity, known: list[Fact]) -> Claim:
    """Hold a percentage against changes, falling ones counted down."""
    falling = SHRANK.search(text) is not None and quantity.numbers[0].value > 0
    said = (agrees(negated(fact) if falling else fact, quantity) for fact in known)
    match = next((fact for fact, holds in zip(known, said, strict=True) if holds), None)
    if not known:
        return unknown(quantity.text, "no fact tells how that changed")
    return against(match is not None, quantity.text, match or known[0])


def _size(quantity: Quantity, sizes: list[Fact]) -> Claim:
    """Hold every number of a quantity against sizes now and then."""
    same = [fact for fact in sizes if fact.unit == quantity.unit and fact.number is not None]
    if not same:
        return unknown(quantity.text, "no fact tells that amount of change")
    singles = (replace(quantity, numbers=(one,), form=Form.SINGLE) for one in quantity.numbers)
    found = [next((fact for fact in same if agrees(fact, one)), None) for one in singles]
    return against(None not in found, quantity.text, *(found if None not in found else same[:3]))


def read_counted(text: str, facts: Facts) -> list[Claim]:
    """Read “2 new” or “shrunk: 0”; nothing if the clause is no such count."""
    if (over := OVER_LESIONS.search(text)) and (fact := facts.find(FactKind.CHANGE_SUM_LESIONS)):
        return [against(fact.number == number_in(over[1]), text, fact)]
    for pattern, name in FATES:
        counted = COUNT_OF_FATE.match(pattern.sub("@", text))
        if counted and (fact := facts.find(name)):
            number = number_in(counted[1] or counted[2])
            return [against(fact.number == number, text, fact)]
    return []


def read_new(text: str, words: str, facts: Facts, lesion: int | None) -> Claim:
    """Hold new lesions against how many there are, or against the fate of one."""
    status = None if lesion is None else facts.find(FactKind.CHANGE_LESION_STATUS.of(lesion))
    if status is not None:
        denied = NO_CHANGE.search(NEW.split(text)[0]) is not None
        return against((status.value == "new") != denied, words, status)
    if lesion is not None and facts.number(FactKind.CHANGE_NEW_LESIONS):
        return unknown(words)
    return _hold_count(_counted(NEW.split(text)[0]), words, facts.find(FactKind.CHANGE_NEW_LESIONS))


def _counted(before: str) -> tuple[int, int]:
    """Read how many the words before a fate count; any number where they count none."""
    return (0, 0) if NO_CHANGE.search(before) else count_in(before) or (1, MANY)


def _hold_count(counted: tuple[int, int] | None, words: str, fact: Fact | None) -> Claim:
    """Hold the least and the most that are counted against a fact."""
    if fact is None or fact.number is None or counted is None:
        return unknown(words)
    return against(counted[0] <= fact.number <= counted[1], words, fact)


def too_many(text: str, facts: Facts) -> list[Claim]:
    """Contradict more new lesions than there are lesions at all."""
    count = facts.find(FactKind.LESION_COUNT)
    said = count_in(NEW.split(text)[0]) if NEW.search(text) else None
    if count is None or count.number is None or said is None or said[0] <= count.number:
        return []
    return [Claim(Verdict.CONTRADICTED, f"Only {count.shown} were called.", ids(count))]
