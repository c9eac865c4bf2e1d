"""The inside of a U-Net on the slice: a U of layers, the channels of one, and one channel large."""

from pathlib import Path

import streamlit as st

from core.cascade.looks import Gray
from core.draw.overlay import heat
from core.models.features import (
    ANSWER,
    BOTTOM,
    DECODER,
    ENCODER,
    LAYERS,
    most_active,
    normalized,
)
from core.models.runtime import has_features, load_features
from core.models.store import model_dir
from core.presets import preset_named
from core.walkthrough.channels import (
    SHOWN,
    LayerMaps,
    channel_content,
    layer_named,
    look_inside,
    map_thumbnail,
    summary_of,
)
from core.walkthrough.drawing import thumbnail
from core.walkthrough.inputs import finder_square, liver_square, tumor_square
from core.walkthrough.moment import Content, Moment
from pages.pipeline.state import CHANNEL, LAYER, NETWORK_KEY
from pages.pipeline.tiles import LETTER, SHEET, Tile, tiles

PARTS = {"liver": "Liver network", "tumor": "Tumor network", "finder": "Liver from afar"}
FIRST = "The network is prepared so that it tells its inner answers: once, half a minute"


def kind_of(part: str) -> str:
    """Tell which of `PARTS` a network is: of several, “tumor-2” is one for tumors."""
    return part.split("-")[0]


def title_of(part: str) -> str:
    """Name a network of the cascade, with its number where it is one of several."""
    return f"{PARTS[kind_of(part)]} {part.removeprefix(kind_of(part)).removeprefix('-')}".strip()


def feature_stage(moment: Moment) -> Content:
    """Let the visitor choose network, layer and channel; returns what is shown of it."""
    part = _choose_network(moment)
    answered = _look(moment, part)
    layer = layer_named(LAYER.get() or ENCODER[1].name)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown(f"**The {title_of(part).lower()}**: down on the left, up on the right")
        _letter(answered, layer.name)
    active = most_active(answered.maps[layer.name], SHOWN)
    channel = CHANNEL.get()
    if channel not in active:
        channel = active[0]
    with right:
        st.markdown(
            f"**{layer.title}**: {len(active)} of {answered.maps[layer.name].shape[-1]} channels, "
            "the most active"
        )
        _sheet(answered, layer.name, active, channel)
        st.caption(
            "Each is spread from its lowest (dark) to its highest answer (bright); most active: "
            "those that differ most over the slice."
        )
    return channel_content(answered, layer, channel)


def feature_thumbnail(moment: Moment) -> bytes | None:
    """Picture the chosen layer small, where that network is prepared on this machine."""
    if moment.result is None:
        return None
    part = _part(moment)
    folder, size = _home(moment, part)
    if not has_features(folder, size):
        return None
    answered = look_inside(load_features(folder, size), _square(moment, part))
    summary = summary_of(answered.maps[LAYER.get() or ENCODER[1].name])
    return thumbnail(heat(summary / 255))


def _choose_network(moment: Moment) -> str:
    homes = moment.preset.homes
    parts = [part for kind in PARTS for part in homes if kind_of(part) == kind]
    st.session_state.setdefault(NETWORK_KEY, parts[0])
    if st.session_state[NETWORK_KEY] not in parts:
        st.session_state[NETWORK_KEY] = parts[0]
    st.segmented_control(
        "Network",
        parts,
        format_func=title_of,
        required=True,
        key=NETWORK_KEY,
        persist_state="session",
        label_visibility="collapsed",
    )
    return _part(moment)


def _part(moment: Moment) -> str:
    part = str(st.session_state.get(NETWORK_KEY, "liver"))
    return part if part in moment.preset.homes else moment.preset.liver_networks[0]


def _home(moment: Moment, part: str) -> tuple[Path, int]:
    """Name the folder of a network, and the side of its input."""
    home, network = moment.preset.homes[part]
    owner = preset_named(home)
    size = owner.tumor_size if kind_of(part) == "tumor" else owner.size
    return model_dir(home, network), size


def _square(moment: Moment, part: str) -> Gray:
    kind = kind_of(part)
    if kind == "tumor":
        return tumor_square(moment)[2]
    return (finder_square if kind == "finder" else liver_square)(moment)[0]


def _look(moment: Moment, part: str) -> LayerMaps:
    folder, size = _home(moment, part)
    if has_features(folder, size):
        return look_inside(load_features(folder, size), _square(moment, part))
    with st.spinner(FIRST):
        return look_inside(load_features(folder, size), _square(moment, part))


def _letter(answered: LayerMaps, chosen: str) -> None:
    """Draw the layers as the letter that gave the network its name."""
    places = _places()
    shown = [
        Tile(
            layer.name,
            layer.title,
            "{0} × {0} × {2}".format(*answered.maps[layer.name].shape),
            map_thumbnail(summary_of(answered.maps[layer.name])),
            place=places[layer.name],
            bottom=layer is BOTTOM,
        )
        for layer in LAYERS
    ]
    links = [
        ("copied", f"{places[layer.name].split('/')[0]} / 2 / auto / 3")
        for layer in ENCODER
        if layer.skip
    ]
    tiles(
        shown, chosen, key="pipeline-letter", layout=LETTER, label="Layers", on_pick=_pick_layer,
        links=links, pixels=True,
    )  # fmt: skip


def _places() -> dict[str, str]:
    """Name the CSS grid area of every layer: encoder down, decoder up, partners level."""
    rows = {layer.name: row for row, layer in enumerate(ENCODER, 2)}
    places = {name: f"{row} / 1 / auto / 2" for name, row in rows.items()}
    places[BOTTOM.name] = f"{len(ENCODER) + 2} / 1 / auto / 4"
    level = {layer.skip: rows[layer.name] for layer in ENCODER if layer.skip}
    for layer in DECODER:
        places[layer.name] = f"{level.get(layer.name, 2)} / 3 / auto / 4"
    places[ANSWER.name] = "1 / 3 / auto / 4"
    return places


def _pick_layer(name: str) -> None:
    LAYER.put(name)
    CHANNEL.drop()


def _sheet(answered: LayerMaps, layer: str, active: list[int], chosen: int) -> None:
    shown = [
        Tile(str(one), f"{one + 1}", "", map_thumbnail(normalized(answered.maps[layer][..., one])))
        for one in active
    ]
    tiles(
        shown, str(chosen), key=f"pipeline-sheet-{layer}", layout=SHEET, label="Channels",
        on_pick=_pick_channel, pixels=True,
    )  # fmt: skip


def _pick_channel(name: str) -> None:
    CHANNEL.put(int(name))
