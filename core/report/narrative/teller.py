"""Make a sentence of a phrase and the facts that it names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind
from core.report.text import Sentence

NAMED = re.compile(r"\{(~?)([\w.#-]+)\}")
OPTIONAL = re.compile(r"\[\[(.*?)\]\]")


@dataclass(frozen=True)
class Teller:
    """Says what is asked in the words of one edition.

    Parameters
    ----------
    phrases : by key; `core.report.phrases` tells how they name facts.
    """

    facts: Facts
    phrases: Mapping[str, str]

    def say(self, key: str, about: int | str = "") -> list[Sentence]:
        """Make the sentence of `key`, none where this edition has no such phrase.

        Parameters
        ----------
        about : what ``#`` stands for in the ids of its facts.

        Raises
        ------
        KeyError
            If the phrase names a fact that is not known.
        """
        if key not in self.phrases:
            return []
        used: list[Fact] = []

        def known(match: re.Match[str]) -> str:
            ids = (named[2].replace("#", str(about)) for named in NAMED.finditer(match[1]))
            return match[1] if all(fact_id in self.facts for fact_id in ids) else ""

        def shown(match: re.Match[str]) -> str:
            silent, fact_id = match.groups()
            fact = self.facts[fact_id.replace("#", str(about))]
            used.append(fact)
            return "" if silent else fact.shown

        text = NAMED.sub(shown, OPTIONAL.sub(known, self.phrases[key]))
        lesions = {fact.lesion for fact in used if fact.lesion is not None}
        slices = [fact.axial_slice for fact in used if fact.axial_slice is not None]
        return [
            Sentence(
                text,
                tuple(dict.fromkeys(fact.id for fact in used)),
                lesions.pop() if len(lesions) == 1 else None,
                slices[0] if slices else None,
            )
        ]

    def number(self, fact_id: str) -> float | None:
        """Value of a fact that is a number; None where it is not known."""
        return self.facts.number(fact_id)

    def counted(self, fact_id: str) -> str:
        """Grammatical number of a count: ``none``, ``one`` or ``many``."""
        count = self.number(fact_id) or 0
        return "none" if not count else "one" if count == 1 else "many"

    def numbered(self, kind: FactKind) -> list[str]:
        """List what facts of a kind are about, in order."""
        root = kind.of("")
        return [fact.id.removeprefix(root) for fact in self.facts if fact.id.startswith(root)]
