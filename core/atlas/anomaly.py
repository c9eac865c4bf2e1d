"""Which patches look unlike the rest, and whether that says tumor."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.patches import INNER_LIVER, kinds
from core.metrics.discrimination import auroc_interval

Floats = NDArray[np.float32]

NEIGHBOURS = 10
# Who is judged: every patch, and those inside the liver, whose organ has no edge to show.
POPULATIONS = {"all": 0.0, "inner": INNER_LIVER}


def neighbour_distance(
    codes: Floats,
    patients: Sequence[str],
    known: Floats,
    known_patients: Sequence[str],
    k: int = NEIGHBOURS,
) -> NDArray[np.float64]:
    """Mean distance of each of `codes` [N, D] to the `k` nearest `known` [M, D] of other patients.

    Patches of one patient resemble each other whatever they show. NaN [N] where other patients
    have fewer than `k` patches.
    """
    from sklearn.neighbors import NearestNeighbors

    asked, owners = np.asarray(patients), np.asarray(known_patients)
    found = np.full(len(codes), math.nan)
    for patient in np.unique(asked):
        others = known[owners != patient]
        if len(others) >= k:
            near = NearestNeighbors(n_neighbors=k).fit(others)
            here = asked == patient
            found[here] = near.kneighbors(codes[here])[0].mean(axis=1)
    return found


def judge(table: pd.DataFrame, scores: Sequence[str]) -> list[dict[str, Any]]:
    """Tell by each of `scores` tumor from plain liver: AUROC with its interval by patient.

    Judged on the rows of split ``test`` where there are any, else on all: ``split`` says which.
    One row for every score and population of `POPULATIONS`.
    """
    held_out = table[table["split"] == "test"]
    judged, split = (table, "all") if held_out.empty else (held_out, "test")
    rows = []
    for score in scores:
        for population, least in POPULATIONS.items():
            kind = kinds(judged)
            meant = ~np.isnan(kind) & (judged["liver_fraction"].to_numpy() >= least)
            chosen, positive = judged[meant], kind[meant] == 1
            interval = auroc_interval(
                chosen[score].to_numpy(np.float64), positive, chosen["patient"].tolist()
            )
            rows.append(
                {
                    "score": score,
                    "population": population,
                    "split": split,
                    "tumor": int(positive.sum()),
                    "liver": int((~positive).sum()),
                    "auroc": {key: _known(value) for key, value in asdict(interval).items()},
                }
            )
    return rows


def _known(value: float) -> float | None:
    """NaN is no JSON."""
    return None if math.isnan(value) else value
