"""What a visitor without a scan sees: two ways in, and what happens then."""

import streamlit as st

from pages.common.frame import ASSETS
from pages.common.scan_source import demo_button, uploader

STEPS = (
    (":material/upload_file: **1. Open**", "The scan is checked: is it a CT of the abdomen?"),
    (
        ":material/neurology: **2. Segment**",
        "One network finds the liver, a second one tumors inside that liver.",
    ),
    (
        ":material/straighten: **3. Look and measure**",
        "Volumes in mL, diameters in mm, three linked planes, 3D, and files to take home.",
    ),
)


def invitation() -> None:
    """Invite to the demo, or to a scan of one's own."""
    demo, own = st.columns(2, gap="medium")
    with demo.container(border=True, height="stretch"):
        _demo()
    with own.container(border=True, height="stretch"):
        st.subheader("Your own CT", anchor=False)
        uploader()
    st.subheader("What happens then", anchor=False)
    for column, (step, text) in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        column.markdown(step)
        column.caption(text)


def _demo() -> None:
    picture, words = st.columns([2, 3], vertical_alignment="center")
    picture.image(str(ASSETS / "demo.png"), alt="A slice of the synthetic demo CT")
    with words:
        st.subheader("No scan at hand?", anchor=False)
        st.write("Take a synthetic CT of an abdomen, with lesions in the liver, or a person's.")
        demo_button("demo-first")
