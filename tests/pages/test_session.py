"""What a session keeps, and for whom."""

from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from pydicom.dataset import Dataset

from core.cascade.measurement import measure
from core.cascade.segmentation import segment
from core.presets import PAPER
from core.study import Study
from core.volume import Volume
from pages.common import session
from pages.common.downloads import file_stem
from pages.common.frame import plain
from pages.common.memory import MAX_CASES
from pages.segment.thresholds_view import steps_table
from tests import scene


@pytest.fixture(autouse=True)
def _state(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a session of its own."""
    monkeypatch.setattr(st, "session_state", {})


def other(volume: Volume, digest: str) -> Volume:
    return replace(volume, digest=digest, source=f"{digest}.nii.gz")


def test_opening_a_scan_makes_it_the_current_case(scan: Volume) -> None:
    assert session.current_case() is None
    session.open_volume(scan)
    case = session.current_case()
    assert case is not None
    assert case.volume is scan


def test_no_case_is_closed_unasked(scan: Volume) -> None:
    names = [f"scan-{number}" for number in range(MAX_CASES + 1)]
    for name in names:
        session.open_volume(other(scan, name))
    assert list(session.cases()) == names[:-1]
    waiting = session.WAITING.get()
    assert waiting is not None
    assert waiting[0].id == names[-1]
    session.make_room(names[1])
    assert list(session.cases()) == [names[0], *names[2:]]
    current = session.current_case()
    assert current is not None
    assert current.id == names[-1]
    assert session.WAITING.get() is None


def test_opening_the_same_scan_again_keeps_its_result(scan: Volume) -> None:
    session.open_volume(scan)
    result = segment(scan, PAPER, networks=scene.fake_networks())
    session.store_result(Study(scan, (), result, measure(scan, result.labels)))
    session.open_volume(other(scan, "another"))
    session.open_volume(scan)
    case = session.current_case()
    assert case is not None
    assert case.segmentation is result


def test_result_of_a_dropped_case_is_not_kept(scan: Volume) -> None:
    result = segment(scan, PAPER, networks=scene.fake_networks())
    session.store_result(Study(scan, (), result, measure(scan, result.labels)))
    assert not session.cases()


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("ct.nii.gz", "ct"),
        ("series.zip", "series"),
        ("Demo case", "Demo-case"),
        ("../../etc/passwd", "passwd"),
        ("a<b>:c.nii", "a-b--c"),
        ("....nii", "scan"),
    ],
)
def test_downloads_are_named_after_the_scan(scan: Volume, title: str, stem: str) -> None:
    assert file_stem(Study(replace(scan, source=title), ())) == stem


def test_file_names_are_shown_as_they_are() -> None:
    assert plain("a*b*_c_[d](e).nii") == r"a\*b\*\_c\_\[d\](e).nii"


def test_steps_tell_what_they_added_and_removed(scan: Volume) -> None:
    result = segment(scan, PAPER, networks=scene.fake_networks())
    first, second, third, *_ = steps_table(result.steps).splitlines()[2:]
    liver_ml = np.count_nonzero(result.labels) * scan.voxel_ml
    assert f"+{liver_ml:,.1f}&nbsp;mL" in first
    assert "| 0.0&nbsp;mL |" in second
    assert "| 0.0&nbsp;mL |" in third


def test_cases_of_one_name_are_told_apart_by_series_then_size_then_digest(scan: Volume) -> None:
    def named(digest: str, volume: Volume = scan, **header: object) -> Volume:
        dataset = Dataset()
        for keyword, value in header.items():
            setattr(dataset, keyword, value)
        headers = (dataset,) if header else ()
        return replace(volume, digest=digest, source="ct-dicom.zip", dicom_headers=headers)

    session.open_volume(named("aaaaaaaa", SeriesNumber=3, StudyDate="20240102"))
    assert session.titles() == {"aaaaaaaa": "ct-dicom.zip"}
    session.open_volume(named("bbbbbbbb", SeriesNumber=5, StudyDate="20240102"))
    assert list(session.titles().values()) == [
        "ct-dicom.zip, series 3 of 2024-01-02",
        "ct-dicom.zip, series 5 of 2024-01-02",
    ]
    session.open_volume(named("cccccccc", SeriesNumber=5, StudyDate="20240102"))
    size = " × ".join(map(str, scan.shape))
    assert list(session.titles().values())[1:] == [
        f"ct-dicom.zip, series 5 of 2024-01-02, {size}, bbbbbb",
        f"ct-dicom.zip, series 5 of 2024-01-02, {size}, cccccc",
    ]
