"""Where a result came from: the scan, the weights, the code."""

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.models.store import model_dir, read_card
from core.presets import preset_named
from core.provenance import commit, versions
from core.study import Study
from pages.common.frame import plain


def provenance_view(case: Study, segmentation: Segmentation) -> None:
    """Name the scan, the weights with their training data, the versions and the time spent."""
    volume = case.volume
    x, y, z = volume.spacing
    st.markdown(
        f"**Scan** {plain(volume.source)}  \n"
        f"SHA-256 `{volume.digest}`  \n"
        f"{' × '.join(map(str, volume.native.shape))} voxels stored as "
        f"{volume.native.axis_codes}, {x:.2f} × {y:.2f} × {z:.2f} mm (right, anterior, superior)"
    )
    if segmentation.brought is not None:
        st.markdown(f"**Labels** {plain(segmentation.brought.sentence)}")
    homes = preset_named(segmentation.preset).homes
    for name, digest in segmentation.models.items():
        card = read_card(model_dir(*homes[name]))
        data = card["data"]["training"]
        st.markdown(
            f"**{name.capitalize()} network** {card['model']}  \n"
            f"SHA-256 `{digest}`  \n"
            f"Trained on {data['slices']:,} slices of {len(data['patients'])} patients "
            f"(commit `{card['commit']}`, seed {card['recipe']['seed']}): "
            f"{'; '.join(card['data']['licences'])}"
        )
    software = ", ".join(f"{name} {number}" for name, number in versions().items())
    st.markdown(f"**Software** commit `{commit()}`, {software}")
    seconds = ", ".join(
        f"{stage.lower()} {time:.1f} s" for stage, time in segmentation.seconds.items()
    )
    if seconds:
        st.markdown(f"**Time** {seconds}")
