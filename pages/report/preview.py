"""The report on the page: sentences beside pictures, each sentence with what it rests on.

Our own component, because sentences point at places of pictures and open their facts without a
round trip; only the slice of a chosen sentence is asked of Python.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from core.report.document.content import range_of
from core.report.fact import Fact, Facts
from core.report.screen import Shown
from core.report.text import Narrative, Sentence
from pages.common import inline

FOLDER = Path(__file__).parent / "assets"
OURS = "Made of:"
HELD_AGAINST = "Written or generated, and held against:"
OF_NOTHING = "Written or generated; no measurement tells of it."

_preview = st.components.v2.component(
    "hepatoscope_report",
    html=inline.text(FOLDER, "preview.html"),
    css=inline.text(FOLDER, "preview.css"),
    js=inline.text(FOLDER, "preview.js"),
)


def preview(
    narrative: Narrative,
    facts: Facts,
    own: frozenset[Sentence],
    pictures: Sequence[Shown],
    *,
    key: str,
    on_slice: Callable[[int], None],
) -> None:
    """Draw the report; `on_slice` is given the z index that a chosen sentence speaks of.

    Parameters
    ----------
    own : the sentences that were made of facts alone.
    """

    def picked() -> None:
        said = (st.session_state.get(key) or {}).get("picked")
        z = said.get("slice") if isinstance(said, Mapping) else None
        if isinstance(z, int):
            on_slice(z)

    sections = [
        {
            "title": section.title,
            "sentences": [_sentence(sentence, facts, own) for sentence in section.sentences],
        }
        for section in narrative.sections
    ]
    _preview(
        key=key,
        data={
            "text": {"title": narrative.title, "sections": sections},
            "pictures": [_picture(picture) for picture in pictures],
        },
        on_picked_change=picked,
    )


def _sentence(sentence: Sentence, facts: Facts, own: frozenset[Sentence]) -> dict[str, Any]:
    known = [facts[name] for name in sentence.facts if name in facts]
    because = OURS if sentence in own else HELD_AGAINST if known else OF_NOTHING
    return {
        "text": sentence.text,
        "mark": sentence.mark,
        "begins": sentence.begins,
        "lesion": sentence.lesion,
        "slice": sentence.axial_slice,
        "because": because,
        "facts": [_fact(fact) for fact in known],
    }


def _fact(fact: Fact) -> dict[str, str]:
    return {
        "id": fact.id,
        "label": fact.label,
        "shown": fact.shown,
        "range": range_of(fact),
        "origin": fact.origin,
    }


def _picture(picture: Shown) -> dict[str, Any]:
    return {
        "name": picture.name,
        "image": f"data:image/webp;base64,{base64.b64encode(picture.webp).decode()}",
        "caption": picture.caption,
        "alternative": picture.alternative,
        "size": picture.size,
        "marks": [asdict(mark) for mark in picture.marks],
    }
