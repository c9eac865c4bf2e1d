"""Two runs side by side."""

from pathlib import Path

import numpy as np
import pytest

from core.cascade.networks import Networks
from core.errors import BadDataset
from core.evaluation import Run, compare_runs, evaluate, read_run, write_run
from core.presets import PAPER
from tests.core.evaluation.drawn import blind, labelled, truth


def run_of(folder: Path, networks: Networks, *names: str) -> Run:
    cases = [labelled(truth(), name) for name in names]
    scores, failures = evaluate(cases, PAPER, networks)
    write_run(folder, scores, failures, PAPER, networks.digests, "drawn", None)
    return read_run(folder)


def test_gain_is_paired_by_case(tmp_path: Path, networks: Networks) -> None:
    seeing = run_of(tmp_path / "seeing", networks, "a", "b", "c")
    missing = run_of(tmp_path / "blind", Networks(networks.liver, blind, {}), "b", "a", "d")
    found = compare_runs(missing, seeing)
    dice = seeing.cases.set_index(["case", "target"])["dice"]
    assert found["organ"].difference.value == 0
    assert found["tumor"].difference.value == pytest.approx(dice["a", "tumor"])
    assert (found["tumor"].higher, found["tumor"].only_first, found["tumor"].only_second) == (
        2,
        1,
        1,
    )


def test_runs_on_other_cases_cannot_be_compared(tmp_path: Path, networks: Networks) -> None:
    first, second = (run_of(tmp_path / name, networks, name) for name in ("a", "b"))
    with pytest.raises(BadDataset, match="None of the 1 cases"):
        compare_runs(first, second)


def test_distances_can_be_compared_too(tmp_path: Path, networks: Networks) -> None:
    run = run_of(tmp_path, networks, "a", "b")
    assert np.isclose(compare_runs(run, run, "hd95_mm")["organ"].difference.value, 0)
