"""The images behind a record, where they are at hand: scan, truth, prediction and its errors."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cascade.segmentation import segment
from core.draw.colors import RGB
from core.draw.overlay import overlay
from core.draw.slices import SOFT_TISSUE, displayed, upright
from core.errors import BadDataset
from core.evaluation.cases import Place, rows_of
from core.evaluation.error_picture import error_picture
from core.evaluation.run import Run
from core.evaluation.score import TARGETS
from core.geometry.windows import apply_window
from core.io.datasets import LabelledCase, find_cases
from core.labels import organ_mask
from core.models.store import preset_digests
from core.phantom import make_phantom
from core.presets import Preset, preset_named
from core.volume import Volume

# As `python -m core phantom` names them, from seed 0 on.
PHANTOMS, PHANTOM = re.compile(r"phantoms\d*"), re.compile(r"volume-(\d{1,6})")
# Room left around the organ, as a share of its box.
MARGIN = 0.12


@dataclass(frozen=True, eq=False)
class CaseImages:
    """One case with truth and prediction, all [X, Y, Z].

    Parameters
    ----------
    labels : uint8, as the run's networks call them; None where they are not at hand.
    """

    volume: Volume
    truth: NDArray[np.uint8]
    labels: NDArray[np.uint8] | None


def is_drawn(dataset: str) -> bool:
    """Whether a data set is of phantoms, which can be drawn again anywhere."""
    return PHANTOMS.fullmatch(dataset) is not None


def find_case(root: Path | None, place: Place) -> LabelledCase:
    """Find the case of `place` in ``<root>/slices/<dataset>``; a phantom is drawn again.

    Raises BadDataset, which says why there is no image.
    """
    if is_drawn(place.dataset) and (named := PHANTOM.fullmatch(place.case)):
        return LabelledCase(place.case, place.dataset, None, partial(_drawn, int(named[1])))
    if root is None:
        raise BadDataset(
            "A run holds figures only; set HEPATOSCOPE_DATA to the folder with slices/"
            f"{place.dataset} where this program runs to see its images."
        )
    folders = {path.name: path for path in (root / "slices").glob("*") if path.is_dir()}
    if place.dataset not in folders:
        raise BadDataset(
            f"The data set {place.dataset} is not on this machine; put it into the folder slices "
            "of HEPATOSCOPE_DATA to see its images."
        )
    for case in find_cases(folders[place.dataset]):
        if case.name == place.case:
            return case
    raise BadDataset(
        f"The folder slices/{place.dataset} holds no case {place.case}; its images are not here."
    )


def _drawn(seed: int) -> tuple[Volume, NDArray[np.uint8]]:
    phantom = make_phantom(seed)
    return phantom.volume, phantom.labels


def preset_of(run: Run) -> Preset:
    """Look up the run's preset, if the networks that made it are the ones on this machine.

    Raises HepatoScopeError where they are not.
    """
    preset = preset_named(str(run.facts["preset"]))
    if preset_digests(preset) != run.facts["models"]:
        raise BadDataset(
            f"The run {run.name} was made with other weights of “{preset.name}” than those on this "
            "machine, so its prediction cannot be drawn again; only the truth is shown."
        )
    return preset


def read_images(
    run: Run,
    case: LabelledCase,
    place: Place,
    preset: Preset | None,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> CaseImages:
    """Read a case and, with a `preset`, segment it.

    Raises BadDataset where the scan is not the one that the run scored, Cancelled where
    `cancelled` says so.
    """
    volume, truth = case.read()
    slices = rows_of(run.slices, place)
    scored = len(slices) if "slices_scored" not in run.facts else volume.shape[2]
    if (
        scored != volume.shape[2]
        or slices["slice"].max() >= volume.shape[2]
        or set(slices["voxels"]) != {volume.hu[..., 0].size}
    ):
        raise BadDataset(
            f"The case {place.case} on this machine has {volume.shape[2]} slices of "
            f"{volume.hu[..., 0].size} pixels and is not the one that the run {run.name} scored."
        )
    truth_voxels = int(slices[["true_positive", "false_negative"]].to_numpy().sum())
    if is_drawn(place.dataset) and truth_voxels != np.count_nonzero(TARGETS[place.target](truth)):
        raise BadDataset(
            f"The phantoms of the run {run.name} were not drawn from seed 0 on, so {place.case} "
            "cannot be drawn again here."
        )
    labels = None if preset is None else segment(volume, preset, cancelled=cancelled).labels
    return CaseImages(volume, truth, labels)


def pictures(images: CaseImages, target: str, index: int) -> dict[str, RGB]:
    """Draw truth, prediction and errors of axial slice `index`, cut to the organ of the case.

    Without a prediction there is only the truth. All have one size and square pixels.
    """
    columns, rows = _around_organ(images)
    hu, truth = images.volume.hu[columns, rows, index], images.truth[columns, rows, index]
    spacing = images.volume.spacing[:2]
    drawn = {"truth": _labelled(hu, truth, spacing)}
    if images.labels is not None:
        called = images.labels[columns, rows, index]
        drawn["prediction"] = _labelled(hu, called, spacing)
        drawn["errors"] = error_picture(
            hu, TARGETS[target](truth), TARGETS[target](called), spacing
        )
    return drawn


def telling_error(images: CaseImages, target: str) -> int:
    """Find the slice with most wrong voxels of `target`, or without prediction with most truth."""
    truth = TARGETS[target](images.truth)
    wrong = truth if images.labels is None else truth ^ TARGETS[target](images.labels)
    return int(np.count_nonzero(wrong, axis=(0, 1)).argmax())


def _labelled(
    hu: NDArray[np.int16], labels: NDArray[np.uint8], spacing: tuple[float, float]
) -> RGB:
    """Lay the labels over a slice, [X, Y] both, in the size of `error_picture`."""
    pixel_mm = spacing[1], spacing[0]
    gray = upright(displayed(apply_window(hu, SOFT_TISSUE)), pixel_mm)
    return overlay(gray, upright(displayed(labels), pixel_mm, smooth=False))


def _around_organ(images: CaseImages) -> tuple[slice, slice]:
    """Along X and Y: what shows the organ of the whole case, true or predicted."""
    organ = organ_mask(images.truth)
    if images.labels is not None:
        organ = organ | organ_mask(images.labels)
    if not organ.any():
        return slice(None), slice(None)
    x, y = (np.flatnonzero(organ.any(axis=(other, 2))) for other in (1, 0))
    return _widened(x), _widened(y)


def _widened(places: NDArray[np.intp]) -> slice:
    start, stop = int(places[0]), int(places[-1]) + 1
    room = round(MARGIN * (stop - start)) + 1
    return slice(max(0, start - room), stop + room)
