"""What the check says: a verdict on each claim, and from these one on the sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
    """

    text: str
    verdict: Verdict
    reason: str
    claims: tuple[Claim, ...]

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
