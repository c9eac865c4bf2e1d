"""Slices stand as a radiologist expects them and lose nothing on their way."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from core.geometry.fits import axial_view
from core.geometry.slices import Plane, pack_slice, slice_of

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, max_side=12)


def unpack(packed: bytes, shape: tuple[int, int], layers: int) -> list[NDArray[np.generic]]:
    """Undo `pack_slice` the way the browser does, in plain integers."""
    count = shape[0] * shape[1]
    data = zlib.decompress(packed)
    assert len(data) == count * (2 + layers)
    hu, value = [], 0
    for low, high in zip(data[:count], data[count : 2 * count], strict=True):
        folded = low | high << 8
        value += (folded >> 1) ^ -(folded & 1)
        hu.append((value + 32768) % 65536 - 32768)
    rest = np.frombuffer(data[2 * count :], np.uint8).reshape(layers, *shape)
    return [np.array(hu, np.int16).reshape(shape), *rest]


@given(npst.arrays(np.int16, SHAPES))
def test_any_hounsfield_unit_arrives_unchanged(hu: NDArray[np.int16]) -> None:
    shape = (hu.shape[0], hu.shape[1])
    assert np.array_equal(unpack(pack_slice(hu), shape, 0)[0], hu)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_layers_follow_the_hounsfield_units(rows: int, columns: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    hu = random.integers(-1024, 3071, (rows, columns), dtype=np.int16)
    layers = random.integers(0, 256, (3, rows, columns), dtype=np.uint8)
    arrived = unpack(pack_slice(hu, *layers), (rows, columns), 3)
    assert all(np.array_equal(*pair) for pair in zip(arrived, (hu, *layers), strict=True))


# Where the top left corner of the screen lies in the body, as a RAS+ voxel (-1: far end).
@pytest.mark.parametrize(
    ("plane", "corner", "to_the_right", "downwards"),
    [
        (Plane.AXIAL, (-1, -1, 1), (0, -1, 1), (-1, 0, 1)),
        (Plane.CORONAL, (-1, 1, -1), (0, 1, -1), (-1, 1, 0)),
        (Plane.SAGITTAL, (1, -1, -1), (1, 0, -1), (1, -1, 0)),
    ],
)
def test_planes_stand_in_radiological_convention(
    plane: Plane, corner: tuple[int, ...], to_the_right: tuple[int, ...], downwards: tuple[int, ...]
) -> None:
    volume = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    shown = slice_of(volume, plane, 1)
    assert shown[0, 0] == volume[corner]
    assert shown[0, -1] == volume[to_the_right]
    assert shown[-1, 0] == volume[downwards]


def test_axial_slices_are_those_that_the_network_sees() -> None:
    volume = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    assert np.array_equal(slice_of(volume, Plane.AXIAL, 2), axial_view(volume)[2])


def test_slices_of_a_smooth_scan_are_small() -> None:
    hu = np.add.outer(np.arange(128), np.arange(128)).astype(np.int16)
    assert len(pack_slice(hu)) < hu.nbytes / 20
