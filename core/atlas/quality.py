"""What codes of patches know about tumors, though nobody told them.

Probes: Alain and Bengio, Understanding intermediate layers using linear classifier probes, 2016;
silhouette: Rousseeuw 1987; adjusted Rand index: Hubert and Arabie 1985.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.patches import kinds
from core.metrics.discrimination import auroc, auroc_interval

Floats = NDArray[np.float32]

COMPARISON_NAME = "comparison.json"
NEIGHBOURS = 10


def probe(codes: Floats, table: pd.DataFrame, judged: Floats) -> Floats:
    """Score `judged` codes [M, D] for tumor by a linear probe of `codes` [N, D]: higher, likelier.

    Learned on patches that are clearly one or the other, both kinds weighing the same.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    kind = kinds(table)
    clear = ~np.isnan(kind)
    fitted = make_pipeline(
        StandardScaler(), LogisticRegression(C=0.1, class_weight="balanced", max_iter=2000)
    ).fit(codes[clear], kind[clear] == 1)
    scores: Floats = fitted.decision_function(judged)
    return scores


def judge(scores: Floats, codes: Floats, table: pd.DataFrame, seed: int = 0) -> dict[str, Any]:
    """Judge `codes` [M, D] of held-out patients and the `scores` [M] a probe gave them.

    ``probe_auroc`` has its interval by patient; ``probe_accuracy`` is balanced; ``purity`` is the
    share of a tumor patch's ten nearest, of other patients, that are tumor too, against the share
    of tumor among all (0 by chance, 1 at best); ``silhouette`` and ``rand`` compare tumor and
    plain liver with the shape of the codes and with two KMeans clusters.
    """
    kind = kinds(table)
    clear = ~np.isnan(kind)
    tumor, here, said = kind[clear] == 1, codes[clear], scores[clear]
    patients = table.loc[clear, "patient"].to_numpy()
    area = auroc_interval(np.asarray(said, np.float64), tumor, patients.tolist())
    return {
        "patches": int(clear.sum()),
        "tumor": int(tumor.sum()),
        "probe_auroc": {key: _known(getattr(area, key)) for key in ("value", "low", "high")},
        "probe_accuracy": _balanced(said > 0, tumor),
        "purity": _known(_purity(here, tumor, patients)),
        **{key: _known(value) for key, value in _shape(here, tumor, seed).items()},
    }


def across_patients(codes: Floats, table: pd.DataFrame) -> dict[str, Any]:
    """Judge `codes` [N, D] on each patient by a probe of the codes of all others.

    ``pooled`` is the AUROC of all patches together, with its interval by patient; it asks whether
    one threshold serves everyone. ``within`` is the mean of the AUROCs inside those patients who
    have both kinds, ``patients`` in number: each counts the same, however many patches it has.
    """
    kind = kinds(table)
    patients = table["patient"].to_numpy()
    scores = np.full(len(table), math.nan)
    for patient in np.unique(patients):
        others = patients != patient
        # Without one kind nothing can be learned, and the patient stays out.
        if len(np.unique(kind[others & ~np.isnan(kind)])) == 2:
            scores[~others] = probe(codes[others], table[others], codes[~others])
    clear = ~np.isnan(kind) & ~np.isnan(scores)
    said, tumor, owners = scores[clear], kind[clear] == 1, patients[clear]
    area = auroc_interval(said, tumor, owners.tolist())
    inside = [auroc(said[owners == one], tumor[owners == one]) for one in np.unique(owners)]
    defined = [value for value in inside if not math.isnan(value)]
    return {
        "patches": int(clear.sum()),
        "tumor": int(tumor.sum()),
        "pooled": {key: _known(getattr(area, key)) for key in ("value", "low", "high")},
        "within": float(np.mean(defined)) if defined else None,
        "patients": len(defined),
    }


def read_comparison(path: Path) -> dict[str, Any]:
    """Read the comparison that `python -m bench.atlas_codes` wrote."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def _balanced(called: NDArray[np.bool_], tumor: NDArray[np.bool_]) -> float | None:
    if tumor.all() or not tumor.any():
        return None
    return float((called[tumor].mean() + (~called[~tumor]).mean()) / 2)


def _purity(codes: Floats, tumor: NDArray[np.bool_], patients: NDArray[np.object_]) -> float:
    from sklearn.neighbors import NearestNeighbors

    shares = []
    for patient in np.unique(patients[tumor]):
        others = patients != patient
        if others.sum() < NEIGHBOURS:
            continue
        near = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(codes[others])
        rows = near.kneighbors(codes[tumor & ~others], return_distance=False)
        shares.append(tumor[others][rows].mean(axis=1) - tumor[others].mean())
        shares[-1] /= 1 - tumor[others].mean()
    return float(np.concatenate(shares).mean()) if shares else math.nan


def _shape(codes: Floats, tumor: NDArray[np.bool_], seed: int) -> dict[str, float]:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, silhouette_score
    from sklearn.preprocessing import StandardScaler

    if tumor.all() or not tumor.any():
        return {"silhouette": math.nan, "rand": math.nan}
    scaled = StandardScaler().fit_transform(codes)
    groups = KMeans(2, n_init=10, random_state=seed).fit_predict(scaled)
    return {
        "silhouette": float(silhouette_score(scaled, tumor)),
        "rand": float(adjusted_rand_score(tumor, groups)),
    }


def _known(value: float) -> float | None:
    """NaN is no JSON."""
    return None if math.isnan(value) else value
