"""What can be said of one lesion: size, density, side, height, slices, confidence.

Words for size are held against these diameters: tiny means below 10 mm, and is wrong from 20 mm;
small means up to 20 mm, and is wrong from 50 mm; large means from 50 mm, and is wrong up to
20 mm; huge means from 100 mm, and is wrong below 50 mm. In between nothing is said.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.report.check.agreement import number_of
from core.report.check.evidence import find
from core.report.fact import Fact, Facts


@dataclass(frozen=True)
class Predicate:
    """Something that is true of a lesion, false, or not known (None).

    Parameters
    ----------
    words : as the sentence says it.
    holds : tells it of a lesion by its number.
    fact : finds the fact of that lesion that decides.
    """

    words: str
    holds: Callable[[int], bool | None]
    fact: Callable[[int], Fact | None]

    def denied(self) -> "Predicate":
        """Return the opposite."""

        def opposite(number: int) -> bool | None:
            holds = self.holds(number)
            return None if holds is None else not holds

        return Predicate(f"not {self.words}", opposite, self.fact)


ISODENSE_HU = 10.0
# Words: supported if true of the diameter in mm, contradicted if true of it.
SIZE_WORDS: tuple[tuple[str, Callable[[float], bool], Callable[[float], bool]], ...] = (
    (r"tiny|minute|minuscule|punctate", lambda d: d < 10, lambda d: d >= 20),
    (r"sub-?centimeter|sub-?centimetric", lambda d: d < 10, lambda d: d >= 10),
    (r"small(?!er|est)", lambda d: d <= 20, lambda d: d >= 50),
    (r"large(?!r|st)|big(?!ger|gest)|bulky|sizable", lambda d: d >= 50, lambda d: d <= 20),
    (r"huge|giant|massive|enormous", lambda d: d >= 100, lambda d: d < 50),
)
DENSITY = r"(?:density|attenuation)"
DENSITY_WORDS: tuple[tuple[str, Callable[[float], bool]], ...] = (
    (
        rf"hypo-?dense|hypo-?attenuat\w+|low(?:er)?[- ]{DENSITY}|dark(?:er)?\b(?! by)|less dense|"
        rf"{DENSITY}[\w ]* (?:is|are) lower",
        lambda hu: hu < 0,
    ),
    (
        rf"hyper-?dense|hyper-?attenuat\w+|high(?:er)?[- ]{DENSITY}|bright(?:er)?|denser|"
        rf"{DENSITY}[\w ]* (?:is|are) higher",
        lambda hu: hu > 0,
    ),
    (r"iso-?dense|iso-?attenuat\w+|as bright as the liver", lambda hu: abs(hu) < ISODENSE_HU),
)
SIDE = re.compile(r"\b(right|left)\b(?! angles)")
OF_CENTER = re.compile(r"\b(right|left) of\b.{0,20}\bcenter")
PART = (
    r"(?:right|left|third|part|portion|half|area|region|zone|aspect|pole|section|end|lobe|liver|of)"
)
HEIGHTS = (
    (rf"(?:upper|superior|cranial|top)(?:most)? {PART}", "upper"),
    (r"(?:at|near|in|on) the top of\b|dome\b|high up", "upper"),
    (rf"(?:middle|mid|central) {PART}", "middle"),
    (rf"(?:lower|inferior|caudal|bottom)(?:most)? {PART}", "lower"),
    (r"bottom\b|low down", "lower"),
)
RANK = re.compile(r"\bis (?:the )?(largest|biggest|smallest|larger|bigger|smaller)\b(?! than)")
SLICES = re.compile(
    r"\b(?:slices?|images?|pictures?|image number|slice number) (\d+)(?: to (\d+))?"
)


def words_predicates(text: str, facts: Facts) -> Iterator[Predicate]:
    """Read words about a lesion: size, density, place, slices."""
    for pattern, right, wrong in SIZE_WORDS:
        if found := re.search(rf"\b(?:{pattern})\b", text):
            yield _judged(found.group(), facts, "longest_diameter", right, wrong)
    for pattern, test in DENSITY_WORDS:
        if found := re.search(rf"\b(?:{pattern})", text):
            yield _judged(found.group(), facts, "contrast_hu", test, _opposite(test))
    if found := SIDE.search(text):
        yield _side(found[1], OF_CENTER.search(text) is not None, facts)
    for pattern, height in HEIGHTS:
        if found := re.search(rf"\b(?:{pattern})", text):
            yield _place(found.group(), height, facts)
            break
    if re.search(r"\bnew\b", text):
        yield _new(facts)
    if found := RANK.search(text):
        yield _ranked(found[1], facts)
    if found := SLICES.search(text):
        yield _on_slices(int(found[1]), int(found[2] or found[1]), facts)


def _opposite(test: Callable[[float], bool]) -> Callable[[float], bool]:
    return lambda value: not test(value)


def unclear(words: str) -> Predicate:
    """Stand for something said of lesions that nothing can tell."""
    return Predicate(words, lambda number: None, lambda number: None)


def _judged(
    words: str,
    facts: Facts,
    name: str,
    right: Callable[[float], bool],
    wrong: Callable[[float], bool],
) -> Predicate:
    """Hold a word against a number, which may be too near the middle to tell."""

    def holds(number: int) -> bool | None:
        fact = find(facts, f"lesion.{number}.{name}")
        value = None if fact is None else number_of(fact)
        if value is None:
            return None
        return True if right(value) else False if wrong(value) else None

    return Predicate(words, holds, lambda number: find(facts, f"lesion.{number}.{name}"))


def _side(side: str, of_center: bool, facts: Facts) -> Predicate:
    """Hold a side against the lobe, or the liver's center where this is named or all is known."""

    def fact_of(number: int) -> Fact | None:
        lobe = find(facts, f"lesion.{number}.lobe")
        known = lobe is not None and re.search(r"\b(?:left|right)\b", str(lobe.value).lower())
        return lobe if known and not of_center else find(facts, f"lesion.{number}.location")

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        found = None if fact is None else SIDE.search(str(fact.value).lower())
        return None if found is None else found[1] == side

    return Predicate(side, holds, fact_of)


def _place(words: str, height: str, facts: Facts) -> Predicate:
    def fact_of(number: int) -> Fact | None:
        return find(facts, f"lesion.{number}.location")

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        return None if fact is None else height in str(fact.value).lower()

    return Predicate(words, holds, fact_of)


def _ranked(word: str, facts: Facts) -> Predicate:
    """Hold “is the largest” against the order of the lesions, by volume or by diameter."""
    longest = find(facts, "largest.longest_diameter")
    ends = set(facts.lesion_numbers[1:] if word == "smaller" else facts.lesion_numbers[-1:])
    if not word.startswith("small"):
        ends = {1, longest.lesion if longest and longest.lesion else 1}
    return Predicate(word, lambda n: n in ends, lambda n: find(facts, f"lesion.{n}.volume"))


def _new(facts: Facts) -> Predicate:
    """Hold “new” against the fate of a lesion since an earlier study."""

    def fact_of(number: int) -> Fact | None:
        return find(facts, f"change.lesion.{number}.status")

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        return None if fact is None else fact.value == "new"

    return Predicate("new", holds, fact_of)


def _on_slices(first: int, last: int, facts: Facts) -> Predicate:
    """Hold slices, counted from 1, against those that a lesion spans."""

    def fact_of(number: int) -> Fact | None:
        return find(facts, f"lesion.{number}.slices")

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        ends = [] if fact is None else [int(end) for end in re.findall(r"\d+", str(fact.value))]
        return ends[0] <= first and last <= ends[-1] if ends else None

    return Predicate(f"slice {first}", holds, fact_of)
