"""What can be said of one lesion: size, density, side, height, slices, confidence.

Words for size are held against these diameters: tiny means below 10 mm, and is wrong from 20 mm;
small means up to 20 mm, and is wrong from 50 mm; large means from 50 mm, and is wrong up to
20 mm; huge means from 100 mm, and is wrong below 50 mm. In between nothing is said.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.report.check.quantities import Form, Quantity, agrees, negated, shows
from core.report.check.sentences import MARK
from core.report.check.words import finder
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind

Test = Callable[[float], bool]


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


def unclear(words: str) -> Predicate:
    """Stand for something said of lesions that nothing can tell."""
    return Predicate(words, lambda number: None, lambda number: None)


def by_fact(
    words: str, fact_of: Callable[[int], Fact | None], test: Callable[[Fact], bool | None]
) -> Predicate:
    """Hold words against one fact of each lesion, where it is known."""

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        return None if fact is None else test(fact)

    return Predicate(words, holds, fact_of)


def of_kind(kind: FactKind, facts: Facts) -> Callable[[int], Fact | None]:
    """Return what finds the fact of a kind of a lesion by its number."""
    return lambda number: facts.find(kind.of(number))


LONGEST, CONTRAST = FactKind.LESION_LONGEST_DIAMETER, FactKind.LESION_CONTRAST_HU
DENSITY = r"(?:density|attenuation)"
ISODENSE_HU = 10.0
# Words, the fact of a lesion that decides, and where its number, mm or HU, supports or contradicts.
NUMBER_TESTS: tuple[tuple[str, FactKind, Test, Test], ...] = (
    (r"(?:tiny|minute|minuscule|punctate)\b", LONGEST, lambda mm: mm < 10, lambda mm: mm >= 20),
    (r"sub-?centimet(?:er|ric)\b", LONGEST, lambda mm: mm < 10, lambda mm: mm >= 10),
    (r"small(?!er|est)\b", LONGEST, lambda mm: mm <= 20, lambda mm: mm >= 50),
    (
        r"(?:large(?!r|st)|big(?!ger|gest)|bulky|sizable)\b",
        LONGEST,
        lambda mm: mm >= 50,
        lambda mm: mm <= 20,
    ),
    (r"(?:huge|giant|massive|enormous)\b", LONGEST, lambda mm: mm >= 100, lambda mm: mm < 50),
    (
        rf"(?:hypo-?dense|hypo-?attenuat\w+|low(?:er)?[- ]{DENSITY}|dark(?:er)?\b(?! by)|"
        rf"less dense|{DENSITY}[\w ]* (?:is|are) lower)",
        CONTRAST,
        lambda hu: hu < 0,
        lambda hu: hu >= 0,
    ),
    (
        rf"(?:hyper-?dense|hyper-?attenuat\w+|high(?:er)?[- ]{DENSITY}|bright(?:er)?|denser|"
        rf"{DENSITY}[\w ]* (?:is|are) higher)",
        CONTRAST,
        lambda hu: hu > 0,
        lambda hu: hu <= 0,
    ),
    (
        r"(?:iso-?dense|iso-?attenuat\w+|as bright as the liver)",
        CONTRAST,
        lambda hu: abs(hu) < ISODENSE_HU,
        lambda hu: abs(hu) >= ISODENSE_HU,
    ),
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
    for pattern, kind, right, wrong in NUMBER_TESTS:
        if found := re.search(rf"\b{pattern}", text):
            yield _judged(found.group(), of_kind(kind, facts), right, wrong)
    if found := SIDE.search(text):
        yield _side(found[1], OF_CENTER.search(text) is not None, facts)
    for pattern, height in HEIGHTS:
        if found := re.search(rf"\b(?:{pattern})", text):
            yield _place(found.group(), height, facts)
            break
    if re.search(r"\bnew\b", text):
        status = of_kind(FactKind.CHANGE_LESION_STATUS, facts)
        yield by_fact("new", status, lambda fact: fact.value == "new")
    if found := RANK.search(text):
        yield _ranked(found[1], facts)
    if found := SLICES.search(text):
        yield _on_slices(int(found[1]), int(found[2] or found[1]), facts)


def _judged(
    words: str, fact_of: Callable[[int], Fact | None], right: Test, wrong: Test
) -> Predicate:
    """Hold a word against a number, which may be too near the middle to tell."""

    def test(fact: Fact) -> bool | None:
        if fact.number is None:
            return None
        return True if right(fact.number) else False if wrong(fact.number) else None

    return by_fact(words, fact_of, test)


def _side(side: str, of_center: bool, facts: Facts) -> Predicate:
    """Hold a side against the lobe, or the liver's center where this is named or all is known."""

    def fact_of(number: int) -> Fact | None:
        lobe = of_kind(FactKind.LESION_LOBE, facts)(number)
        known = lobe is not None and re.search(r"\b(?:left|right)\b", str(lobe.value).lower())
        return lobe if known and not of_center else of_kind(FactKind.LESION_LOCATION, facts)(number)

    def test(fact: Fact) -> bool | None:
        found = SIDE.search(str(fact.value).lower())
        return None if found is None else found[1] == side

    return by_fact(side, fact_of, test)


def _place(words: str, height: str, facts: Facts) -> Predicate:
    return by_fact(
        words,
        of_kind(FactKind.LESION_LOCATION, facts),
        lambda fact: height in str(fact.value).lower(),
    )


def _ranked(word: str, facts: Facts) -> Predicate:
    """Hold “is the largest” against the order of the lesions, by volume or by diameter."""
    longest = facts.find(FactKind.LARGEST_LONGEST_DIAMETER)
    ends = set(facts.lesion_numbers[1:] if word == "smaller" else facts.lesion_numbers[-1:])
    if not word.startswith("small"):
        ends = {1, longest.lesion if longest and longest.lesion else 1}
    return Predicate(word, lambda number: number in ends, of_kind(FactKind.LESION_VOLUME, facts))


def _on_slices(first: int, last: int, facts: Facts) -> Predicate:
    """Hold slices, counted from 1, against those that a lesion spans."""

    def test(fact: Fact) -> bool | None:
        ends = [int(end) for end in re.findall(r"\d+", str(fact.value))]
        return ends[0] <= first and last <= ends[-1] if ends else None

    return by_fact(f"slice {first}", of_kind(FactKind.LESION_SLICES, facts), test)


MEASURED_IN = {
    "mm": LONGEST,
    "mL": FactKind.LESION_VOLUME,
    "HU": FactKind.LESION_MEAN_HU,
    "%": FactKind.LESION_CONFIDENCE,
}
SHORT = re.compile(
    r"\b(?:short(?:est)?|smallest) (?:axis|diameter)|\bwidth\b|\bperpendicular\b|\bright angles\b"
)
DIFFERENCE = re.compile(r"\b(?:difference|differs?|contrast)\b[\w ]*$")
DIFFERENT = re.compile(
    r"^\s*(?:darker|brighter|denser|less dense|lower|higher|below|above|less than the)\b"
)
SURE = finder("confiden*, certain*, sure, probabilit*, likelihood")
REAL = finder("real, genuine, truly, not real, artifact, artefact")
DISTANCE = re.compile(r"\b(?:from the|away|apart|distance|deep|distant)\b")


def quantity_predicate(quantity: Quantity, text: str, words: str, facts: Facts) -> Predicate | None:
    """Hold a quantity against the facts of a lesion; None if none is of that kind.

    Parameters
    ----------
    text, words : what stands next to it, and all that was said of the lesion.
    """
    kind = MEASURED_IN.get(quantity.unit)
    if kind is None or (quantity.unit == "mm" and DISTANCE.search(text)):
        return None
    if kind is FactKind.LESION_CONFIDENCE:
        if not SURE.search(f"{words} {text}"):
            return None
        kind = FactKind.LESION_REAL if REAL.search(f"{words} {text}") else kind
    if quantity.form is Form.CONTRAST:
        return _against_liver(quantity, facts)
    if kind is LONGEST and quantity.form is Form.DIMENSIONS:
        return _dimensions(quantity, facts)
    if kind is LONGEST and SHORT.search(text):
        kind = FactKind.LESION_SHORT_DIAMETER
    if kind is FactKind.LESION_MEAN_HU and _is_difference(quantity, text):
        kind = CONTRAST

    def test(fact: Fact) -> bool | None:
        darker = kind is CONTRAST and fact.number is not None and fact.number < 0
        counted_up = darker and quantity.numbers[0].value > 0
        return agrees(negated(fact) if counted_up else fact, quantity)

    return by_fact(quantity.text, of_kind(kind, facts), test)


def _is_difference(quantity: Quantity, text: str) -> bool:
    """Whether HU tell how much a lesion differs from the liver, by the words next to them."""
    if quantity.numbers[0].value < 0:
        return True
    parts = MARK.split(text)
    places = range(2, len(parts), 2)
    return any(DIFFERENT.search(parts[at]) or DIFFERENCE.search(parts[at - 2]) for at in places)


def _against_liver(quantity: Quantity, facts: Facts) -> Predicate:
    """Hold “38 versus 54 HU” against the lesion first and the liver second."""
    liver = facts.find(FactKind.LIVER_MEAN_HU)

    def test(fact: Fact) -> bool | None:
        if quantity.unit != "HU" or liver is None:
            return None
        both = zip((fact, liver), quantity.numbers, strict=False)
        return all(shows(one, said, quantity.about) for one, said in both)

    return by_fact(quantity.text, of_kind(FactKind.LESION_MEAN_HU, facts), test)


def _dimensions(quantity: Quantity, facts: Facts) -> Predicate:
    """Hold two diameters, in either order, against the longest and the one across it."""
    long_of, short_of = of_kind(LONGEST, facts), of_kind(FactKind.LESION_SHORT_DIAMETER, facts)

    def fact_of(number: int) -> Fact | None:
        long = long_of(number)
        right = long and any(shows(long, said, quantity.about) for said in quantity.numbers)
        return short_of(number) if right else long

    def holds(number: int) -> bool | None:
        left = list(quantity.numbers)
        for fact in (long_of(number), short_of(number)):
            if fact is None:
                return None
            match = next((said for said in left if shows(fact, said, quantity.about)), None)
            if match is None:
                return False
            left.remove(match)
        # A third dimension is not measured.
        return None if left else True

    return Predicate(quantity.text, holds, fact_of)
