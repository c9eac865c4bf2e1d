"""The viewer's half in Python: what it sends, what it believes, what it remembers."""

import gc
import json
import struct
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.geometry.slices import Plane, pack_slice, slice_of
from core.volume import Volume, volume_from_array
from pages.viewer import assets
from pages.viewer.exchange import MOST_SLAB_MM, MOST_SLICES, Request, answer, read_request, through
from pages.viewer.memory import Memory, jump, recall, serve
from pages.viewer.scene import Scene, packed

APP = Path(__file__).parents[1] / "browser" / "viewer_app.py"
SHAPE = (6, 5, 4)


class Layers(SimpleNamespace):
    """Labels and probabilities that can be referred to weakly."""


def a_scan(digest: str = "one") -> Volume:
    hu = np.random.default_rng(0).integers(-1000, 1000, SHAPE).astype(np.int16)
    return volume_from_array(hu, np.diag((1, 2, 3, 1)), source="x", digest=digest)


def layers() -> Layers:
    labels = np.ones(SHAPE, np.uint8)
    labels[2, 3, 1] = 2
    return Layers(
        labels=labels,
        liver_probability=labels * 100,
        tumor_probability=labels * 50,
        liver_threshold=0.5,
        tumor_threshold=0.25,
    )


def asking(memory: Memory, serial: float = 7, **change: Any) -> Request:
    plain = Request(serial, memory.scene.token, memory.jumps, (1, 1, 1), ((Plane.AXIAL, 1),))
    return replace(plain, **change)


def shown(volume: Volume) -> Memory:
    """Memory of a viewer whose first slices went out."""
    return serve(recall(None, volume, None), None)[0]


def test_a_slab_shows_the_brightest_of_its_slices() -> None:
    scan = a_scan()
    sent = packed(scan, None, Scene.of(scan, None), Plane.AXIAL, 1, slab=9.0)
    assert sent == pack_slice(
        slice_of(scan.hu[..., 0:3].max(axis=2, keepdims=True), Plane.AXIAL, 0)
    )
    edge = packed(scan, None, Scene.of(scan, None), Plane.AXIAL, 0, slab=9.0)
    assert edge == pack_slice(
        slice_of(scan.hu[..., 0:2].max(axis=2, keepdims=True), Plane.AXIAL, 0)
    )


def test_the_scene_tells_the_lesion_at_a_voxel() -> None:
    labelled = layers()
    labelled.labels[5, 4, 3] = 2
    scene = Scene.of(a_scan(), labelled)
    assert {scene.lesion_at((2, 3, 1)), scene.lesion_at((5, 4, 3))} == {1, 2}
    assert scene.lesion_at((3, 3, 2)) is None
    assert scene.lesion_at((0, 0, 0)) is None
    assert Scene.of(a_scan(), None).lesion_at((2, 3, 1)) is None


def test_an_impossible_slab_is_bounded() -> None:
    asked = {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 1, 1], "want": [], "slab": 1e9}
    request = read_request(asked, SHAPE)
    assert request is not None
    assert request.slab == MOST_SLAB_MM


def test_answer_holds_the_slices_it_names() -> None:
    scan, labelled = a_scan(), layers()
    sent = answer(scan, labelled, Scene.of(scan, labelled), [(Plane.CORONAL, 2)], key="k")
    (length,) = struct.unpack("<I", sent[:4])
    header = json.loads(sent[4 : 4 + length])
    parts = (scan.hu, labelled.labels, labelled.liver_probability, labelled.tumor_probability)
    blob = pack_slice(*(slice_of(part, Plane.CORONAL, 2) for part in parts))
    assert sent[4 + length :] == blob
    assert header["slices"] == [{"plane": "coronal", "index": 2, "bytes": len(blob)}]
    assert header["spacing"] == [1, 2, 3]
    assert header["thresholds"] == {"liver": 0.5, "tumor": 0.25}
    assert header["lesion"] == [2, 3, 1]


@pytest.mark.parametrize(
    "message",
    [
        None,
        "x",
        {},
        {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 2], "want": []},
        {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 2, "a"], "want": []},
        {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 2, float("inf")], "want": []},
        {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 2, 3], "want": [["oblique", 1]]},
        {"serial": 1, "token": "t", "jumps": 0, "voxel": [1, 2, 3], "want": 5},
    ],
)
def test_nonsense_from_the_browser_is_no_request(message: Any) -> None:
    assert read_request(message, SHAPE) is None


def test_request_stays_inside_the_scan_and_within_bounds() -> None:
    want = [["axial", 99]] * 50
    message = {"serial": 1, "token": "t", "jumps": 0, "voxel": [-5, 2, 77], "want": want}
    request = read_request(message, SHAPE)
    assert request is not None
    assert request.voxel == (0, 2, 3)
    assert request.want == ((Plane.AXIAL, 3),) * MOST_SLICES


def test_first_drawing_sends_the_three_slices_through_the_crosshair() -> None:
    memory, slices = serve(recall(None, a_scan(), None), None)
    assert slices == through(memory.voxel) == (("axial", 2), ("coronal", 2), ("sagittal", 3))


def test_request_is_answered_once_however_often_the_page_reruns() -> None:
    memory, slices = serve(before := shown(a_scan()), asking(before))
    assert slices == ((Plane.AXIAL, 1),)
    assert memory.voxel == (1, 1, 1)
    assert serve(memory, asking(before)) == (memory, ())


def test_slices_of_a_replaced_segmentation_are_not_sent_under_its_name() -> None:
    memory = shown(a_scan())
    assert serve(memory, asking(memory, token="old"))[1] == ()


def test_goto_jumps_once_and_leaves_the_user_free() -> None:
    scan = a_scan()
    there = serve(jump(shown(scan), scan, (5, 4, 3)), None)[0]
    moved = serve(there, asking(there))[0]
    assert there.voxel == (5, 4, 3)
    assert jump(moved, scan, (5, 4, 3)).voxel == moved.voxel == (1, 1, 1)
    assert jump(jump(moved, scan, None), scan, (5, 4, 99)).voxel == (5, 4, 3)


def test_jump_wins_over_a_move_that_arrives_with_it() -> None:
    scan = a_scan()
    memory = jump(shown(scan), scan, (5, 4, 3))
    assert serve(memory, asking(memory))[0].voxel == (5, 4, 3)


def test_request_from_before_a_jump_does_not_undo_it() -> None:
    scan = a_scan()
    before = shown(scan)
    there = serve(jump(before, scan, (5, 4, 3)), None)[0]
    late, slices = serve(there, asking(before))
    assert late.voxel == (5, 4, 3)
    assert slices == ((Plane.AXIAL, 1),)


def test_position_outlives_a_new_segmentation_but_not_another_scan() -> None:
    scan, labelled = a_scan(), layers()
    memory = replace(shown(scan), voxel=(1, 1, 1))
    assert recall(memory, scan, labelled).voxel == (1, 1, 1)
    assert recall(memory, a_scan("two"), labelled).voxel == (2, 3, 1)
    assert recall(memory, scan, None) is memory


def test_viewer_keeps_no_dropped_segmentation_alive() -> None:
    labelled = layers()
    scene = Scene.of(a_scan(), labelled)
    del labelled
    gc.collect()
    assert scene.segmentation is not None
    assert scene.segmentation() is None


def test_script_is_one_module_without_imports() -> None:
    lines = assets.script().splitlines()
    assert not [line for line in lines if line.startswith("import")]
    assert [line for line in lines if line.startswith("export")] == [
        "export default function ({ data, parentElement, setStateValue }) {"
    ]


def test_page_with_the_viewer_runs_and_jumps_where_python_says() -> None:
    app = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not app.exception
    app.sidebar.radio[0].set_value("corner").run()
    assert "Python knows: (0, 0, 0)" in [caption.value for caption in app.caption]
    app.sidebar.toggle[0].set_value(False).run()
    assert not app.exception
