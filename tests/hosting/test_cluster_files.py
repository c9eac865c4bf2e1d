"""What starts a cluster names commands and options that there are."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.cli import build_parser
from core.models.runtime import THREADS

FOLDER = Path(__file__).parents[2] / "hosting" / "cluster"
PYTHON = "/home/user/venv/bin/python"


def compose_commands() -> dict[str, list[str]]:
    told = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return {name: service["command"] for name, service in told["services"].items()}


def kubernetes_commands() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for told in yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text()):
        template: Any = told["spec"].get("template")
        for container in template["spec"]["containers"] if template else ():
            found[container["name"]] = container["command"] + container["args"]
    return found


@pytest.mark.parametrize("commands", [compose_commands, kubernetes_commands])
def test_commands_are_those_of_dask_and_ours(commands: Any) -> None:
    told = commands()
    assert set(told) == {"scheduler", "worker", "cohort"}
    for name, (python, option, module, *words) in told.items():
        assert (python, option) == (PYTHON, "-m")
        assert find_spec(module) is not None
        if name == "cohort":
            arguments = build_parser().parse_args(words)
            assert arguments.scheduler.endswith(":8786")


def test_one_scan_at_a_time_is_worked_on_with_the_cores_of_its_worker() -> None:
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]["worker"]
    assert compose["environment"] == {THREADS: "2"}
    for command in (compose_commands()["worker"], kubernetes_commands()["worker"]):
        assert command[command.index("--nthreads") + 1] == "1"
