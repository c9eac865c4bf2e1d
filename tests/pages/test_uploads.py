"""What visitors upload, on its way into the program."""

from types import SimpleNamespace
from typing import Any

from pages.common.uploads import saved


def sent(name: str, content: bytes) -> Any:
    return SimpleNamespace(name=name, getbuffer=lambda: memoryview(content))


def test_files_of_one_name_stay_apart_and_in_order() -> None:
    with saved([sent("image.dcm", b"first"), sent("image.dcm", b"second")]) as paths:
        assert [path.read_bytes() for path in paths] == [b"first", b"second"]
        assert sorted(paths) == paths
    assert not paths[0].parent.exists()


def test_a_single_file_keeps_its_name_and_leads_nowhere() -> None:
    with saved([sent("../../ct.nii.gz", b"scan")]) as (path,):
        assert path.name == "ct.nii.gz"
        assert path.parent.name.startswith("hepatoscope-upload-")
