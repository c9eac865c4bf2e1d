"""The few figures that a preset is known by: those of its run on patients held out."""

from typing import Any

import pandas as pd
import streamlit as st

from core.presets import PRESETS

TARGETS = {"organ": "Liver", "tumor": "Tumors"}
WAYS = {"mean over patients": "mean_dice", "all voxels pooled": "global_dice"}


def held_out_run(preset: str) -> str:
    """Name of the shipped run of `preset` on patients that none of its networks has met."""
    return f"{preset}-lits-a-test"


def best_first() -> list[str]:
    """Name the runs on patients held out, that of the best preset first."""
    return [held_out_run(preset) for preset in reversed(PRESETS)]


def headline_view(runs: dict[str, dict[str, Any]]) -> None:
    """Show the Dice of every preset in `runs`, the run.json by name, on patients held out."""
    shown = {
        preset: runs[held_out_run(preset)] for preset in PRESETS if held_out_run(preset) in runs
    }
    if not shown:
        st.info("No evaluation run on patients is shipped. Make one: `python -m core evaluate`.")
        return
    st.table(pd.DataFrame.from_dict({name: _row(run) for name, run in shown.items()}, "index"))
    counts = sorted({len(run["patients"]) for run in shown.values()})
    st.caption(
        f"Dice on {' or '.join(map(str, counts))} patients whom no network has met in training. "
        "They are few: the Metrics page has the intervals, and the cases behind each figure. A "
        "patient without tumors counts as 0 where some are called, and is left out where none are: "
        "the means over patients need not be of the same ones."
    )


def _row(run: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Figures of one run by target and averaging; a dash where one is not defined."""
    return {
        (name, way): _figure(run["summary"].get(target, {}).get("per_case", {}).get(key))
        for target, name in TARGETS.items()
        for way, key in WAYS.items()
    }


def _figure(dice: float | None) -> str:
    return "–" if dice is None else f"{dice:.3f}"
