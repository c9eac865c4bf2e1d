"""Which code made a result."""

import subprocess
from pathlib import Path

VERSION = "0.1.0"
NOTICE = "For research and teaching. Not for diagnosis."


def commit() -> str:
    """Short hash of the checked-out commit, ``unknown`` outside a checkout."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return "unknown"
    return asked.stdout.strip() or "unknown"


def versions() -> dict[str, str]:
    """Versions of HepatoScope and of the libraries that decide its figures."""
    from importlib.metadata import version

    libraries = ("tensorflow", "openvino", "shap", "nibabel", "pydicom", "numpy")
    return {"hepatoscope": VERSION, **{name: version(name) for name in libraries}}
