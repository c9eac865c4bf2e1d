"""What the check says of claims by the facts.

Supported sentences enter a report as they are, with the facts that bear them out, unsupported ones
with a mark. Contradicted ones stay out, unless the user keeps them: then they are marked too.
`core.report.entering` chooses.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.report.fact import Fact, Facts
from core.report.text import Sentence


class Verdict(StrEnum):
    """How a claim stands to the facts."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Claim:
    """One thing that a sentence says.

    Parameters
    ----------
    reason : why the verdict, in one sentence that names the fact with its value as shown.
    facts : ids of the facts it was held against.
    """

    verdict: Verdict
    reason: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A sentence with the verdict on it.

    Parameters
    ----------
    text : the sentence as written.
    reason : that of the claim which decided the verdict.
    claims : everything that was read from it, in the order of its clauses.
    hanging : whether it speaks of a sentence that stays out of the report.
    """

    text: str
    verdict: Verdict
    reason: str
    claims: tuple[Claim, ...]
    hanging: bool = False

    @property
    def refused(self) -> bool:
        """Whether it stays out of a report, unless the user keeps it."""
        return self.hanging or self.verdict is Verdict.CONTRADICTED

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of all facts it was held against, each once."""
        return tuple(dict.fromkeys(name for claim in self.claims for name in claim.facts))


NOTHING_SAID = Claim(Verdict.UNSUPPORTED, "It says nothing that can be checked.")


def join(text: str, claims: Iterable[Claim]) -> Checked:
    """Judge a sentence: contradicted if one claim is, else unsupported if one is."""
    said = tuple(claims) or (NOTHING_SAID,)
    order = (Verdict.CONTRADICTED, Verdict.UNSUPPORTED, Verdict.SUPPORTED)
    deciding = min(said, key=lambda claim: order.index(claim.verdict))
    return Checked(text, deciding.verdict, deciding.reason, said)


CAPITALS = re.compile(r"(?<!\w)(?:ml|l|hu|ct|mri?|shap|hcc|fnh|tace|bclc|recist|li-rads)(?!\w)")
SPELLED = {"ml": "mL"}


def stated(*known: Fact | None) -> str:
    """Say what facts say, as a sentence."""
    said = (f"{fact.label.replace(': ', ', ')}: {fact.shown}" for fact in known if fact)
    return f"The facts say “{'; '.join(said)}”."


def ids(*known: Fact | None) -> tuple[str, ...]:
    """Ids of the facts that are known."""
    return tuple(fact.id for fact in known if fact)


def spelled(words: str) -> str:
    """Give units and short names, read in small letters, their capitals back."""
    return CAPITALS.sub(lambda name: SPELLED.get(name.group(), name.group().upper()), words)


def against(holds: bool | None, words: str, *known: Fact | None) -> Claim:
    """Judge words that were held against facts, of which one at least must be known."""
    if holds is None or not ids(*known):
        return unknown(words)
    verdict = Verdict.SUPPORTED if holds else Verdict.CONTRADICTED
    reason = stated(*known) if holds else f"It says “{spelled(words)}”. {stated(*known)}"
    return Claim(verdict, reason, ids(*known))


def held(words: str, fact: Fact | None, test: Callable[[Fact], bool | None]) -> Claim:
    """Judge words by what `test` says of one fact, if it is known."""
    return against(None if fact is None else test(fact), words, fact)


def unknown(words: str, why: str = "no fact of this scan tells it") -> Claim:
    """Say that nothing known bears on words."""
    return Claim(Verdict.UNSUPPORTED, f"“{spelled(words)}”: {why}.")


HANGS = "speaks of a sentence that was left out"
MARKS = {
    Verdict.SUPPORTED: "",
    Verdict.UNSUPPORTED: "not supported by the measurements",
    Verdict.CONTRADICTED: "contradicts the measurements",
}


def as_sentence(one: Checked, facts: Facts) -> Sentence:
    """Write a checked sentence with its mark, and with the place that its facts are seen at."""
    known = [facts[name] for name in one.facts]
    places = {(fact.lesion, fact.axial_slice) for fact in known if fact.lesion is not None}
    lesion, axial_slice = places.pop() if len(places) == 1 else (None, None)
    mark = HANGS if one.hanging else MARKS[one.verdict]
    return Sentence(one.text, one.facts, lesion, axial_slice, mark)
