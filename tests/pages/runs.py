"""Evaluation runs for the pages: scored by networks that see by brightness."""

import io
import zipfile
from pathlib import Path

from core.cascade.networks import Networks
from core.evaluation import evaluate, write_run
from core.presets import PAPER
from tests import scene
from tests.core.evaluation.drawn import blind, labelled, truth


def make_run(
    folder: Path, *, sees_tumors: bool = True, cases: tuple[str, ...] = ("a", "b")
) -> Path:
    """Write a run of the scene; every second case has no tumor in its truth."""
    found = scene.fake_networks()
    networks = found if sees_tumors else Networks(found.liver, blind, found.digests)
    healthy = scene.draw(tumor=False)[1]
    known = [labelled(healthy if at % 2 else truth(), name) for at, name in enumerate(cases)]
    scores, failures = evaluate(known, PAPER, networks)
    write_run(folder, scores, failures, PAPER, networks.digests, "drawn", "test")
    return folder


def zipped(folder: Path, prefix: str = "") -> bytes:
    """Zip the files of a run, below `prefix` in the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{prefix}{path.name}")
    return buffer.getvalue()
