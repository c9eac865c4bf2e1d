"""Nothing is told to anybody outside: a library's own reports are off before it is imported."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import socket, sys
def refuse(*arguments, **options):
    raise AssertionError(f"looked up {arguments[0]}")
socket.getaddrinfo = socket.create_connection = refuse
import core
import openvino
import openvino.tools.ovc
print(sys.modules["openvino_telemetry"], "openvino.tools.ovc.telemetry_stub" in sys.modules)
"""


def test_openvino_reports_nothing_home() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert asked.stdout.split() == ["None", "True"], asked.stderr
