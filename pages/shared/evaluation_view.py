"""One evaluation run in a table that says what it averages over."""

from typing import Any

import pandas as pd
import streamlit as st

AVERAGES = {
    "per_case": "mean over cases",
    "per_slice": "mean over slices",
    "per_slice_with_truth": "mean over slices that truly show it",
}


def evaluation_view(name: str, run: dict[str, Any]) -> None:
    """Show the scores of one run, and the rule for empty masks."""
    st.subheader(name, anchor=False)
    split = f", split “{run['split']}”" if run["split"] else ""
    st.caption(
        f"{len(run['cases'])} cases of {run['data']}{split}, preset {run['preset']}, "
        f"commit {run['commit']}. {run['empty_masks']}"
    )
    _headline(run["summary"])
    rows = [
        _row(target, AVERAGES[key], averages[key])
        for target, averages in run["summary"].items()
        for key in AVERAGES
    ]
    rows += [_pooled(target, averages["per_case"]) for target, averages in run["summary"].items()]
    shown = pd.DataFrame(rows).sort_values("What", kind="stable")
    scores = {
        score: st.column_config.NumberColumn(format="%.3f")
        for score in ("Dice", "IoU", "Precision", "Recall")
    }
    st.dataframe(shown, hide_index=True, column_config=scores)


def _headline(summary: dict[str, Any]) -> None:
    shown = {
        f"{target.capitalize()} Dice, {kind}": averages["per_case"][key]
        for target, averages in summary.items()
        for kind, key in (("mean over cases", "mean_dice"), ("all voxels", "global_dice"))
    }
    with st.container(horizontal=True):
        for label, dice in shown.items():
            st.metric(label, "–" if dice is None else f"{dice:.3f}", border=True)


def _row(target: str, average: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "What": target,
        "Average": average,
        "Dice": values["mean_dice"],
        "IoU": values["mean_iou"],
        "Precision": values["mean_precision"],
        "Recall": values["mean_recall"],
        "Scored": values["scored"],
        "Left out, both empty": values["left_out_both_empty"],
    }


def _pooled(target: str, values: dict[str, Any]) -> dict[str, Any]:
    return {
        "What": target,
        "Average": "global, all voxels pooled",
        "Dice": values["global_dice"],
        "IoU": values["global_iou"],
        "Precision": values["global_precision"],
        "Recall": values["global_recall"],
        "Scored": values["scored"],
        "Left out, both empty": values["left_out_both_empty"],
    }
