"""A study held against an earlier one: what became of the liver and of every lesion."""

import numpy as np

from core.cascade.findings import Lesion
from core.errors import HepatoScopeError
from core.report.acquisition import slice_thickness
from core.report.followup.align import Organ, organ_of, overlap_of
from core.report.followup.comparison import (
    Comparison,
    DiameterSum,
    LesionChange,
    Size,
    Status,
)
from core.report.followup.diameters import sum_diameters
from core.report.followup.matching import Matches, match_lesions
from core.report.followup.refusals import (
    LOW_OVERLAP,
    days_between,
    refuse_implausible,
    refuse_other_patient,
)
from core.report.measured import NOTHING, Measured, diameter, lesion_volumes, volume_of
from core.study import Examined

__all__ = ["Comparison", "DiameterSum", "LesionChange", "Status", "compare_studies"]

Sizes = list[tuple[Lesion, Size]]


def compare_studies(now: Examined, earlier: Examined, *, insist: bool = False) -> Comparison:
    """Compare a study with an earlier one of the same patient.

    The earlier liver is moved so that both centers meet (`core.report.followup.align`), the
    lesions are matched in space (`.matching`), and a change counts only beyond what the voxels
    leave open (`core.report.measured`).

    Parameters
    ----------
    insist : compare livers too that fit each other as little as those of two patients; no sum of
        diameters is made of these.

    Raises
    ------
    MaybeOtherPatient
        The livers fit each other that little.
    HepatoScopeError
        It is the same file, another patient by the DICOM headers, or a later study; a liver is
        missing, or the two do not fit each other.
    """
    refuse_other_patient(now.volume, earlier.volume)
    here, there = _organ(now, "this"), _organ(earlier, "the earlier")
    shift = here.center_mm - there.center_mm
    overlap = overlap_of(here, there, shift)
    refuse_implausible(here, there, overlap, insist=insist)
    matches = match_lesions(here, there, shift)
    sizes = _sizes(here), _sizes(there)
    changes = _changes(*sizes, matches)
    same = _settings(now) == _settings(earlier) and (
        now.segmentation.models == earlier.segmentation.models
    )
    thickness = max(slice_thickness(study.volume)[0] for study in (now, earlier))
    broken = frozenset(index + 1 for index in matches.broken)
    total = sum_diameters(changes, thickness, same_settings=same, broken=broken)
    return Comparison(
        source=earlier.volume.source,
        days=days_between(now.volume, earlier.volume),
        shift_mm=float(np.linalg.norm(shift)),
        overlap=overlap,
        settings=_settings(earlier),
        same_settings=same,
        liver_now=volume_of(here.mask, now.volume.voxel_ml),
        liver_earlier=volume_of(there.mask, earlier.volume.voxel_ml),
        tumor_now=_tumor(sizes[0]),
        tumor_earlier=_tumor(sizes[1]),
        lesions=changes,
        total=None if overlap < LOW_OVERLAP else total,
    )


def _organ(study: Examined, which: str) -> Organ:
    organ = organ_of(study)
    if organ is None:
        raise HepatoScopeError(
            f"No liver was found in {which} study, so the two cannot be compared; choose a scan "
            "that shows the liver."
        )
    return organ


def _settings(study: Examined) -> str:
    result = study.segmentation
    return (
        f"preset {result.preset}, liver threshold {result.liver_threshold:.2f}, "
        f"tumor threshold {result.tumor_threshold:.2f}"
    )


def _sizes(organ: Organ) -> Sizes:
    volumes = lesion_volumes(organ.shapes, organ.volume.voxel_ml)
    return [
        (lesion, Size(diameter(lesion.longest_diameter_mm, organ.volume), volume))
        for lesion, volume in zip(organ.lesions, volumes, strict=True)
    ]


def _tumor(sizes: Sizes) -> Measured:
    return sum((size.volume for _, size in sizes), start=NOTHING)


def _changes(here: Sizes, there: Sizes, matches: Matches) -> tuple[LesionChange, ...]:
    """Put the fate of every lesion together, those of this study first and in its order."""
    partner = dict(matches.pairs)
    found: list[LesionChange] = []
    for index, (lesion, size) in enumerate(here):
        if index in partner:
            before, before_size = there[partner[index]]
            status = _status(size, before_size)
            found.append(LesionChange(status, lesion, before, size, before_size))
        else:
            found.append(LesionChange(matches.unmatched_now[index], lesion, None, size, None))
    found += [
        LesionChange(status, None, there[index][0], None, there[index][1])
        for index, status in matches.unmatched_earlier.items()
    ]
    return tuple(found)


def _status(now: Size, before: Size) -> Status:
    """Judge by diameter and volume: a change in one is enough, opposite ones are a new shape."""
    directions = {
        now.diameter.direction_since(before.diameter),
        now.volume.direction_since(before.volume),
    }
    if directions >= {-1, 1}:
        return Status.RESHAPED
    if 1 in directions:
        return Status.GROWN
    return Status.SHRUNK if -1 in directions else Status.STABLE
