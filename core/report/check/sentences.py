"""Cut text into sentences, and sentences in plain form into clauses that say one thing each."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from core.report.check.quantities import Quantity, read_quantities
from core.report.check.verdict import Claim
from core.report.check.words import phrases

# With the point, in small letters.
ABBREVIATIONS = frozenset(
    phrases(
        """
        approx., ca., cf., dr., e.g., etc., fig., i.e., incl., max., min., mr., mrs., ms., no.,
        nr., prof., resp., seg., st., vol., vs.
        """
    )
)
BULLET = re.compile(r"^\s*(?:[-*•‣–]|\d{1,2}[.)])\s+")
HEADING = re.compile(r"^\s*(?:#{1,6}\s+.*|\*\*[^*]+\*\*:?|[A-Z][A-Za-z ]{2,30}:)\s*$")
TITLE = re.compile(
    r"^(?:findings|impression|limitations|conclusion|technique|comparison)\s*:\s+", re.I
)
END = re.compile(r"(?<=[.!?])[\"')”]?\s+(?=[\"'(“]?[A-Z0-9])")


def split_sentences(text: str) -> tuple[str, ...]:
    r"""Cut text into sentences; headings are left out, each entry of a list stands alone.

    Examples
    --------
    >>> split_sentences("Findings:\n- A mass of approx. 1.5 cm. Dr. X saw it.")
    ('A mass of approx. 1.5 cm.', 'Dr. X saw it.')
    """
    return tuple(sentence for block in _blocks(text) for sentence in _sentences(block))


def _blocks(text: str) -> list[str]:
    """Join lines that were only wrapped; keep entries of lists and paragraphs apart."""
    blocks: list[str] = [""]
    for line in text.splitlines():
        if not line.strip() or HEADING.match(line):
            blocks.append("")
        elif BULLET.match(line) or TITLE.match(line.strip()):
            blocks.append(BULLET.sub("", line).strip())
        else:
            blocks[-1] = f"{blocks[-1]} {line.strip()}".strip()
    plain = (re.sub(r"\*\*|__|`", "", block) for block in blocks)
    return [TITLE.sub("", block) for block in plain if block]


def _sentences(block: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for gap in END.finditer(block):
        last = block[start : gap.start()].split()[-1].lower().lstrip("(\"'“")
        if last in ABBREVIATIONS or re.fullmatch(r"[a-z]\.", last):
            continue
        sentences.append(block[start : gap.end()].strip())
        start = gap.end()
    sentences.append(block[start:].strip())
    return [sentence for sentence in sentences if re.search(r"\w", sentence)]


MARK = re.compile(r"«(\d+)»")
# Spelling, signs and set phrases, in the order in which they are replaced.
PLAIN = (
    (r"[\u00a0\u2009\u202f]", " "),
    (r"[’‘]", "'"),
    (r"[“”\"()\[\]*]", " "),
    (r"\bcan't\b|\bcannot\b", "can not"),
    (r"n't\b", " not"),
    (r"\b(there|it|that|here)'s\b", r"\1 is"),
    (r"tumour", "tumor"),
    (r"\bcentr(e|ed)\b", r"center\1"),
    (r"centere", "center"),
    (r"(lit|met)re(s?)\b", r"\1er\2"),
    (r"\bper cent\b", "percent"),
    (r"\bgrey\b", "gray"),
    (r"haem", "hem"),
    (r"×", " x "),
    (r"³", "3"),
    (r"(?<=\d) ?x ?(?=\d)", " x "),
    (r"(?<=\d)(\s?(?:mm|cm)) ?x ?(?=\d)", r"\1 x "),
    (r"(?<=\d) ?[-–] ?(?=\d)", " to "),
    (r"[−]", "-"),
    (r" [–-] |—", ", "),
    (r"[~≈]", " about "),
    (r"\b(?:approx|ca)\.", "about"),
    (r"≥", " at least "),
    (r"≤", " at most "),
    (r"(?<!\w)>", " more than "),
    (r"(?<!\w)<", " less than "),
    (r"\b(?:i\.e\.|e\.g\.|that is,)", ", "),
    (r",? (?:lesions|tumors?) (?:included|left out|excluded),?", " "),
    (r"\bliver and lesions\b", "liver"),
    (r"([\d.]+ ?[cm]m) long,? (?:and|by) ([\d.]+ ?[cm]m) wide", r"\1 x \2"),
    (r" beyond the measurement's uncertainty| by more than the measurement can tell", ""),
    (r"\b(?:lesion|tumor)s? spares? the (left|right) lobe", r"no lesion in the \1 lobe"),
    (r"\btumor (?:segmentation|mask) is empty", "no tumor"),
    (r"\bnothing (?:has |have )?changed", "all lesions are unchanged"),
    (r"\bnothing (?:abnormal|unusual)\b", "no abnormality"),
    (r"\bdo not\b|\bdoes not\b|\bdid not\b", "not"),
    (r"\bleft and (?:the )?right\b|\bright and (?:the )?left\b", "both"),
    (r"\bneither the left nor the right lobe\b", "neither lobe"),
    (r" out of every (?:100|hundred)(?: parts)?| (?:out of|in) (?:a )?(?:100|hundred)\b", " %"),
    (r"\btwo thirds of", "about 67 % of"),
    (r"\bthree quarters of", "about 75 % of"),
    (r"\b(?:a|one) quarter of", "25 % of"),
    (r"\b(?:a|one) third of", "about 33 % of"),
    (r"\b(?:a |one )?half of(?= the)", "50 % of"),
    (r"\b(?:a|one) tenth of", "10 % of"),
    (r"\b((?:besides|in addition to|next to) .*?) (?=there (?:is|are|was|were)\b)", r"\1, "),
    (r"\bbetween (\w+) and (\w+)(?= (?:\w+ )?(?:lesion|mass|tumor|nodule))", r"\1 to \2"),
    (r"\b(lesion|tumor)s (\d+),? (?:and|&) (?:lesion )?(\d+)", r"\1s \2&\3"),
    (r"\b(lesion|tumor)s (\d+), (\d+),? (?:and|&) (\d+)", r"\1s \2&\3&\4"),
    (r"\bi\b", "we"),
)
BORDER = re.compile(
    r"\s*(?:[,;]|(?<!\bno)\.(?=\s)|(?<!\w)(?:and|but|while|whereas|although|though|which|however|with|without)(?!\w))\s*"
)


# “No” with what it denies at the end of a clause.
DENIED = re.compile(r"\b(?:no|without)(?: [\w-]+){1,3}$")
LAST = re.compile(r"(?:^| )or ")
CLAUSE_VERB = re.compile(r"\b(?:is|are|was|were|has|have|measures?|lies?|shows?|normal)\b")
NAMES = 5


@dataclass(frozen=True)
class Clause:
    """A part of a sentence.

    Parameters
    ----------
    text : in small letters, «0» standing for the first quantity of the sentence.
    words : the clause with its quantities as they were written, for reasons.
    sentence : all clauses, for what was said before.
    quantities : all of the sentence.
    """

    text: str
    words: str
    sentence: str
    quantities: tuple[Quantity, ...]

    @property
    def own(self) -> tuple[Quantity, ...]:
        """The quantities in this clause, in order."""
        return tuple(self.quantities[int(mark)] for mark in MARK.findall(self.text))

    @property
    def own_with_words(self) -> tuple[tuple[Quantity, str], ...]:
        """Its quantities with the words between their neighbors, themselves left as marks."""
        parts = MARK.split(self.text)
        around = (f"{parts[at - 1]}«{parts[at]}»{parts[at + 1]}" for at in range(1, len(parts), 2))
        return tuple(zip(self.own, around, strict=True))

    def of(self, text: str) -> "Clause":
        """Keep a part of the text, or what was made of it."""
        return replace(self, text=text)

    def take(self, judge: Callable[[Quantity], Claim | None]) -> tuple[list[Claim], "Clause"]:
        """Judge its quantities, and leave those out of which something was said."""
        claims, text = [], self.text
        for mark in MARK.finditer(text):
            if claim := judge(self.quantities[int(mark[1])]):
                claims.append(claim)
                text = text.replace(mark.group(), "")
        return claims, self.of(text)


def plain(sentence: str) -> str:
    """Write a sentence in small letters, American spelling and words for signs."""
    text = sentence.lower()
    for pattern, replacement in PLAIN:
        text = re.sub(pattern, replacement, text)
    return re.sub(r"\s+", " ", text).strip(" .!")


def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """Cut a sentence at commas and joining words; “without” stays with what it denies."""
    text, quantities = read_quantities(plain(sentence))
    parts: list[str] = []
    start, opening = 0, ""
    for border in BORDER.finditer(text):
        parts.append(opening + text[start : border.start()])
        word = border.group().strip(" ,;")
        opening = "without " if word == "without" else "with " if word == "with" else ""
        start = border.end()
    parts.append(opening + text[start:])
    stripped = [bare for part in parts if (bare := part.strip(" :."))]
    return tuple(
        Clause(part, MARK.sub(lambda mark: quantities[int(mark[1])].text, part), text, quantities)
        for part in _denied_on(stripped)
    )


def _denied_on(parts: list[str]) -> Iterator[str]:
    """Carry a “no” through a list that ends with “or”: no lesions, masses or nodules."""
    denied = False
    for at, part in enumerate(parts):
        named = (
            not CLAUSE_VERB.search(part) and not MARK.search(part) and len(part.split()) <= NAMES
        )
        to_come = any(LAST.search(later) for later in parts[at:])
        own = DENIED.search(part) is not None
        denied = own or (denied and named and to_come)
        yield f"no {part}" if denied and not own else part
