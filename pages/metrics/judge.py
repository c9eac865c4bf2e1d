"""Whether the chance that a called lesion is real means what it says."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.run import Run
from core.models.store import calibration_of
from core.presets import PRESETS
from pages.common.frame import errors_shown
from pages.common.glossary import see
from pages.common.widgets import show_figures, show_table

COLUMNS = {
    "Mean chance told (%)": "%.0f",
    "Truly lesions (%)": ("%.0f", "Share of these pieces that touch a true lesion."),
}


def judge_view(runs: Sequence[Run]) -> None:
    """Show what the judges of lesions are worth, of those presets of `runs` that have one."""
    named = dict.fromkeys(run.facts["preset"] for run in runs)
    for name in named:
        if name in PRESETS and PRESETS[name].lesion_chance is not None:
            with errors_shown():
                _judge(name)


def _judge(preset: str) -> None:
    known = calibration_of(preset)
    st.subheader(f"Is a lesion of {preset} real?", anchor=False)
    st.markdown(
        "A small judge looks at each called piece as a whole (its size, its height, how it fills "
        "its box, how it stands out from the liver around it) and says how likely it is a lesion "
        "at all. It was taught by pieces called in patients whom the tumor network had not seen; "
        "these figures come from judges that had not seen them either."
    )
    low, high = known["false_a_scan_interval"]
    show_figures(
        {
            "Called from": (
                f"{100 * known['called_from']:.0f} %",
                "Pieces less likely to be real are dropped." + see("Chance to be real"),
            ),
            "False lesions a scan": (
                f"{known['false_a_scan']:.2f}",
                f"95 % interval {low:.2f} to {high:.2f}, scans drawn anew.",
            ),
            "Pieces, lesions among them": f"{known['pieces']}, {known['real']}",
        }
    )
    rows = [
        {
            "Chance told": f"{100 * row['from']:.0f} to {100 * row['to']:.0f} %",
            "Pieces": row["pieces"],
            "Mean chance told (%)": 100 * row["told"],
            "Truly lesions (%)": 100 * row["real"],
        }
        for row in known["reliability"]
    ]
    show_table(rows, COLUMNS)
    burden = known["burden"]
    st.caption(
        f"Of {known['scans']} scans of {burden['patients']} patients ({', '.join(known['data'])}). "
        "The chance is that of one network's call; a new scan is called by the vote of all."
    )
