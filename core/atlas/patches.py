"""Patches of 32×32 pixels cut from the axial slices of a scan, and where each came from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.texture import TEXTURES, textures
from core.errors import BadDataset
from core.geometry.fits import SliceFit, axial_view
from core.geometry.windows import LIVER_WINDOW, apply_window, undo_window
from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.labels import organ_mask, tumor_mask
from core.volume import Volume

PATCH = 32
# Every slice is brought to this side, so that a patch shows about as much of any patient, some
# 3 cm: three quarters of the detail of a usual CT, three times that of the networks.
SLICE_SIDE = 384
# A patch with less liver than this says more of what lies around it.
MIN_LIVER = 0.25
# A patch counts as tumor from this share on; below it, down to the first pixel, as neither.
MIN_TUMOR = 0.25
# Patches with so much liver hold next to none of the organ's edge.
INNER_LIVER = 0.9

Gray = NDArray[np.uint8]

ORIGIN = ("dataset", "split", "patient", "case", "slice", "top", "left")
CONTENT = ("liver_fraction", "tumor_fraction", "mean_hu", "sd_hu", *TEXTURES)


@dataclass(frozen=True, eq=False)
class Patches:
    """Patches and what is known of each.

    Parameters
    ----------
    images : uint8 [N, 32, 32], the window of the liver, -40 to 160 HU, on 0..255.
    table : a row for each, in the same order. Columns `ORIGIN`: `slice` is the axial index in
        the volume, `top` and `left` are pixels of the slice at 384×384. Columns `CONTENT`:
        shares of organ (tumors included) and tumor in 0..1, HU within the window, texture.
    """

    images: Gray
    table: pd.DataFrame

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Squares:
    """Axial slices brought to 384×384, each with the structures it shows.

    Parameters
    ----------
    slices : int64 [K], axial indices in the volume.
    gray : uint8 [K, 384, 384], windowed.
    organ, tumor : uint8 [K, 384, 384], share of each pixel covered, 255 = all of it.
    """

    slices: NDArray[np.int64]
    gray: Gray
    organ: Gray
    tumor: Gray


def squares_of(
    volume: Volume, labels: NDArray[np.uint8], slices: Sequence[int] | NDArray[np.int64]
) -> Squares:
    """Bring the axial `slices` of `volume` and its `labels` [X, Y, Z] to 384×384.

    Raises BadDataset where a slice is smaller than a patch.
    """
    columns, rows, _ = volume.shape
    if min(rows, columns) < PATCH:
        raise BadDataset(
            f"The slices of {volume.source} have {columns}×{rows} pixels, less than a patch of "
            f"{PATCH}×{PATCH}; take a scan with larger slices."
        )
    chosen = np.asarray(slices, np.int64)
    fit = square_fit(volume)
    marks = axial_view(labels)[chosen]
    return Squares(
        chosen,
        gray_squares(volume, chosen),
        *(fit.shrink(mask(marks).astype(np.uint8) * 255) for mask in (organ_mask, tumor_mask)),
    )


def gray_squares(volume: Volume, slices: NDArray[np.int64]) -> Gray:
    """Bring the axial `slices` [K] of `volume`, windowed, to 384×384: uint8 [K, 384, 384]."""
    shown = np.ascontiguousarray(axial_view(volume.hu)[slices])
    return square_fit(volume).shrink(apply_window(shown, LIVER_WINDOW))


def square_fit(volume: Volume) -> SliceFit:
    """Tell how an axial slice of `volume` sits in the square of 384×384 pixels."""
    columns, rows, _ = volume.shape
    x_mm, y_mm, _ = volume.spacing
    return SliceFit.of(rows, columns, (y_mm, x_mm), SLICE_SIDE)


def tiles(squares: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut squares [K, S, S] into the patches of a grid without overlap: [K, G, G, 32, 32].

    What ``tf.image.extract_patches`` gives with sizes and strides of 32 and padding VALID.
    """
    count, side, _ = squares.shape
    grid = side // PATCH
    inner = squares[:, : grid * PATCH, : grid * PATCH]
    return inner.reshape(count, grid, PATCH, grid, PATCH).swapaxes(2, 3)


def cut(squares: Squares, *, dataset: str, split: str | None, patient: str, case: str) -> Patches:
    """Cut the patches of the grid that show enough liver out of `squares`."""
    organ, tumor = (tiles(part).mean(axis=(3, 4)) / 255 for part in (squares.organ, squares.tumor))
    number, row, column = np.nonzero(organ >= MIN_LIVER)
    images = np.ascontiguousarray(tiles(squares.gray)[number, row, column])
    origin = {
        "dataset": dataset,
        "split": split or "",
        "patient": patient,
        "case": case,
        "slice": squares.slices[number],
        "top": row * PATCH,
        "left": column * PATCH,
        "liver_fraction": organ[number, row, column],
        "tumor_fraction": tumor[number, row, column],
    }
    table = pd.DataFrame(origin, index=range(len(images))).assign(**content(images))
    return Patches(images, table[[*ORIGIN, *CONTENT]])


def content(images: Gray) -> dict[str, NDArray[np.float64]]:
    """Measure patches [N, 32, 32]: mean and standard deviation in HU, and their texture."""
    hu = undo_window(images, LIVER_WINDOW).astype(np.float64)
    return {
        "mean_hu": hu.mean(axis=(1, 2)),
        "sd_hu": hu.std(axis=(1, 2)),
        **textures(images),
    }


def cut_case(case: LabelledCase) -> Patches:
    """Cut the patches of the slices of `case` that show tumor; none where no slice does.

    Raises BadDataset where its slices are smaller than a patch.
    """
    volume, labels = case.read()
    with_tumor = np.flatnonzero(tumor_mask(labels).any(axis=(0, 1)))
    return cut(
        squares_of(volume, labels, with_tumor),
        dataset=case.dataset,
        split=case.split,
        patient=patient_of(case),
        case=case.name,
    )


def cut_volume(
    volume: Volume, labels: NDArray[np.uint8], slices: Sequence[int] | NDArray[np.int64]
) -> Patches:
    """Cut the patches of chosen axial `slices` of a scan with `labels` [X, Y, Z] found in it."""
    squares = squares_of(volume, labels, slices)
    return cut(squares, dataset="own", split=None, patient="own", case=volume.source)


def kinds(table: pd.DataFrame) -> NDArray[np.float64]:
    """Tell tumor (1) from plain liver (0) in the rows of a table; NaN of what is in between."""
    fraction = table["tumor_fraction"].to_numpy(np.float64)
    return np.select([fraction >= MIN_TUMOR, fraction == 0], [1.0, 0.0], np.nan)
