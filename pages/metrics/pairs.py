"""Whether the main run is better than another on the same cases."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.errors import HepatoScopeError
from core.evaluation import Run, compare_runs
from core.metrics.comparison import PairedComparison
from pages.common.charts import TARGETS
from pages.common.frame import plain
from pages.common.widgets import pick, show_table
from pages.metrics.state import BY_DIGEST, SCORES


def paired_view(runs: Sequence[Run]) -> None:
    """Pair the first of `runs` with every other one, case by case."""
    score = pick("Score", SCORES, "metrics-paired-score", width=240)
    main, rows = runs[0], []
    for other in runs[1:]:
        try:
            compared = _compared(other, main, score)
        except HepatoScopeError as error:
            st.info(plain(f"{main.name} and {other.name}: {error}"))
            continue
        rows += [_row(other, target, found) for target, found in compared.items()]
    if not rows:
        return
    gain = f"{SCORES[score]} of {main.name} minus that run"
    show_table(pd.DataFrame(rows).rename(columns={"Gain": gain}))
    st.caption(
        "Mean difference over the cases that both runs scored, with its 95 % bootstrap interval: "
        "where it holds 0, these cases do not tell the runs apart. p: Wilcoxon signed-rank test."
    )


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_DIGEST)
def _compared(first: Run, second: Run, score: str) -> dict[str, PairedComparison]:
    return compare_runs(first, second, score)


def _row(other: Run, target: str, found: PairedComparison) -> dict[str, object]:
    gain = found.difference
    interval = f" ({gain.low:+.3f} to {gain.high:+.3f})" if gain.low == gain.low else ""
    return {
        "Compared with": other.name,
        "Target": TARGETS[target],
        "Gain": f"{gain.value:+.3f}{interval}".replace("-", "−"),
        "Higher / lower / equal": f"{found.higher} / {found.lower} / {found.equal} cases",
        "p": f"{found.p_value:.3f}",
        "In one run only": found.only_first + found.only_second,
    }
