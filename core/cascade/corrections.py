"""Labels that a reader corrected by hand, beside those that were found; what differs."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import DECIMALS, Corrected, Origin
from core.cascade.segmentation import Segmentation
from core.editing.edits import Correction
from core.editing.history import History
from core.errors import BadEdits
from core.geometry.components import bounding_box, find_components
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.volume import Volume

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def corrected(
    found: Labels, labels: Labels, corrections: Sequence[Correction], voxel_ml: float
) -> Corrected:
    """Compare labels [X, Y, Z] as found with those as corrected."""
    masks = [(of(found), of(labels)) for of in (organ_mask, tumor_mask)]
    liver, tumor = (overlap(one, other) for one, other in masks)
    found_ml, tumor_ml = (
        round(float(np.count_nonzero(mask) * voxel_ml), DECIMALS["ml"]) for mask, _ in masks
    )
    times = sorted(one.at for one in corrections if one.at)
    origins, found_lesions, removed = _lesions(*masks[1])
    return Corrected(
        edits=len(corrections),
        by=tuple(dict.fromkeys(one.by for one in corrections if one.by)),
        first_at=times[0] if times else "",
        last_at=times[-1] if times else "",
        liver_dice=round(liver.dice, DECIMALS["dice"]) if liver.defined else None,
        tumor_dice=round(tumor.dice, DECIMALS["dice"]) if tumor.defined else None,
        found_liver_volume_ml=found_ml,
        found_tumor_volume_ml=tumor_ml,
        found_lesions=found_lesions,
        removed_lesions=removed,
        lesions=origins,
    )


def _lesions(found: Mask, now: Mask) -> tuple[tuple[Origin, ...], int, int]:
    """Tell where each lesion of a corrected mask is from, how many were found, how many are gone.

    The largest comes first, as findings number them.
    """
    box = bounding_box(found | now)
    if box is None:
        return (), 0, 0
    before, after = find_components(found[box]), find_components(now[box])
    shared = np.zeros((len(after.voxels) + 1, len(before.voxels) + 1), np.int64)
    both = found[box] & now[box]
    np.add.at(shared, (after.numbered[both], before.numbered[both]), 1)
    origins = []
    for number, size in enumerate(after.voxels, start=1):
        most = int(shared[number].argmax())
        common = shared[number, most]
        same = common == size == before.voxels[most - 1]
        origins.append(Origin.FOUND if same else Origin.CHANGED if common else Origin.DRAWN)
    gone = int(np.count_nonzero(shared[:, 1:].sum(axis=0) == 0))
    return tuple(origins), len(before.voxels), gone


def corrected_to(segmentation: Segmentation, history: History) -> Segmentation:
    """Take labels from a history of corrections that began with those that were found."""
    return replace(
        segmentation,
        labels=history.labels,
        found=history.start if history.done else None,
        corrections=history.done,
    )


def with_corrections(
    segmentation: Segmentation, corrections: Sequence[Correction], volume: Volume
) -> Segmentation:
    """Make corrections on labels that have none; those that cannot be made any more are left out.

    A lesion that was split by hand may not be there where thresholds moved.
    """
    history = History.of(segmentation.labels, volume.spacing)
    for one in corrections:
        with suppress(BadEdits):
            history = history.made(one)
    return corrected_to(segmentation, history)
