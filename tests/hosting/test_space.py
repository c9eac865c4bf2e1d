"""What a Space gets, and that a hub takes it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hosting.space import MB, NEEDED, ROOT, needed, overview, stage, tracked
from tests.hosting.hub import hub

pytest.importorskip("huggingface_hub")

NAMES = needed(tracked(ROOT))


def test_space_gets_the_app_and_its_weights_and_no_more() -> None:
    assert {"app.py", "Dockerfile", "README.md", "requirements.txt"} <= set(NAMES)
    assert "weights/paper/liver/model.weights.h5" in NAMES
    assert "pages/segment/page.py" in NAMES
    kept_at_home = ("tests/", "bench/", ".ci/", ".git", "hosting/")
    assert not [name for name in NAMES if name.startswith(kept_at_home)]
    assert not [name for name in NAMES if name.startswith("docs") and name.endswith(".webp")]


def test_every_pattern_names_something() -> None:
    for pattern in NEEDED:
        start = pattern.split("*")[0]
        assert [name for name in NAMES if name.startswith(start)], pattern


def test_what_is_sent_is_shown_with_its_size() -> None:
    told = overview(ROOT, NAMES).splitlines()
    size = sum((ROOT / name).stat().st_size for name in NAMES) / MB
    assert told[-1].split() == [str(len(NAMES)), "files", f"{size:.1f}", "MB", "in", "all"]


@pytest.mark.slow
def test_hub_gets_the_tree_and_loses_what_it_had_beside(tmp_path: Path) -> None:
    with hub() as server:
        server.files["left/over.txt"] = b"of an earlier upload"
        environment = {
            **os.environ,
            "HF_ENDPOINT": server.address,
            "HF_TOKEN": "hf_test",
            "HF_HOME": str(tmp_path / "hf"),
            "HF_HUB_DISABLE_XET": "1",
        }
        environment.pop("HF_HUB_OFFLINE", None)
        sent = subprocess.run(
            [sys.executable, "-m", "hosting.space", "user/name", "--yes"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert sent.returncode == 0, sent.stderr[-2000:]
        assert server.made[0]["type"] == "space"
        assert server.made[0]["sdk"] == "docker"
        stage(ROOT, NAMES, tmp_path / "staged")
        expected = {name: (tmp_path / "staged" / name).read_bytes() for name in NAMES}
        assert server.files.keys() == expected.keys()
        assert server.files == expected
