"""Words that quantities, counts and lesions are told with; all in small letters."""

import re
from collections.abc import Iterable

NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
ORDINALS = {
    word: number
    for number, words in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"), 1)
    for word in (words, {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th"))
}
# Unit as written: unit of facts, and how many of these it is.
UNITS = {
    "mm": ("mm", 1.0),
    "millimeter": ("mm", 1.0),
    "millimeters": ("mm", 1.0),
    "cm": ("mm", 10.0),
    "centimeter": ("mm", 10.0),
    "centimeters": ("mm", 10.0),
    "inch": ("mm", 25.4),
    "inches": ("mm", 25.4),
    "ml": ("mL", 1.0),
    "milliliter": ("mL", 1.0),
    "milliliters": ("mL", 1.0),
    "cc": ("mL", 1.0),
    "ccm": ("mL", 1.0),
    "cm3": ("mL", 1.0),
    "cm^3": ("mL", 1.0),
    "cubic centimeters": ("mL", 1.0),
    "cubic centimeter": ("mL", 1.0),
    "mm3": ("mL", 0.001),
    "dl": ("mL", 100.0),
    "l": ("mL", 1000.0),
    "liter": ("mL", 1000.0),
    "liters": ("mL", 1000.0),
    "hu": ("HU", 1.0),
    "hounsfield units": ("HU", 1.0),
    "hounsfield": ("HU", 1.0),
    "%": ("%", 1.0),
    "percent": ("%", 1.0),
    "slices": ("slices", 1.0),
    "axial slices": ("slices", 1.0),
    "ct slices": ("slices", 1.0),
    "images": ("slices", 1.0),
    "axial images": ("slices", 1.0),
    "sections": ("slices", 1.0),
    "axial sections": ("slices", 1.0),
    **dict.fromkeys(
        [
            "g",
            "kg",
            "month",
            "months",
            "week",
            "weeks",
            "year",
            "years",
            "year-old",
            "day",
            "days",
            "second",
            "seconds",
            "minutes",
            "kv",
            "ma",
            "mgy",
            "ng/ml",
            "mg/dl",
            "cm2",
            "mm2",
        ],
        ("other", 1.0),
    ),
}
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
NEGATIONS = ("not", "no", "never", "neither", "nor", "without", "none", "nothing")


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
