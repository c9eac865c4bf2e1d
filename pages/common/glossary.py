"""The glossary, to which help texts lead: docs/glossary.md, shown on the About page."""

import re
from pathlib import Path

PLACE = Path(__file__).parents[2] / "docs" / "glossary.md"


def see(*terms: str) -> str:
    """End a help text with links to `terms` of the glossary."""
    links = ", ".join(f"[{term}](about#{anchor(term)})" for term in terms)
    return f" See {links}."


def anchor(term: str) -> str:
    """Name the place of a term on the page, as Markdown headings are named."""
    return re.sub(r"[^\w-]+", "-", term.lower()).strip("-")


def glossary() -> str:
    """Give all terms as Markdown, below headings of the page itself."""
    _, _, terms = PLACE.read_text().partition("\n## ")
    return re.sub(r"^(##+ )", r"##\1", f"## {terms}", flags=re.MULTILINE)
