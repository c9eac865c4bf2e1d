"""Words that the check understands, or that claim nothing; all in small letters.

A sentence is called supported only if every word of it is known: “a lesion like a starfish”
claims more than that there is a lesion.
"""

import re
from collections.abc import Iterable, Iterator

from core.report.check.verdict import Claim, unknown


def any_of(words: Iterable[str]) -> str:
    """Write a pattern that finds any of `words`, the longest that fits; “*” ends a stem."""
    stems = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return f"(?:{'|'.join(sorted(stems, key=len, reverse=True))})"


def phrases(table: str) -> list[str]:
    """Read words or phrases that commas part, over any number of lines."""
    return [" ".join(phrase.split()) for phrase in table.split(",")]


def finder(table: str) -> re.Pattern[str]:
    """Compile a pattern that finds any of the `phrases` of a table as a whole word."""
    return re.compile(rf"(?<!\w){any_of(phrases(table))}(?!\w)")


NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        phrases("zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve")
    )
}
ORDINALS = {
    word: number
    for number, words in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"), 1)
    for word in (words, {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th"))
}
# Unit of facts, how many of these it is, and how it is written.
_UNITS = (
    ("mm", 1.0, "mm, millimeter, millimeters"),
    ("mm", 10.0, "cm, centimeter, centimeters"),
    ("mm", 25.4, "inch, inches"),
    ("mL", 0.001, "mm3"),
    ("mL", 1.0, "ml, milliliter, milliliters, cc, ccm, cm3, cm^3, cubic centimeters"),
    ("mL", 1.0, "cubic centimeter"),
    ("mL", 100.0, "dl"),
    ("mL", 1000.0, "l, liter, liters"),
    ("HU", 1.0, "hu, hounsfield units, hounsfield"),
    ("%", 1.0, "%, percent"),
    ("slices", 1.0, "slices, axial slices, ct slices, images, axial images, sections"),
    ("slices", 1.0, "axial sections"),
    ("other", 1.0, "g, kg, month, months, week, weeks, year, years, year-old, day, days, second"),
    ("other", 1.0, "seconds, minutes, kv, ma, mgy, ng/ml, mg/dl, cm2, mm2"),
)
UNITS = {name: (unit, factor) for unit, factor, names in _UNITS for name in phrases(names)}
ABOUT = (
    "about", "approximately", "around", "roughly", "nearly", "almost", "some", "circa", "approx",
    "ca", "close to", "estimated at", "an estimated", "in the order of", "on the order of",
    "in the region of",
)  # fmt: skip
MORE = (
    "more than", "greater than", "larger than", "bigger than", "longer than", "higher than",
    "wider than", "over", "above", "exceeding", "exceeds", "exceed", "in excess of", "beyond",
)  # fmt: skip
AT_LEAST = ("at least", "a minimum of", "minimum of")
LESS = (
    "less than", "smaller than", "fewer than", "lower than", "shorter than", "under", "below",
)  # fmt: skip
AT_MOST = ("at most", "a maximum of", "maximum of")
UP_TO = ("up to",)
LESION = "(?:lesion|tumor|mass|nodule|spot)"
# Denies what stands beside it. Other denials are told with more or fewer words, and named so.
NOT = re.compile(r"\b(?:not|no|never)\b")
NEGATIONS = ("not", "no", "never", "neither", "nor", "without", "none", "nothing")
# Joining words, verbs of seeing and having, and other words that add no claim of their own.
PLAIN_WORDS = phrases(
    """
    a, an, the, this, that, these, those, it, its, they, their, them, there, here, which, who, we,
    our, you, your, he, she, his, her, one, ones, other, others, another, each, every, all, both,
    any, some, no, not, none, nothing, neither, nor, never, without, and, or, but, while, whereas,
    although, though, however, besides, apart, except, than, as, so, if, because, since, when,
    where, of, in, on, at, to, from, by, with, within, into, onto, over, under, above, below,
    between, among, across, through, throughout, inside, outside, around, about, near, nearly,
    next, up, down, out, off, along, per, via, for, against, towards, after, before, during, until,
    is, are, was, were, be, been, being, am, has, have, had, having, do, does, did, done, can,
    could, may, might, must, will, would, shall, also, too, only, just, even, still, already, again,
    very, quite, rather, well, overall, respectively, approximately, roughly, almost, most, mostly,
    mainly, more, less, least, much, many, few, several, multiple, single, solitary, total, sum,
    altogether, together, combined, maximum, minimum, max, min, mean, average, exactly, precisely,
    else, then, now, likely, probably, possibly, possible, apparently, clearly, definitely,
    essentially, relatively, currently, both, either, same, free, absence, evidence, sign, signs,
    negative, positive, good, news, unfortunately, fortunately, e, g, i, ie, eg, x, s,
    see, seen, saw, show, shows, showed, shown, find, found, finds, finding, findings, detect*,
    identif*, call, calls, called, mark, marks, marked, label*, note, noted, notes, observe*,
    demonstrat*, reveal*, visible, visuali*, visualis*, evident, present, presence, exist*, lie,
    lies, lying, lay, sit, sits, sitting, locat*, position*, situated, place, placed, center*,
    measure*, measuring, measurement*, amount*, come, comes, contain*, include*, including,
    comprise*, consist*, count*, number*, make, makes, making, take, takes, taking, hold, holds,
    occup*, account*, give, gives, given, estimated, estimat*, calculat*, determin*, comput*,
    segment*, outlin*, depict*, imag*, scan*, scatter*, distribut*, spread, confined, limited,
    restricted, involv*, affect*, replac*, spar*, uninvolved, unaffected, appear*, seem*, look*,
    remain*, reach*, extend*, span*, rang*, vary*, varies, exceed*, spotted, network, networks,
    model, models, computer, algorithm, software, ai, program*, automatic*, report*, result*, case,
    exam*, study, studies, according, based, know*, tell*, say*, says, said, part*, portion,
    share, percent, percentage, proportion, fraction, rest, remainder, half, quarter, third,
    what, how, itself, end, ends, thing, anything, everything, full, way, case, cases,
    correct*, redrawn, edit*, retouch*, manual*, outline*, label*, remov*, delet*, eras*, drawn,
    added, hand, hands, brought,
    reject*, confirm*, dismiss*, discard*, decid*, decision*, reader, readers, person,
    terms, respect, value, values, figure, order, area, region, regions, zone, close, marked,
    bit, little, best, lowest, highest, further, additional, satellite, different, correspond*,
    abdomen, abdominal, fact, facts, summary, conclusion, thus, therefore, hence, predict*, harbor*,
    relative, went, gone, hardly, barely, yield*, namely, versus, host*, carry, bear*, great,
    interval, aside, equal*, equivalent, dimension*, reassuring, noticed, picture*, slightly
    """
)
# What is measured, with its forms.
MEASURED_WORDS = phrases(
    """
    liver, livers, hepatic, organ, parenchym*, tissue, surround*, normal, unremarkable, enlarged,
    hepatomegaly, shrunken, size*, sizes, sized, volume*, density, densities, attenuation,
    attenuat*, hounsfield, hu, diameter*, axis, axes, axial, long, longest, short, shortest, wide,
    width, across, plane, extent, perpendicular, lesion*, mass, masses, tumor*, nodul*, spot, spots,
    focus, foci, focal, abnormal*, growth*, burden, load, lobe, lobes, lobar, bilobar, multifocal,
    unifocal, side*, sided, right*, left*, upper*, lower*, middle, superior, inferior, top, bottom,
    dome, high, low, cranial, caudal, slice*, section*, thick*, ct, computed, tomography, synthetic,
    real, artificial, whole, entire, complete*, cut, truncated, hypodense, hypoattenuating,
    hyperdense, isodense, hypo-dense, hyper-dense, low-density, low-attenuation, dark*, bright*,
    dens*, contrast, differ*, difference, small*, tiny, large*, big*, huge, giant, massive, bulky,
    subcentimeter, dominant, main, index, smaller, larger, greater, greatest, higher, fewer,
    maximal*, probabilit*, confiden*, certain*, sure, shap, map, maps, attribut*, heatmap*,
    weight*, importance, concentrat*, focus*, predominantly, largely, majority, limits, limit,
    range, ranges, published, usual, reference, zero, grow*, grew, grown, increas*, decreas*,
    shr*, stable, unchanged, change*, new, newly, earlier, prior, previous*, rose, risen, fell,
    fallen, dropped, compar*, last, time,
    ago, significant*, relevant, longer, appeared, disappeared, couple, numerous, innumerable,
    various, first, second, adult*, innumerable, separate, individual, cubic, square, described,
    threshold, preset, slices, mL, centrally, usual, lesional, non-tumor
    """
)
KNOWN = finder(", ".join([*PLAIN_WORDS, *MEASURED_WORDS, *NUMBER_WORDS, *ORDINALS, *UNITS]))
WORD = re.compile(r"[a-z][a-z'/-]*[a-z]|[a-z]")


def unknown_words(text: str, more: str = "") -> Iterator[Claim]:
    """Find the first word of a sentence that the check does not know and `more` does not have.

    Both texts are in plain form, by `core.report.check.sentences.plain`.
    """
    listed = set(WORD.findall(more))
    for word in WORD.findall(text):
        if word in listed:
            continue
        bare = word.removesuffix("'s").removesuffix("'")
        parts = [bare, *bare.split("-")]
        if KNOWN.fullmatch(bare) is None and not all(map(KNOWN.fullmatch, parts[1:])):
            yield unknown(word, "the check does not know what it claims")
            return
