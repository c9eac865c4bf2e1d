"""What HepatoScope is, how well it does, how it was trained, and what it cannot do."""

import json

import streamlit as st

from core.foundation.sam.card import CARD_NAME
from core.foundation.sam.checkpoint import SHIPPED_FOLDER
from core.models.store import evaluations, first_preset, trained_models, trained_presets
from pages.about.trust_card import trust_view
from pages.common.frame import begin
from pages.common.glossary import glossary
from pages.common.headline import headline_view
from pages.common.model_card import model_card
from pages.common.notices import optional_parts
from pages.common.widgets import choose

# Longer lines are hard to read.
TEXT_PIXELS = 960
METHOD = (
    "It follows a published pipeline for the LiTS challenge: two U-Nets with EfficientNetB0 "
    "encoders look at axial slices of 128 × 128 pixels in the window from −40 to 160 HU. The "
    "first finds the liver; its largest connected piece, with holes filled, is the liver region. "
    "The second sees only that region and finds tumors in it. Probabilities are brought back to "
    "the grid of your scan before a threshold makes them labels. With “focus” the first network "
    "says where the liver lies; two of its own then look at that box alone, at 160 × 160 pixels. "
    "With “ensemble” five tumor networks, each trained on other patients, look at the slices 5 mm "
    "above and below too, and their mean counts."
)
LIMITS = """
- Its CTs of patients come from challenges on liver tumors in contrast-enhanced scans. Scans
  without contrast medium, children and livers after surgery are untested.
- A pixel of its 128 is about 3 mm wide: lesions below 1 cm are easily lost, and outlines are soft.
  With “focus” and “ensemble” it is about half that.
- It does not know what a lesion is: cysts, metastases and carcinomas are all “tumor” to it.
- A figure from synthetic scans says how the program works, not how well it does on patients.
"""
PRIVACY = (
    "Scans stay in the memory of this server for as long as your browser session lives, three at "
    "most, and nobody else sees them. Nothing is written to disk for longer than reading takes, "
    "and nothing is sent elsewhere."
)


def page() -> None:
    begin(
        "About HepatoScope",
        "HepatoScope finds the liver, and tumors inside it, in a CT of the abdomen, and shows "
        "every step and what it is worth.",
    )
    with st.container(width=TEXT_PIXELS):
        st.header("How it works", anchor=False)
        st.markdown(METHOD)
        st.header("How well it does", anchor=False)
        _evaluations()
        st.header("Whether it knows when it is wrong", anchor=False)
        _trust()
        st.header("How it was trained", anchor=False)
        _cards()
        st.header("What it cannot do", anchor=False)
        st.markdown(LIMITS)
        st.header("What happens to your scan", anchor=False)
        st.markdown(PRIVACY)
        st.header("What is switched on here", anchor=False)
        optional_parts()
        st.header("What the words mean", anchor=False)
        st.markdown(glossary())


def _evaluations() -> None:
    headline_view(evaluations())
    st.page_link(
        "pages/metrics/page.py",
        label="Open the Metrics page",
        icon=":material/monitoring:",
    )


def _trust() -> None:
    presets = [preset.name for preset in trained_presets()]
    if presets:
        trust_view(choose("Networks", presets, "about-trust", default=first_preset().name))


def _cards() -> None:
    cards = trained_models()
    if not cards:
        st.info("No trained networks are here. Train them: `python -m core train --help`.")
    for name, card in cards.items():
        model_card(name, card)
    _card_of_sam()


def _card_of_sam() -> None:
    """Say whose the model is that others trained."""
    card = json.loads((SHIPPED_FOLDER / CARD_NAME).read_text())
    origin = card["origin"]
    with st.expander(f"sam/{card['name']}: {card['kind']}", icon=":material/badge:"):
        st.markdown(
            f"Made elsewhere: {origin['package']}, by {origin['author']}, "
            f"{origin['repository']}  \n"
            f"**Licence** {card['licence']}  \n**Distilled from** {origin['distilled_from']}"
        )
        st.json(card, expanded=False)


page()
