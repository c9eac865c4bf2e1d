"""How many lesions are new, grown, shrunk or gone since an earlier study."""

import re

from core.report.check.agreement import number_of
from core.report.check.counts import MANY, NUMBER, count_in, number_in
from core.report.check.evidence import against, find, ids, unknown
from core.report.check.verdict import Claim, Verdict
from core.report.fact import Facts

NOT = re.compile(r"\b(?:not|no|never|neither|none)\b")
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
    (NEW, "change.new_lesions"),
    (GONE, "change.gone_lesions"),
    (re.compile(r"\b(?:grown|larger|bigger)\b(?: than before)?"), "change.grown_lesions"),
    (re.compile(r"\b(?:shrunk|smaller)\b(?: than before)?"), "change.shrunk_lesions"),
    (re.compile(r"\b(?:stable|unchanged|no change)\b"), "change.stable_lesions"),
)
COUNTED = re.compile(
    rf"^(?:.*: ?|.* scan )?(?:({NUMBER}) (?:lesions? )?(?:(?:has|have|is|are) )?@|@:? ({NUMBER}))$"
)
OVER = re.compile(rf"^over ({NUMBER}) lesions?$")
THEN = re.compile(r"\b(?:in|of) the (?:earlier|previous|prior|last) (?:study|scan|exam\w*|ct)\b")


def read_counted(text: str, facts: Facts) -> list[Claim]:
    """Read “2 new” or “shrunk: 0”; nothing if the clause is no such count."""
    if (over := OVER.search(text)) and (fact := find(facts, "change.sum.lesions")):
        return [against(number_of(fact) == number_in(over[1]), text, fact)]
    for pattern, name in FATES:
        counted = COUNTED.match(pattern.sub("@", text))
        if counted and (fact := find(facts, name)):
            number = number_in(counted[1] or counted[2])
            return [against(number_of(fact) == number, text, fact)]
    return []


def read_new(text: str, words: str, facts: Facts, lesion: int | None) -> Claim:
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
    low, high = count_in(before) or (1, MANY)
    return against(low <= number <= high, words, fact)


def read_gone(text: str, sentence: str, words: str, facts: Facts) -> Claim:
    """Hold lesions that are gone against how many are."""
    fact = find(facts, "change.gone_lesions")
    number = None if fact is None else number_of(fact)
    if fact is None or number is None:
        return unknown(words)
    before = GONE.split(sentence)[0]
    if NOT.search(before):
        return against(number == 0, words, fact)
    low, high = count_in(before) or (1, MANY)
    return against(low <= number <= high, words, fact)


def read_then(text: str, words: str, facts: Facts) -> Claim:
    """Hold how many lesions there were in the earlier study against its fact."""
    fact = find(facts, "study.earlier.lesion_count")
    number = None if fact is None else number_of(fact)
    said = (0, 0) if NOT.search(text) else count_in(THEN.split(text)[0])
    if fact is None or number is None or said is None:
        return unknown(words)
    return against(said[0] <= number <= said[1], words, fact)


def too_many(text: str, facts: Facts) -> list[Claim]:
    """Contradict more new lesions than there are lesions at all."""
    count = find(facts, "lesion.count")
    said = count_in(NEW.split(text)[0]) if NEW.search(text) else None
    number = None if count is None else number_of(count)
    if count is None or number is None or said is None or said[0] <= number:
        return []
    return [Claim(Verdict.CONTRADICTED, f"Only {count.shown} were called.", ids(count))]
