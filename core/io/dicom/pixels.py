"""Stored DICOM pixels to Hounsfield units, compressed ones in a process of their own."""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from time import monotonic as clock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import iter_pixels
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import Cancelled, OutOfTime, ProcessEnded, UnreadableScan, UnsupportedScan
from core.io.dicom.slices import DAMAGED, Slice, load
from core.io.hounsfield import sign_extended, signed, to_int16
from core.process import run

UNCOMPRESSED = {ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian}
MEMORY_MB = 6_000
# A JPEG 2000 slice of 512 x 512 takes 0.1 s; some decoders never end on a stream that was cut.
SECONDS_PER_SLICE = 6
# Start-up takes 0.5 s.
SECONDS_TO_START = 60
# What a decoding process needs to find again: path, frame, slope, intercept.
Job = tuple[str, int | None, float, float]


class DamagedSlice(UnreadableScan):
    """The pixels of one slice, the `index`-th from 0, cannot be decoded."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def decode(slices: Sequence[Slice]) -> tuple[NDArray[np.int16], int]:
    """Decode `slices` to HU, int16 [N, rows, columns], in their order.

    Also tells how many of them are called unsigned by their header and were read as signed.

    Decompression runs foreign C++ code on untrusted bytes, so it gets a process of its
    own with limits on memory and time: a crash there is one sentence here.

    Raises UnreadableScan for damaged pixels, UnsupportedScan for a compression that no
    installed decoder knows.
    """
    jobs = [
        (str(s.path), s.frame, 1.0 if s.slope is None else s.slope, s.intercept or 0.0)
        for s in slices
    ]
    shape = (len(slices), slices[0].rows, slices[0].columns)
    compressed = sorted({s.syntax for s in slices if s.syntax not in UNCOMPRESSED})
    for syntax in compressed:
        _check_decoder(UID(syntax))
    how = UID(compressed[0]).name if compressed else "uncompressed"
    patience = _Patience()
    try:
        if not compressed:
            return decoded(jobs, shape)
        found: tuple[NDArray[np.int16], int] = run(
            decoded, jobs, shape, work="decoder", memory_mb=MEMORY_MB,
            seconds=SECONDS_TO_START + SECONDS_PER_SLICE * len(jobs),
            cancelled=patience.is_over, progress=patience.renew,
        )  # fmt: skip
        return found
    except DamagedSlice as error:
        damaged = slices[error.index]
        raise UnreadableScan(
            f"The pixels of slice {damaged.instance or error.index + 1} ({how}), at z = "
            f"{damaged.position[2]:.1f} mm, are damaged or incomplete; copy or export the series "
            "again."
        ) from error
    except (*DAMAGED, RuntimeError, Cancelled, OutOfTime, ProcessEnded) as error:
        raise UnreadableScan(
            f"The pixels of the DICOM slices ({how}) are damaged or incomplete; copy or export "
            "the series again."
        ) from error


class _Patience:
    """How long a decoder may say nothing: its start, then one slice."""

    def __init__(self) -> None:
        self._end = clock() + SECONDS_TO_START

    def renew(self, _: object) -> None:
        self._end = clock() + SECONDS_PER_SLICE

    def is_over(self) -> bool:
        return clock() > self._end


def decoded(
    jobs: Sequence[Job],
    shape: tuple[int, int, int],
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[NDArray[np.int16], int]:
    """Decode `jobs` as `decode` does, int16 of `shape` [N, rows, columns]; raises DamagedSlice.

    Parameters
    ----------
    progress : is told before each slice which it is.
    """
    hu, resigned = np.empty(shape, np.int16), 0
    numbered = enumerate(jobs)
    for path, group in groupby(numbered, key=lambda item: item[1][0]):
        members = list(group)
        at = members[0][0]
        progress(at)
        try:
            dataset = load(Path(path), pixels=True)
            frames = [frame for _, (_, frame, _, _) in members if frame is not None]
            images = iter_pixels(dataset, indices=frames or None)
            for at, (_, _, slope, intercept) in members:
                progress(at)
                stored = next(images)
                if stored.shape != hu.shape[1:]:
                    raise DamagedSlice(at)
                stored = sign_extended(stored, int(dataset.BitsStored))
                mended = signed(stored)
                resigned += mended is not None
                hu[at] = rescale(stored if mended is None else mended, slope, intercept)
        except (*DAMAGED, RuntimeError, StopIteration) as error:
            raise DamagedSlice(at) from error
    return hu, resigned


def rescale(stored: NDArray[Any], slope: float, intercept: float) -> NDArray[np.int16]:
    """Apply slope and intercept to one slice [rows, columns], rounded and clipped to int16."""
    if slope == 1 and intercept == int(intercept) and stored.dtype.itemsize <= 2:
        return to_int16(stored.astype(np.int32) + np.int32(intercept))
    return to_int16(stored.astype(np.float64) * slope + intercept)


def _check_decoder(syntax: UID) -> None:
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        available = False
    if not available:
        raise UnsupportedScan(
            f"The slices are compressed as {syntax.name}, which cannot be decoded here; export "
            "the series uncompressed or as lossless JPEG."
        )
