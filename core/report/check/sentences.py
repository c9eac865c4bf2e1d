"""Cut text into sentences, where a point need not end one: 1.5 cm, approx., Dr., lists."""

import re

# With the point, in small letters.
ABBREVIATIONS = frozenset(
    [
        "approx.",
        "ca.",
        "cf.",
        "dr.",
        "e.g.",
        "etc.",
        "fig.",
        "i.e.",
        "incl.",
        "max.",
        "min.",
        "mr.",
        "mrs.",
        "ms.",
        "no.",
        "nr.",
        "prof.",
        "resp.",
        "seg.",
        "st.",
        "vol.",
        "vs.",
    ]
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
