"""The words of a report, one module a language and edition; what to say is not decided here.

A phrase is one sentence. ``{id}`` in it, of a `FactKind`, shows the fact of that id, ``{~id}``
only records that the sentence rests on it; ``#`` in an id stands for what the sentence is about,
such as the number of a lesion. ``[[…]]`` is left out where a fact in it is not known. An
edition says nothing of a key that it lacks.
"""

from core.report.phrases.clinical_en import CLINICAL
from core.report.phrases.plain_en import PLAIN
from core.report.text import Edition

__all__ = ["PHRASES", "not_assessable", "what_cannot_be_told"]

PHRASES = {Edition.CLINICAL: CLINICAL, Edition.PLAIN: PLAIN}
CANNOT = "cannot."
# What only a comparison raises the question of.
OF_A_COMPARISON = (f"{CANNOT}response",)


def what_cannot_be_told(*, compared: bool) -> tuple[str, ...]:
    """Keys of the phrases on what one scan, or two, cannot tell."""
    return tuple(
        key
        for key in CLINICAL
        if key.startswith(CANNOT) and (compared or key not in OF_A_COMPARISON)
    )


def not_assessable(*, compared: bool) -> tuple[str, ...]:
    """Say what one scan, or two, cannot tell, a sentence each."""
    return tuple(
        CLINICAL[key].replace("{~scan.contrast}", "")
        for key in what_cannot_be_told(compared=compared)
    )
