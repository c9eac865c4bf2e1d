"""What the codes and the anomaly scores are worth, on patients held out."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from core.atlas.encoders import AUTOENCODER_DIR
from core.atlas.quality import COMPARISON_NAME, read_comparison
from core.models.store import CARD_NAME, read_card
from pages.common.numbers import number, with_interval
from pages.common.widgets import show_table
from pages.embeddings.colors import NAMES
from pages.embeddings.state import MAP_NAMES, ShownAtlas

POPULATIONS = {"all": "all patches", "inner": "inside the liver (≥ 90 % of it)"}
COLUMNS = {
    "encoder": "What makes the code",
    "numbers": "Numbers",
    "probe_auroc": "Linear probe: AUROC",
    "probe_accuracy": "Balanced accuracy",
    "purity": "kNN purity",
    "silhouette": "Silhouette",
    "rand": "Adjusted Rand",
    "trustworthiness": "Trust of t-SNE",
    "error": "Error",
}


def worth_view(shown: ShownAtlas) -> None:
    """Show every figure by which the atlas can be judged."""
    st.subheader("Does an odd patch mean a tumor?", anchor=False)
    show_table(_anomaly(shown.known.facts["anomaly"]))
    judged = shown.known.facts["anomaly"][0]["split"]
    on = "patients of the test split, whom no network met" if judged == "test" else "all its cases"
    st.caption(
        f"AUROC for tumor (at least a quarter of the patch) against plain liver, on {on}; 0.5 is "
        "chance. In brackets: 95 % bootstrap interval, patients drawn anew. Edges of the organ are "
        "as odd as tumors: that is why the second row of each score leaves them out."
    )
    st.subheader("Which codes know most?", anchor=False)
    _comparison()
    st.subheader("The maps", anchor=False)
    show_table(_maps(shown.known.facts["maps"]))
    st.caption(
        "Placing: how far from itself a patch lands that is placed as if it were new, as share of "
        "the map's diagonal."
    )
    _autoencoder()


def _anomaly(rows: list[dict[str, Any]]) -> pd.DataFrame:
    listed = []
    for row in rows:
        value, low, high = _numbers(row["auroc"])
        listed.append(
            {
                "Score": NAMES[row["score"]],
                "Patches": POPULATIONS[row["population"]],
                "Tumor": row["tumor"],
                "Liver": row["liver"],
                "AUROC": with_interval(value, low, high),
            }
        )
    return pd.DataFrame(listed)


def _comparison() -> None:
    path = AUTOENCODER_DIR / COMPARISON_NAME
    if not path.is_file():
        st.info("This autoencoder came without a comparison.", icon=":material/info:")
        return
    found = read_comparison(path)
    for split, title in (("validation", "Validation patients, who decided"), ("test", "Test")):
        rows = [
            {
                COLUMNS["encoder"]: row["name"] + (" (shipped)" if row["shipped"] else ""),
                COLUMNS["numbers"]: row["numbers"],
                **{COLUMNS[key]: _figure(row[split].get(key)) for key in list(COLUMNS)[2:]},
            }
            for row in found["rows"]
        ]
        judged = found["rows"][0][split]
        st.markdown(
            f"**{title}**: {', '.join(found['patients'][split])}; {judged['tumor']} patches of "
            f"tumor, {judged['patches'] - judged['tumor']} of plain liver"
        )
        show_table(rows)
    st.markdown("**One patient after the other**, by a probe that learned on all others")
    show_table(_across(found["rows"]))
    st.caption(
        f"{found['meaning']} {found['choice']} Features of the liver network cannot be drawn "
        "again, which error maps, galleries and walks need: it is a rival here, not a choice."
    )


def _across(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """One row for each code: does one threshold serve everyone, and does it tell inside a liver."""
    return pd.DataFrame(
        [
            {
                COLUMNS["encoder"]: row["name"] + (" (shipped)" if row["shipped"] else ""),
                "Tumor": row["across"]["tumor"],
                "Liver": row["across"]["patches"] - row["across"]["tumor"],
                "AUROC, all patients pooled": _figure(row["across"]["pooled"]),
                "AUROC inside a patient, mean": _figure(row["across"]["within"]),
                "Patients with both": row["across"]["patients"],
            }
            for row in rows
        ]
    )


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return with_interval(*_numbers(value))
    return number(value)


def _numbers(interval: dict[str, float | None]) -> tuple[float, float, float]:
    """Value and both ends; NaN where they are not known."""
    value, low, high = (
        math.nan if interval[key] is None else float(interval[key] or 0)
        for key in ("value", "low", "high")
    )
    return value, low, high


def _maps(maps: dict[str, Any]) -> pd.DataFrame:
    rows = []
    for name, facts in maps.items():
        chosen = {key: value for key, value in facts["projection"].items() if key != "method"}
        placed = facts["placement"]
        rows.append(
            {
                "Map": MAP_NAMES[name],
                "Parameters": ", ".join(f"{key} {value}" for key, value in chosen.items()) or "–",
                "Trustworthiness": number(facts["trustworthiness"]),
                "Placing: median": f"{placed['median']:.5f}",
                "95 % within": f"{placed['share_95']:.5f}",
                "Largest": f"{placed['largest']:.3f}",
            }
        )
    return pd.DataFrame(rows)


def _autoencoder() -> None:
    if not (AUTOENCODER_DIR / CARD_NAME).is_file():
        return
    card = read_card(AUTOENCODER_DIR)
    with st.expander("The autoencoder's card", icon=":material/badge:"):
        st.json(card, expanded=1)
