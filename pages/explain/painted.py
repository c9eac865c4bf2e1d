"""Lesions as they are painted into healthy liver for a network to learn from."""

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.canvas import png
from core.draw.sheet import sheet
from core.study import Study
from core.training.gallery import painted_slices, pictures
from core.training.lesions import Painting
from pages.common.downloads import file_stem
from pages.common.widgets import download, show_picture

SEED, COUNT = "painted-seed", 4
WHAT = (
    "Few patients are at hand to learn from, and small lesions are rare among them. So the tumor "
    "networks of “ensemble” also learned from **lesions that nobody had**: ellipsoids with "
    "irregular rims, soft edges, texture, some with a dead core or a capsule, painted into healthy "
    "liver after Hu et al., *Label-free liver tumor segmentation*, CVPR 2023. Judge for yourself: "
    "which of them would you take for real?"
)


def painted_view(case: Study, segmentation: Segmentation) -> None:
    """Paint lesions into the liver of a case, and show them beside the slices as they were."""
    st.markdown(WHAT)
    how, seed = _controls()
    painted = painted_slices(case.volume, segmentation, COUNT, seed, how)
    outlined = st.toggle("Show what is told to be tumor", True, key="painted-outlined")
    named = []
    for start in range(0, len(painted), 2):
        places = iter(st.columns(4, gap="small"))
        for one in painted[start : start + 2]:
            drawn = pictures(one, outlined=outlined)
            for name, picture in zip(("Before", "Painted"), drawn, strict=True):
                show_picture(picture, f"Slice {one.z + 1}: {name.lower()}", at=next(places))
                named.append((f"{name}, slice {one.z + 1}", picture))
    st.caption(
        "Each slice is what a tumor network is shown: the liver's box, its median gray at 128, "
        "what is not liver dimmed or black. In training lesions reach into the slices beside too."
    )
    download(
        "Pictures (PNG)",
        lambda: png(sheet(named, f"{case.title} · painted with seed {seed}")),
        f"{file_stem(case)}-painted-{seed}.png",
        key="painted-png",
    )


def _controls() -> tuple[Painting, int]:
    first, second, third, fourth = st.columns(
        [3, 3, 3, 2], gap="medium", vertical_alignment="bottom"
    )
    radius = first.slider(
        "Radius (pixels of the square)", 1.6, 20.0, (3.0, 12.0), 0.2, key="painted-radius",
        help="In training from 1.6 to 20; a pixel of the square is about 1 to 2 mm.",
    )  # fmt: skip
    contrast = second.slider(
        "Darker than the liver by (gray)", 10, 75, (10, 75), key="painted-contrast",
        help="A gray level is about 0.8 HU in the window of the networks.",
    )  # fmt: skip
    bright = third.slider(
        "Share that is brighter", 0.0, 1.0, 0.08, 0.02, key="painted-bright",
        help="In training 8 % are brighter than the liver.",
    )  # fmt: skip
    if fourth.button("Other lesions", icon=":material/casino:", key="painted-others"):
        st.session_state[SEED] = st.session_state.get(SEED, 0) + 1
    how = Painting(
        radius=(float(radius[0]), float(radius[1])),
        darker=(float(contrast[0]), float(contrast[1])),
        bright_share=float(bright),
    )
    return how, int(st.session_state.get(SEED, 0))
