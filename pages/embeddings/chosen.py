"""The patches that were chosen: what they look like, what they have in common, where they lie."""

import math

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.atlas.patches import kinds
from core.atlas.selection import contrast, nearest, shares
from core.atlas.sheet import patch_sheet
from core.io.export import table_to_csv
from pages.common.widgets import download, show_picture
from pages.embeddings.colors import NAMES
from pages.embeddings.pictures import NOT_SHIPPED, pictures_of
from pages.embeddings.slice_view import slice_view
from pages.embeddings.state import ShownAtlas, choice_of

SHOWN, ON_A_SHEET = 24, 480
EMPTY = (
    "Drag around some points on the map: their patches, what sets them apart from the rest, and "
    "where they lie in their slices appear here."
)


def chosen_view(shown: ShownAtlas) -> None:
    """Show what is chosen, or say how to choose."""
    chosen = choice_of(shown).chosen
    count = int(chosen.sum())
    st.subheader("Chosen patches", anchor=False)
    if not count:
        st.info(EMPTY, icon=":material/gesture:")
        return
    table = shown.atlas.table
    kind = kinds(table[chosen])
    st.markdown(
        f"**{count:,}** of {len(table):,} patches, {table.loc[chosen, 'patient'].nunique()} "
        f"patient(s), {int((kind == 1).sum()):,} with tumor in at least a quarter."
    )
    rows = middle_first(shown, chosen)
    _gallery(shown, rows[:SHOWN], count)
    _statistics(table, chosen)
    slice_view(shown, rows)
    _export(shown, rows)


def middle_first(shown: ShownAtlas, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Order the chosen rows by how typical they are: the nearest to their mean code first."""
    rows = np.flatnonzero(chosen)
    codes = shown.atlas.codes[rows]
    order, _ = nearest(codes, codes.mean(axis=0), len(rows))
    ordered: NDArray[np.int64] = rows[order]
    return ordered


def _gallery(shown: ShownAtlas, rows: NDArray[np.int64], count: int) -> None:
    pictures = pictures_of(shown)
    sheet = patch_sheet(pictures.patches(rows), captions(shown, rows), columns=8)
    show_picture(sheet, "", alt=f"The {len(rows)} most typical of the chosen patches")
    more = f"The {len(rows)} most typical of {count:,}" if count > len(rows) else "All of them"
    st.caption(f"{more}; below each, its share of tumor.")
    if not all(pictures.are_true(row) for row in rows.tolist()):
        st.caption(NOT_SHIPPED)


def captions(shown: ShownAtlas, rows: NDArray[np.int64]) -> list[str]:
    """Write the share of tumor below each patch."""
    return [f"{share:.0%}" for share in shown.atlas.table["tumor_fraction"].iloc[rows]]


def _statistics(table: pd.DataFrame, chosen: NDArray[np.bool_]) -> None:
    compared = contrast(table, chosen).reset_index()
    compared["figure"] = compared["figure"].map(NAMES)
    order = compared["difference"].abs().fillna(0).sort_values(ascending=False, kind="stable").index
    st.markdown("**Against the rest**")
    st.dataframe(
        compared.loc[order],
        placeholder="–",
        hide_index=True,
        height=210,
        column_config={
            "figure": st.column_config.TextColumn("Mean of"),
            "chosen": st.column_config.NumberColumn("Chosen", format="%.3g"),
            "rest": st.column_config.NumberColumn("Rest", format="%.3g"),
            "difference": st.column_config.NumberColumn(
                "Difference (SD)", format="%+.2f", help="In standard deviations of all patches."
            ),
        },
    )
    found = shares(table, chosen, "patient")
    found = found[found["chosen"] > 0]
    named = ", ".join(f"{name} {row.chosen:,}" for name, row in found.head(6).iterrows())
    rest = f" and {len(found) - 6} more" if len(found) > 6 else ""
    st.caption(f"Patients: {named}{rest}.")


def _export(shown: ShownAtlas, rows: NDArray[np.int64]) -> None:
    table = shown.atlas.table.iloc[rows]
    with st.container(horizontal=True):
        download(
            "Chosen patches as CSV",
            lambda: table_to_csv(table, index="row"),
            "hepatoscope-patches.csv",
            key="atlas-csv",
        )
        download(
            "Sheet as PNG",
            lambda: sheet_of(shown, rows[:ON_A_SHEET]),
            "hepatoscope-patches.png",
            key="atlas-sheet",
            icon=":material/grid_on:",
            help=f"At most {ON_A_SHEET} patches, the most typical first.",
        )


def sheet_of(shown: ShownAtlas, rows: NDArray[np.int64]) -> bytes:
    """Draw `rows` on one sheet."""
    columns = max(6, math.ceil(math.sqrt(len(rows))))
    return patch_sheet(pictures_of(shown).patches(rows), captions(shown, rows), columns)
