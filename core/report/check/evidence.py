"""Look facts up for the check, and say what they say."""

import re

from core.report.check.verdict import Claim, Verdict
from core.report.fact import Fact, Facts

CAPITALS = re.compile(r"(?<!\w)(?:ml|l|hu|ct|mri?|shap|hcc|fnh|tace|bclc|recist|li-rads)(?!\w)")
SPELLED = {"ml": "mL"}


def find(facts: Facts, fact_id: str) -> Fact | None:
    """Look a fact up; None where it is not known or has no value."""
    known = (fact for fact in facts if fact.id == fact_id and fact.value is not None)
    return next(known, None)


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


def unknown(words: str, why: str = "no fact of this scan tells it") -> Claim:
    """Say that nothing known bears on words."""
    return Claim(Verdict.UNSUPPORTED, f"“{spelled(words)}”: {why}.")
