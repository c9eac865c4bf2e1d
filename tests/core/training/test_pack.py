"""Training slices on disk."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cascade.looks import liver_look, tumor_look
from core.geometry.windows import Window
from core.io.datasets import LabelledCase
from core.labels import organ_mask, tumor_mask
from core.training.pack import SliceRecord, pack_cases, packed_slices
from tests.core.training.sample import SLICES, TINY, cases


def test_pack_holds_what_the_cascade_will_see(tmp_path: Path) -> None:
    some = cases("a", "b")
    pack = pack_cases(some, TINY, "liver", tmp_path)
    volume, _ = some[1].read()
    seen = liver_look(volume, TINY).show(volume, slice(None))
    np.testing.assert_array_equal(pack.images[SLICES:], seen)


def test_pack_is_the_cases_one_after_the_other(tmp_path: Path) -> None:
    some = [*cases("a"), *cases("b", tumor_slices=1)]
    pack = pack_cases(some, TINY, "liver", tmp_path)
    direct = [packed_slices(case, TINY, "liver") for case in some]
    for part, name in enumerate(("images", "organ", "tumor")):
        np.testing.assert_array_equal(
            getattr(pack, name), np.concatenate([arrays[part] for arrays in direct])
        )


def test_covers_add_up_to_the_area_of_the_structure(tmp_path: Path) -> None:
    case = cases("a")[0]
    pack = pack_cases([case], TINY, "liver", tmp_path)
    _, labels = case.read()
    shrunk = (TINY.size / labels.shape[0]) ** 2
    for cover, mask in ((pack.organ, organ_mask(labels)), (pack.tumor, tumor_mask(labels))):
        area = cover.sum(axis=(1, 2)) / 255
        np.testing.assert_allclose(area, mask.sum(axis=(0, 1)) * shrunk, rtol=0.01)


def test_records_say_where_each_slice_came_from(tmp_path: Path) -> None:
    records = pack_cases(cases("volume-1", dataset="lits-a"), TINY, "liver", tmp_path).records
    assert [record.liver for record in records] == [False, True, True, True]
    assert [record.tumor for record in records] == [False, False, True, True]
    assert records[2] == SliceRecord(
        "volume-0", "lits-a", "volume-1", 2, True, True, True, records[0].liver_gray
    )


def test_slices_stay_on_disk_and_cannot_be_changed(tmp_path: Path) -> None:
    pack = pack_cases(cases("a"), TINY, "liver", tmp_path)
    for array in (pack.images, pack.organ, pack.tumor):
        assert isinstance(array, np.memmap)
        assert not array.flags.writeable
        assert array.dtype == np.uint8


def test_cases_packed_before_are_not_read_again(tmp_path: Path) -> None:
    first = pack_cases(cases("a"), TINY, "liver", tmp_path)

    def read() -> None:
        raise AssertionError("read again")

    again = LabelledCase("a", "phantom", "train", read)  # type: ignore[arg-type]
    second = pack_cases([again], TINY, "liver", tmp_path)
    np.testing.assert_array_equal(second.images, first.images)
    assert second.records == first.records


def test_changed_files_are_packed_anew(tmp_path: Path) -> None:
    folder, facts = tmp_path / "volume-0", tmp_path / "dataset.json"
    folder.mkdir()
    mask = folder / "000_mask.png"
    mask.write_bytes(b"old")
    facts.touch()
    case = replace(cases("volume-0")[0], places=(facts, folder))

    def packs() -> int:
        pack_cases([case], TINY, "liver", tmp_path / "packs")
        return len(list((tmp_path / "packs").iterdir()))

    assert (packs(), packs()) == (1, 1)
    mask.write_bytes(b"longer")
    assert packs() == 2
    os.utime(facts, ns=(1, 1))
    assert packs() == 3


def test_packing_that_was_interrupted_begins_again(tmp_path: Path) -> None:
    def fails() -> None:
        raise RuntimeError("power cut")

    broken = LabelledCase("b", "phantom", "train", fails)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError):
        pack_cases([*cases("a"), broken], TINY, "liver", tmp_path)
    pack = pack_cases(cases("a", "b"), TINY, "liver", tmp_path)
    assert pack.images.shape == (2 * SLICES, 32, 32)


def test_another_window_or_size_is_another_pack(tmp_path: Path) -> None:
    for preset in (TINY, replace(TINY, window=Window(0, 100)), replace(TINY, size=64)):
        pack_cases(cases("a"), preset, "liver", tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_tumor_network_is_trained_on_what_it_will_see(tmp_path: Path) -> None:
    case = cases("volume-0")[0]
    volume, labels = case.read()
    close = replace(TINY, tumor_size=48, tumor_margin=0.1)
    pack = pack_cases([case], close, "tumor", tmp_path)
    look = tumor_look(volume, close, labels > 0)
    np.testing.assert_array_equal(pack.images, look.gray(volume, slice(None)))
    assert pack.organ.shape[1:] == (48, 48)
    assert (pack.organ[-1] >= 128).mean() > 0.4
