"""Two runs on the same cases."""

from core.errors import BadDataset
from core.evaluation.run import Run
from core.metrics.comparison import PairedComparison, compare_paired


def compare_runs(first: Run, second: Run, score: str = "dice") -> dict[str, PairedComparison]:
    """Say what `second` gains over `first`, by target; `score` is a column of the case tables.

    Raises BadDataset where the runs share no case that both scored.
    """
    compared: dict[str, PairedComparison] = {}
    for target in ("organ", "tumor"):
        mine, theirs = _by_case(first, target, score), _by_case(second, target, score)
        if mine and theirs:
            compared[target] = compare_paired(mine, theirs)
    if not compared:
        raise BadDataset(
            f"The runs {first.name} and {second.name} scored no common target; "
            "compare runs on the same cases."
        )
    return compared


def _by_case(run: Run, target: str, score: str) -> dict[str, float]:
    table = run.cases[run.cases["target"] == target]
    names = table["dataset"] + "/" + table["case"]
    scores: dict[str, float] = dict(zip(names, table[score].astype(float), strict=True))
    return scores
