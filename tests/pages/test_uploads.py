"""What visitors upload, on its way into the program."""

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.uploaded_file_manager import DeletedFile

from pages.common import uploads
from pages.common.uploads import saved


def sent(name: str, content: bytes) -> Any:
    return SimpleNamespace(name=name, getbuffer=lambda: memoryview(content))


def test_files_of_one_name_stay_apart_and_in_order() -> None:
    with saved([sent("image.dcm", b"first"), sent("image.dcm", b"second")]) as paths:
        assert [path.read_bytes() for path in paths] == [b"first", b"second"]
        assert sorted(paths) == paths
    assert not paths[0].parent.exists()


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("../../DOE_JANE.nii.gz", ".nii.gz"),
        ("DOE^JANE.ZIP", ".zip"),
        ("..", ""),
        ("a" * 300, ""),
        ("ct\0.nii", ".nii"),
        ("", ""),
    ],
)
def test_of_a_files_name_only_its_ending_is_kept(name: str, ending: str) -> None:
    with saved([sent(name, b"scan")]) as (path,):
        assert path.name == f"upload-00000{ending}"
        assert path.parent.name.startswith("hepatoscope-")


def test_a_file_that_was_taken_and_dropped_is_not_taken_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rerun that was under way while it was read tells of it once more."""
    taken: list[Any] = []
    monkeypatch.setattr(uploads.st, "session_state", {"scan-0": DeletedFile("a" * 8)})
    uploads._take("scan-0", "scan", taken.append, taken.append)
    assert taken == []
