"""A minute of hostile inputs for every entrance, and every file that ever broke one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.campaign import FAULTS, try_batch, try_one
from tests.fuzz.entrances import ENTRANCES, files_in, without_processes

# What libraries warn of is no error to whoever brings a file.
pytestmark = pytest.mark.filterwarnings("ignore")
CORPUS = Path(__file__).parent / "corpus"
BROKE = sorted(path for path in CORPUS.glob("*/*") if path.is_dir())


@pytest.mark.parametrize("entrance", ENTRANCES)
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(first=st.integers(0, 2**32))
def test_hostile_input_is_taken_or_refused_in_a_sentence(entrance: str, first: int) -> None:
    seeds = list(range(first, first + 10))
    tried = try_batch(entrance, seeds, isolated=entrance == "dicom", progress=lambda seed: None)
    assert not [one for one in tried if one.verdict in FAULTS]


@pytest.mark.parametrize("place", BROKE, ids=lambda place: f"{place.parent.name}-{place.name}")
def test_what_broke_an_entrance_once_does_so_no_more(place: Path, tmp_path: Path) -> None:
    with without_processes():
        verdict, told = try_one(ENTRANCES[place.parent.name], files_in(place), tmp_path / "input")
    assert verdict in ("taken", "refused"), told


def test_no_entrance_is_without_an_input_that_it_takes() -> None:
    """Mutations of what is refused anyway would find nothing."""
    for name, entrance in ENTRANCES.items():
        tried = try_batch(name, list(range(40)), isolated=False, progress=lambda seed: None)
        assert any(one.verdict == "taken" for one in tried) or name == "checkpoint", entrance
