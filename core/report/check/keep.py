"""Which checked sentences enter a report, and with what mark.

Supported sentences enter as they are, with the facts that bear them out. Unsupported ones enter
with a mark. Contradicted ones stay out, unless the user keeps them: then they are marked too.
"""

from collections.abc import Collection, Iterable

from core.report.check.verdict import Checked, Verdict
from core.report.fact import Facts
from core.report.text import Section, Sentence

MARKS = {
    Verdict.SUPPORTED: "",
    Verdict.UNSUPPORTED: "not supported by the measurements",
    Verdict.CONTRADICTED: "contradicts the measurements",
}


def keep_supported(
    checked: Iterable[Checked],
    facts: Facts,
    kept: Collection[str] = (),
    unsupported: bool = True,
) -> tuple[Sentence, ...]:
    """Turn checked sentences into those of a report.

    Parameters
    ----------
    facts : those that the sentences were checked by.
    kept : contradicted sentences, word by word, that the user keeps all the same.
    unsupported : whether unsupported sentences enter, marked.
    """
    return tuple(
        as_sentence(one, facts)
        for one in checked
        if one.verdict is Verdict.SUPPORTED
        or one.text in kept
        or (one.verdict is Verdict.UNSUPPORTED and unsupported)
    )


def kept_section(
    title: str,
    checked: Iterable[Checked],
    facts: Facts,
    kept: Collection[str] = (),
    unsupported: bool = True,
) -> Section:
    """Make a section of the sentences that `keep_supported` lets in."""
    return Section(title, keep_supported(checked, facts, kept, unsupported))


def as_sentence(one: Checked, facts: Facts) -> Sentence:
    """Write a checked sentence with its mark, and with the place that its facts are seen at."""
    known = [facts[name] for name in one.facts]
    places = {(fact.lesion, fact.axial_slice) for fact in known if fact.lesion is not None}
    lesion, axial_slice = places.pop() if len(places) == 1 else (None, None)
    return Sentence(one.text, one.facts, lesion, axial_slice, MARKS[one.verdict])
