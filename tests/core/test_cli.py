"""The command line: exit codes, one sentence for bad input, results in files."""

import json
import logging
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from core.cli import GROUPS, build_parser, main
from core.commands.common import Command, figure
from core.commands.training import NETWORKS
from core.errors import WeightsMissing
from core.presets import BEST, FOCUS, PRESETS, Preset
from tests import scene

COMMANDS = [command for group in GROUPS.values() for command in group]


@pytest.fixture
def brightness_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    scene.replace_networks(monkeypatch)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == "", "results go to files, progress to standard error"
    return captured.err.splitlines()


@pytest.mark.usefixtures("brightness_networks")
def test_segment_writes_a_folder_for_each_scan(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["segment", str(lits), "--out", str(tmp_path / "out")]) == 0
    for case in ("volume-0", "volume-2"):
        names = {path.name for path in (tmp_path / "out" / case).iterdir()}
        assert names == {"labels.nii.gz", "findings.json", "preview.png"}
    assert any(line.startswith("volume-2: liver") for line in told(capsys))


@pytest.mark.usefixtures("brightness_networks")
def test_bad_input_gets_one_line_and_the_others_still_run(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.nii"
    bad.write_bytes(b"")
    assert main(["segment", str(bad), str(lits), "--out", str(tmp_path / "out")]) == 1
    errors = [line for line in told(capsys) if line.startswith("error: ")]
    assert len(errors) == 1
    assert "bad.nii" in errors[0]
    assert (tmp_path / "out/volume-2/findings.json").is_file()


@pytest.mark.usefixtures("brightness_networks")
def test_evaluate_writes_a_run_and_tells_the_means(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--data", str(lits), "--out", str(tmp_path / "run")]) == 0
    run = json.loads((tmp_path / "run/run.json").read_text())
    dice = run["summary"]["organ"]["per_case"]["mean_dice"]
    assert f"organ: mean Dice {dice:.3f} over 2 case(s)" in told(capsys)[-2]
    assert {path.stem for path in (tmp_path / "run").glob("*.parquet")} == {
        "cases",
        "slices",
        "lesions",
        "thresholds",
    }


@pytest.mark.usefixtures("brightness_networks")
def test_evaluate_takes_the_cases_that_are_named(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["evaluate", "--data", str(lits), "--out", str(tmp_path / "run"), "--cases"]
    assert main([*asked, "volume-2"]) == 0
    assert json.loads((tmp_path / "run/run.json").read_text())["cases"] == ["volume-2"]
    capsys.readouterr()
    assert main([*asked, "volume-2", "volume-9"]) == 1
    assert told(capsys) == ["error: There is no case volume-9; the folder has other names."]


def test_weights_may_lie_elsewhere(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["evaluate", "--data", str(lits), "--out", str(tmp_path), "--weights", str(tmp_path)]
    asked += ["--preset", "paper"]
    assert main(asked) == 1
    assert "no weights for the liver network" in told(capsys)[0]


@pytest.mark.usefixtures("brightness_networks")
def test_compare_prints_the_paired_difference_with_its_interval(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(tmp_path / "run")
    assert main(["evaluate", "--data", str(lits), "--out", run]) == 0
    capsys.readouterr()
    assert main(["compare", run, run]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dice: run minus run"
    assert lines[1].startswith("organ: +0.000, 95% interval +0.000 to +0.000 over 2 case(s)")
    assert main(["compare", run, str(tmp_path)]) == 1
    assert "holds no run.json" in told(capsys)[0]


def test_missing_weights_are_one_sentence(
    lits: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def missing(preset: Preset, weights: Path | None = None) -> None:
        raise WeightsMissing(f"There are no weights for “{preset.name}”.")

    monkeypatch.setattr("core.study.load_networks", missing)
    assert main(["segment", str(lits), "--out", str(tmp_path)]) == 1
    assert told(capsys) == [f"error: There are no weights for “{BEST.name}”."]


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "--data", "nowhere", "--out", "run"],
        ["train", "liver", "--data", "nowhere", "--out", "run"],
    ],
)
def test_missing_folder_is_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    lines = told(capsys)
    assert len(lines) == 1
    assert lines[0].startswith("error: There is no folder nowhere")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["segment"],
        ["segment", "ct.nii"],
        ["segment", "ct.nii", "--out", "o", "--preset", "fastest"],
        ["train", "spleen", "--data", "d", "--out", "o"],
        ["phantom", "--out", "o", "--cases", "many"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: python -m core" in capsys.readouterr().err


def test_phantoms_lie_in_lits_layout(tmp_path: Path) -> None:
    pytest.importorskip("core.phantom", reason="the phantom is not built yet")
    assert main(["phantom", "--out", str(tmp_path), "--cases", "1", "--seed", "3"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "volume-0.nii.gz",
        "segmentation-0.nii.gz",
    }


def test_program_answers_without_a_traceback(tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "core", "evaluate", "--data", str(tmp_path), "--out", "run"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr.startswith("error: ")
    assert asked.stderr.count("\n") == 1


def test_no_library_speaks_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noisy(*_: object) -> int:
        warnings.warn("Invalid value for VR UI", stacklevel=1)
        for name in ("pydicom", "nibabel.global", "highdicom"):
            logging.getLogger(name).error("pixdim[1,2,3] should be positive")
        return 0

    monkeypatch.setattr("core.cohort.one_by_one.segment_inputs", noisy)
    monkeypatch.setattr(sys, "warnoptions", [])
    level = logging.getLogger("pydicom").level
    assert main(["segment", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    assert told(capsys) == []
    assert logging.getLogger("pydicom").level == level


def test_networks_of_all_presets_are_made_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded: list[Preset] = []
    monkeypatch.setattr("core.cascade.networks.load_networks", loaded.append)
    assert main(["prepare"]) == 0
    assert loaded == list(PRESETS.values())
    assert told(capsys) == [f"{name}: ready" for name in PRESETS]
    monkeypatch.setattr("core.models.store.trained_presets", tuple)
    assert main(["prepare"]) == 1
    assert "no weights here" in told(capsys)[0]


def test_score_that_is_not_defined_is_a_dash() -> None:
    assert (figure(None), figure(0.93456)) == ("–", "0.935")


def test_help_lists_every_command_below_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    told = capsys.readouterr().out
    blocks = {block.split(":")[0]: block.splitlines()[1:] for block in told.split("\n\n")}
    for group, commands in GROUPS.items():
        assert [line.split()[0] for line in blocks[group]] == [one.name for one in commands]


@pytest.mark.parametrize("command", [*COMMANDS, *NETWORKS], ids=lambda command: command.name)
def test_help_of_a_command_ends_with_an_example_that_it_accepts(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["train", command.name] if command in NETWORKS else [command.name]
    with pytest.raises(SystemExit):
        main([*asked, "--help"])
    assert capsys.readouterr().out.endswith(f"example:\n  python -m core {command.example}\n")
    words = shlex.split(command.example)
    assert words[: len(asked)] == asked
    assert callable(build_parser().parse_args(words).run)


@pytest.mark.parametrize("command", [*COMMANDS, *NETWORKS], ids=lambda command: command.name)
def test_nobody_who_names_no_preset_gets_another_than_the_best(command: Command) -> None:
    words = shlex.split(command.example)
    if "--preset" in words:
        at = words.index("--preset")
        del words[at : at + 2]
    asked = build_parser().parse_args(words)
    # One slice alone is all that the training loop shows a network.
    expected = FOCUS if words[0] == "train" else BEST
    assert getattr(asked, "preset", None) in (None, expected.name)
