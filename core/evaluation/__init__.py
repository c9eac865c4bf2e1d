"""How well the cascade does: scores of cases, runs as files, runs compared."""

from core.evaluation.paired import compare_runs
from core.evaluation.run import Run, read_run, summary, write_run
from core.evaluation.score import CaseScore, Failure, evaluate, score_case

__all__ = [
    "CaseScore",
    "Failure",
    "Run",
    "compare_runs",
    "evaluate",
    "read_run",
    "score_case",
    "summary",
    "write_run",
]
