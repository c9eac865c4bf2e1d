"""A cohort on workers: all of it there, nothing twice, whatever is killed on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.cascade.networks import load_networks
from core.cli import main
from core.cohort.cluster import alone_in, run_cohort, workers_at
from core.cohort.one_by_one import segment_inputs
from core.cohort.rows import (
    DONE,
    FAILED,
    TABLE_NAME,
    VERSION_KEY,
    read_table,
    row,
    row_in,
    schema,
    write_table,
)
from core.cohort.studies import find_items
from core.cohort.work import Order, finished, segment_item
from core.errors import BadCohort
from core.evaluation import read_run
from core.phantom import write_phantoms
from core.presets import PAPER
from tests.conftest import ROOT

COUNT = 5
# Sockets of Dask that are closed as it ends.
QUIET = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort") / "scans"
    write_phantoms(folder, COUNT, 300, shape=(96, 96, 30), spacing=(3.6, 3.6, 6.0))
    (folder / "broken.nii.gz").write_bytes(b"no scan")
    # Converted here, so that no worker does it.
    load_networks(PAPER)
    return folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers that are asked over TCP."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as made:
        yield made


def figures(row_of: Any) -> tuple[Any, ...]:
    return tuple(
        row_of[name] for name in ("case", "liver_volume_ml", "tumor_volume_ml", "lesions", "state")
    )


@QUIET
@pytest.mark.slow
def test_all_are_there_once_though_a_worker_is_killed(
    scans: Path, cluster: Any, tmp_path: Path
) -> None:
    order = Order.of(tmp_path / "out", "paper")
    items = find_items([str(scans)])
    killed: list[int] = []
    with workers_at(cluster.scheduler_address, order) as client:

        def tell(text: str) -> None:
            if text.startswith("2 of") and not killed:
                killed.extend(client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

        rows = run_cohort(items, order, client, tell)
    assert killed
    assert [one["case"] for one in rows] == sorted(item.name for item in items)
    assert sum(one["state"] == DONE for one in rows) == COUNT
    (bad,) = [one for one in rows if one["state"] == FAILED]
    assert "neither NIfTI" in bad["reason"]
    assert read_table(tmp_path / "out").to_pylist() == rows
    # The same figures as one process gives.
    said: list[str] = []
    segment_inputs([scans], tmp_path / "one", PAPER, load_networks(PAPER), said.append)
    for known in rows:
        if known["state"] == DONE:
            path = tmp_path / "one" / known["case"] / "findings.json"
            findings = json.loads(path.read_text())["findings"]
            assert known["liver_volume_ml"] == findings["liver_volume_ml"]
            assert known["tumor_volume_ml"] == findings["tumor_volume_ml"]
            assert known["lesions"] == findings["lesion_count"]


@QUIET
@pytest.mark.slow
def test_every_scan_of_a_cohort_gets_its_report_once(
    scans: Path, cluster: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["report", str(scans), "--out", str(out), "--preset", "paper", "--format", ".json"]
    words += ["--scheduler", cluster.scheduler_address]
    assert main(words) == 1
    assert f"{COUNT} done, 1 failed" in capsys.readouterr().err
    reports = sorted(out.glob("*/report.json"))
    assert [path.parent.name for path in reports] == [f"volume-{n}" for n in range(COUNT)]
    for path in reports:
        findings = json.loads(path.with_name("findings.json").read_text())["findings"]
        facts = {one["id"]: one["value"] for one in json.loads(path.read_text())["facts"]}
        assert facts["liver.volume"] == pytest.approx(findings["liver_volume_ml"], rel=0.01)
    reports[0].unlink()
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/*") if path.is_file()}
    assert main(words) == 1
    after = {path: path.stat().st_mtime_ns for path in out.glob("*/*") if path.is_file()}
    assert {path for path in after if after[path] != before.get(path)} == {reports[0]}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--patient", "A. B."], "every scan gets a report of its own facts"),
        (["--format", ".txt"], "No report is written as “report.txt”"),
    ],
)
def test_report_on_workers_takes_only_what_holds_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    words = ["report", str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "2"]
    assert main([*words, *more]) == 1
    assert told in capsys.readouterr().err


@QUIET
@pytest.mark.slow
def test_a_client_that_is_killed_is_started_again_and_repeats_nothing(
    scans: Path, cluster: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    words = ["segment", str(scans), "--out", str(out), "--preset", "paper"]
    words += ["--scheduler", cluster.scheduler_address]
    command = [sys.executable, "-m", "core", *words]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as client:
        assert client.stderr is not None
        done = 0
        for line in client.stderr:
            done += " left: " in line
            if done == 3:
                client.kill()
                break
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/row.json")}
    assert len(before) >= 3
    assert main(words) == 1
    after = {path: path.stat().st_mtime_ns for path in out.glob("*/row.json")}
    assert {path: after[path] for path in before} == before
    table = read_table(out).to_pylist()
    assert sum(one["state"] == DONE for one in table) == COUNT
    # Asked once more it does nothing, and the table is the same.
    assert main(words) == 1
    assert read_table(out).to_pylist() == table


@QUIET
def test_scheduler_that_is_not_there_is_a_sentence(
    scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.cohort.cluster.PATIENCE_SECONDS", 1)
    words = ["segment", str(scans), "--out", str(tmp_path), "--preset", "paper"]
    assert main([*words, "--scheduler", "tcp://127.0.0.1:9"]) == 1
    assert "No Dask scheduler answers" in capsys.readouterr().err


@QUIET
@pytest.mark.slow
def test_workers_of_another_version_or_without_weights_are_told(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order.of(tmp_path, "paper")
    other = Order(order.out, order.preset, (("liver", "0" * 64),))
    with (
        pytest.raises(BadCohort, match="other weights"),
        workers_at(cluster.scheduler_address, other),
    ):
        pass
    monkeypatch.setattr("core.cohort.cluster.VERSION", "9.9")
    with (
        pytest.raises(BadCohort, match="give all the same version"),
        workers_at(cluster.scheduler_address, order),
    ):
        pass


def test_what_was_done_otherwise_is_done_anew(scans: Path, tmp_path: Path) -> None:
    order = Order.of(tmp_path, "paper")
    item = next(one for one in find_items([str(scans)]) if one.name == "volume-0")
    made = segment_item(item, order)
    assert finished(item, order) == made == row_in(tmp_path / "volume-0")
    assert finished(item, Order.of(tmp_path, "focus")) is None
    changed = replace(item, stamp="0" * 64)
    assert finished(changed, order) is None
    bad = next(one for one in find_items([str(scans)]) if one.name == "broken")
    failed = segment_item(bad, order)
    assert finished(bad, order) == failed
    assert finished(bad, Order.of(tmp_path, "paper", again=True)) is None
    (tmp_path / "volume-0" / "row.json").write_text('{"case"')
    assert finished(item, order) is None


def test_two_runs_on_one_folder_do_not_tread_on_each_other(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(BadCohort, match="Another run"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        pass
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BadCohort, match="cannot be written"), alone_in(file / "out"):
        pass


def test_table_of_another_version_or_none_is_told(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    assert read_table(tmp_path).num_rows == 0
    known = row(case="b", state=DONE, lesions=2), row(case="a", state=FAILED, reason="why")
    write_table(known, tmp_path)
    assert [one["case"] for one in read_table(tmp_path).to_pylist()] == ["a", "b"]
    other = schema().with_metadata({VERSION_KEY: b"9"}).empty_table()
    pq.write_table(other, tmp_path / TABLE_NAME)
    with pytest.raises(BadCohort, match="version 9"):
        read_table(tmp_path)
    (tmp_path / TABLE_NAME).write_bytes(b"PAR1")
    with pytest.raises(BadCohort, match="damaged"):
        read_table(tmp_path)


def test_full_disk_leaves_the_table_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table([row(case="a", state=DONE)], tmp_path)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(BadCohort, match="what is finished stays"):
        write_table([], tmp_path)
    assert read_table(tmp_path).num_rows == 1


@QUIET
@pytest.mark.slow
def test_scores_of_workers_are_those_of_one_process(
    scans: Path, cluster: Any, tmp_path: Path
) -> None:
    words = ["evaluate", "--data", str(scans), "--preset", "paper", "--cases", "volume-0"]
    words += ["volume-1", "--out"]
    assert main([*words, str(tmp_path / "one")]) == 0
    there = ["--scheduler", cluster.scheduler_address]
    assert main([*words, str(tmp_path / "two"), *there]) == 0
    one, two = (read_run(tmp_path / name).cases.drop(columns="seconds") for name in ("one", "two"))
    assert one.equals(two)
