"""Labels of a scan from a file: checked before they are believed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset, UnreadableScan, UnsupportedScan
from core.io.limits import check_spacing
from core.io.nifti import Slabs, open_nifti
from core.io.nifti_header import SAME_PLACE_MM, NiftiPlan, largest_shift
from core.labels import LIVER, TUMOR
from core.volume import Volume, matrix_of, to_ras

# How far off a whole number a label may be stored.
A_HAIR = 1e-3
# So many of the values that are no labels are named.
NAMED_VALUES = 5
# What is denser or less dense than organs and fat counts as these.
ORGANS_HU = (-200, 300)
# How many times more densities have to spread to speak against a header.
CLEARLY = 1.25
# A truth may reach beyond its scan by so many slices: localizers are left out of a scan.
MOST_SPARE = 5


def read_labels(path: Path, volume: Volume) -> NDArray[np.uint8]:
    """Read labels that belong to `volume`: uint8 [X, Y, Z], 0, 1 or 2.

    Their axes may be turned or flipped against the scan's, as their own header says. LiTS itself
    has segmentations whose headers disagree with their volumes: where laying the voxels on those
    of the scan's file makes what is labelled clearly more of one density, the header is not
    believed.

    Raises
    ------
    BadDataset
        If the file is no NIfTI image or damaged, fits the scan neither way, or holds a value that
        is no label.
    """
    labels, affine = stored_labels(path, volume, path.name)
    native = labels.shape == volume.native.shape
    by_index = to_ras(labels, volume.native.affine)[0] if native else None
    try:
        by_header = laid_on(labels, affine, volume, path.name)
    except BadDataset:
        if by_index is None:
            raise
        return by_index
    if by_index is None or np.array_equal(by_index, by_header):
        return by_header
    doubtful = _spread(by_header, volume) > CLEARLY * _spread(by_index, volume)
    return by_index if doubtful else by_header


def read_truth(
    path: Path,
    volume: Volume,
    *,
    name: str | None = None,
    ignore_place: bool = False,
    tell: Callable[[str], None] = lambda note: None,
) -> NDArray[np.uint8]:
    """Read the true labels of `volume` that somebody brings for it: uint8 [X, Y, Z], 0, 1 or 2.

    Axes may be turned or flipped against the scan's: the file's own header says where each
    voxel lies. Slices beyond the ends of the scan, as of a localizer, are left out.

    Parameters
    ----------
    name : how messages call the file; its own name unless given.
    ignore_place : lay the voxels on those of the scan's file whatever the header says of their
        place; some files of LiTS need this.
    tell : is told, in a sentence, which slices were left out.

    Raises
    ------
    BadDataset
        If the file is no NIfTI image or damaged, lies on another grid, has other values than
        0, 1 and 2, or marks no liver.
    """
    name = name or path.name
    stored, affine = stored_labels(path, volume, name)
    if not ignore_place:
        labels = laid_on(stored, affine, volume, name, tell)
    else:
        labels = laid_by_index(stored, volume, name)
    _check_marks(labels, name)
    return labels


def stored_labels(
    path: Path, volume: Volume, name: str, meaning: NDArray[np.uint8] | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Read labels as they are stored [I, J, K], and their affine.

    Parameters
    ----------
    meaning : the label of each number 0..255 of the file; None where they are labels already, and
        others are refused.

    Raises
    ------
    BadDataset
        They cannot be read, or cannot be of `volume` by their size.
    """
    try:
        with open_nifti(path, name) as (plan, slabs):
            # Axes may be turned: only then may the order of the sizes differ, and slices be spare.
            if not _may_fit(plan.shape, volume.native.shape):
                raise _other_shape(plan.shape, volume.native.shape, name)
            labels = _to_labels(plan, slabs, name, meaning)
    except (UnreadableScan, UnsupportedScan) as error:
        raise no_labels(name, str(error)) from error
    except OSError as error:
        raise no_labels(name, error.strerror or "it cannot be opened") from error
    return labels, matrix_of(volume.turns) @ plan.affine


def laid_on(
    labels: NDArray[np.uint8],
    affine: NDArray[np.float64],
    volume: Volume,
    name: str,
    tell: Callable[[str], None] = lambda note: None,
) -> NDArray[np.uint8]:
    """Lay stored labels on the voxels of `volume` by their affine."""
    try:
        check_spacing(affine)
    except UnreadableScan as error:
        raise no_labels(name, str(error)) from error
    whole, turned_affine = to_ras(labels, affine)
    turned, turned_affine = _within(whole, turned_affine, volume)
    _check_place(turned, turned_affine, volume, name)
    if turned.shape != whole.shape:
        tell(_left_out(whole, turned, name))
    return turned


def laid_by_index(labels: NDArray[np.uint8], volume: Volume, name: str) -> NDArray[np.uint8]:
    """Lay stored labels on the voxels of the file of `volume`, whatever their place is."""
    if labels.shape != volume.native.shape:
        raise _other_shape(labels.shape, volume.native.shape, name)
    return to_ras(labels, volume.native.affine)[0]


def _spread(labels: NDArray[np.uint8], volume: Volume) -> float:
    """Measure the standard deviation in HU of what is labelled, far outliers cut off.

    A liver is of one density; laid on the wrong side it covers stomach, fat and air as well.
    Infinite where nothing is labelled.
    """
    hu = volume.hu[labels > 0]
    return float(np.clip(hu, *ORGANS_HU).std(dtype=np.float64)) if hu.size else np.inf


def no_labels(name: str, reason: str) -> BadDataset:
    """Say that a file cannot be read as labels, for the `reason` that a reader of scans gave."""
    # What is to be done about a scan is not what is to be done about labels.
    cause = reason.partition(";")[0].removesuffix(".").replace(f"“{name}”", "the file")
    return BadDataset(
        f"“{name}” cannot be read as labels: {cause[0].lower()}{cause[1:]}; copy or export it "
        "again as .nii or .nii.gz on the grid of its scan."
    )


def _may_fit(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Tell whether a turned grid of `shape` has the sizes `wanted`, or one that is a bit larger."""
    spare = [has - needs for has, needs in zip(sorted(shape), sorted(wanted), strict=True)]
    return min(spare) >= 0 and sum(spare) <= MOST_SPARE


def _within(
    labels: NDArray[np.uint8], affine: NDArray[np.float64], volume: Volume
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Leave out axial slices beyond the ends of the scan, where the rest covers all of it."""
    spare = labels.shape[2] - volume.shape[2]
    below = round(float((np.linalg.inv(affine) @ volume.affine[:, 3])[2]))
    if labels.shape[:2] != volume.shape[:2] or not 0 <= below <= spare:
        return labels, affine
    moved = affine.copy()
    moved[:, 3] = affine @ [0, 0, below, 1]
    return labels[:, :, below : below + volume.shape[2]], moved


def _left_out(whole: NDArray[np.uint8], kept: NDArray[np.uint8], name: str) -> str:
    spare = whole.shape[2] - kept.shape[2]
    marked = int(np.count_nonzero(whole) - np.count_nonzero(kept))
    return (
        f"“{name}” has {whole.shape[2]} slices and the scan {kept.shape[2]}: they were laid on "
        f"each other by their positions, and {spare} slice{'s' * (spare > 1)} beyond the scan left "
        f"out, with {marked or 'no'} marked voxel{'s' * (marked != 1)}."
    )


def _to_labels(
    plan: NiftiPlan, slabs: Slabs, name: str, meaning: NDArray[np.uint8] | None
) -> NDArray[np.uint8]:
    labels, seen = np.empty(plan.voxels, np.uint8), np.zeros(256, bool)
    for place, stored in slabs:
        numbers = whole_numbers(plan, stored, name)
        labels[place] = numbers if meaning is None else meaning[numbers]
        seen[labels[place]] = True
    marks = np.flatnonzero(seen[1:]) + 1
    foreign = marks[marks > TUMOR]
    if foreign.size and marks.size == 1:
        # Whether tumors are left out of it or were not looked for, the file does not say.
        raise BadDataset(
            f"“{name}” marks one structure, with {marks[0]}, as programs do that write masks as "
            "pictures; save it with 1 for the liver and 2 for its tumors."
        )
    if foreign.size:
        raise _other_values(foreign, name)
    return labels.reshape(plan.shape, order="F")


def whole_numbers(plan: NiftiPlan, stored: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """Scale numbers of a file as its header says; BadDataset where they are no 0 to 255."""
    scaled = (plan.slope, plan.intercept) != (1, 0)
    values = stored * plan.slope + plan.intercept if scaled else stored
    return _whole(values, name).astype(np.uint8)


def _whole(values: NDArray[Any], name: str) -> NDArray[Any]:
    """Round values a hair off whole numbers from 0 to 255; BadDataset names any other."""
    whole = np.rint(values) if values.dtype.kind == "f" else values
    # NaN is unequal to everything, itself included, and so is infinity less itself.
    with np.errstate(invalid="ignore"):
        known = (np.abs(values - whole) <= A_HAIR) & (whole >= 0) & (whole <= 255)
    if not known.all():
        raise _other_values(np.unique(values[~known]), name)
    return whole


def _check_place(
    labels: NDArray[np.uint8], affine: NDArray[np.float64], volume: Volume, name: str
) -> None:
    if labels.shape != volume.shape:
        raise _other_shape(labels.shape, volume.shape, name)
    apart = largest_shift(affine, volume.affine, volume.shape)
    if apart > SAME_PLACE_MM:
        raise BadDataset(
            f"The voxels of “{name}” lie up to {apart:.1f} mm from those of “{volume.source}”, so "
            "it is of another grid; resample it to the scan, or choose to ignore the position in "
            "its header if you know that it is wrong."
        )


def _other_shape(shape: tuple[int, ...], wanted: tuple[int, ...], name: str) -> BadDataset:
    has, needs = (" × ".join(map(str, sizes)) for sizes in (shape, wanted))
    return BadDataset(
        f"“{name}” has {has} voxels and the scan {needs}; labels must lie on the grid of their "
        "scan."
    )


def _other_values(values: NDArray[np.generic], name: str) -> BadDataset:
    named = ", ".join(f"{value:g}" for value in values[:NAMED_VALUES].tolist())
    more = f" and {len(values) - NAMED_VALUES} more" if len(values) > NAMED_VALUES else ""
    return BadDataset(
        f"“{name}” holds {named}{more} where only 0 (background), 1 (liver) and 2 (tumor) mean "
        "something; give its labels these numbers."
    )


def _check_marks(labels: NDArray[np.uint8], name: str) -> None:
    if not labels.any():
        raise BadDataset(
            f"“{name}” marks nothing: all its {labels.size:,} voxels are 0; upload a ground truth "
            "with the liver as 1."
        )
    if not (labels == LIVER).any():
        raise BadDataset(
            f"“{name}” marks {np.count_nonzero(labels):,} voxels as tumor (2) and none as liver "
            "(1), and a liver is needed to score against; add it and upload the file again."
        )
