"""Pictures of patches: for the pointer, in galleries, and whether they are true."""

import os
from pathlib import Path

import numpy as np
import streamlit as st

from core.atlas.atlas import Atlas
from core.atlas.originals import find_originals
from core.atlas.patches import PATCH
from core.atlas.pictures import Pictures
from core.draw.canvas import webp
from core.io.datasets import LabelledCase
from pages.embeddings import patch_pictures
from pages.embeddings.exchange import message
from pages.embeddings.state import ShownAtlas, autoencoder

FOLDER = "HEPATOSCOPE_DATA"
# 4,096 pixels a side: larger pictures are refused by some browsers.
MOST = 16_384
COLUMNS = 128
NOT_SHIPPED = (
    "The licences of these scans do not allow their images to be passed on, so the atlas holds "
    "codes and figures alone. **The patches drawn here are what the decoder makes of their "
    "codes**: blurred, and without what the autoencoder cannot say. Where this program runs beside "
    f"the scans, with `{FOLDER}` set to their folder, the true images can be shown."
)


@st.cache_resource(max_entries=4, show_spinner=False)
def _originals(
    data: str, name: str, written: str, _atlas: Atlas
) -> dict[tuple[str, str], LabelledCase]:
    return find_originals(Path(data), _atlas.table)


def pictures_of(shown: ShownAtlas) -> Pictures:
    """Give what draws the patches of `shown`."""
    return Pictures(shown.atlas, autoencoder(), shown.own, originals_of(shown.known))


def originals_of(atlas: Atlas) -> dict[tuple[str, str], LabelledCase]:
    """Find the cases of an atlas in the data folder, where there is one: by data set and name."""
    data = os.environ.get(FOLDER)
    return _originals(data, atlas.name, atlas.facts["written"], atlas) if data else {}


def send_pictures(shown: ShownAtlas) -> None:
    """Hand the pictures of all patches to the maps on the page."""
    if len(shown.atlas) <= MOST:
        patch_pictures(_sheet(pictures_token(shown), shown), key="atlas-pictures")


def pictures_token(shown: ShownAtlas) -> str:
    """Name the pictures of `shown`: true ones and drawn ones differ."""
    return f"{shown.id}-{'drawn' if shown.known.images is None else 'true'}"


@st.cache_data(max_entries=4, show_spinner=False)
def _sheet(token: str, _shown: ShownAtlas) -> bytes:
    images = pictures_of(_shown).patches(np.arange(len(_shown.atlas)))
    rows = -(-len(images) // COLUMNS)
    sheet = np.zeros((rows * COLUMNS, PATCH, PATCH), np.uint8)
    sheet[: len(images)] = images
    laid = sheet.reshape(rows, COLUMNS, PATCH, PATCH).swapaxes(1, 2)
    picture = webp(laid.reshape(rows * PATCH, COLUMNS * PATCH), quality=70)
    header = {"token": token, "columns": COLUMNS, "side": PATCH, "captions": _captions(_shown)}
    return message(header, {"sheet": np.frombuffer(picture, np.uint8)})


def _captions(shown: ShownAtlas) -> list[str]:
    table = shown.atlas.table
    return [
        f"{case}, slice {index + 1}"
        for case, index in zip(table["case"], table["slice"], strict=True)
    ]
