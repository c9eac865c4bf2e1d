"""The sum of the largest diameters, and whether it may be called RECIST 1.1.

RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009): target lesions are chosen in the baseline
study, two an organ at most; each measures 10 mm or more in its longest axial diameter, or twice
the slice thickness where that exceeds 5 mm; both studies are measured the same way; a lesion
that is gone counts as 0. Here only the liver is seen, and the earlier study is the baseline.
"""

from collections.abc import Sequence

from core.report.followup.comparison import DiameterSum, LesionChange, Size, Status
from core.report.measured import NOTHING, Measured

MOST_TARGETS = 2
LEAST_MM, THICK_MM = 10.0, 5.0
FOLLOWED = (Status.GROWN, Status.SHRUNK, Status.STABLE, Status.RESHAPED, Status.GONE)


def sum_diameters(
    changes: Sequence[LesionChange],
    thickness_mm: float,
    *,
    same_settings: bool,
    broken: frozenset[int] = frozenset(),
) -> DiameterSum | None:
    """Sum the largest diameters of the earlier study and of the same lesions now.

    Parameters
    ----------
    changes : of all lesions.
    thickness_mm : of the slices, the larger of both studies.
    same_settings : whether both were segmented alike.
    broken : numbers of earlier lesions that lie under several lesions now.

    Returns
    -------
    None where no lesion of the earlier study could be followed.
    """
    by_size = sorted((change for change in changes if change.earlier), key=_length, reverse=True)
    followed = [change for change in by_size if change.status in FOLLOWED][:MOST_TARGETS]
    if not followed:
        return None
    least = LEAST_MM if thickness_mm <= THICK_MM else 2 * thickness_mm
    targets = [change for change in by_size if _length(change) >= least][:MOST_TARGETS]
    chosen = followed if not targets else [each for each in followed if each in targets]
    why_not = _why_not(targets, chosen, thickness_mm, least, same_settings, broken)
    chosen = chosen or followed
    return DiameterSum(
        _total([change.size_earlier for change in chosen]),
        _total([change.size_now for change in chosen]),
        tuple(change.earlier.number for change in chosen if change.earlier),
        why_not,
    )


def _why_not(
    targets: Sequence[LesionChange],
    chosen: Sequence[LesionChange],
    thickness_mm: float,
    least: float,
    same_settings: bool,
    broken: frozenset[int],
) -> str:
    if not targets:
        return (
            f"no lesion of the earlier study reaches the {least:g} mm that can be measured in "
            f"slices of {thickness_mm:g} mm"
        )
    if len(chosen) < len(targets):
        return "a target lesion has merged with another one or is not in both scans"
    if any(change.earlier and change.earlier.number in broken for change in chosen):
        return "a target lesion has come apart"
    return "" if same_settings else "the two studies were segmented with different settings"


def _length(change: LesionChange) -> float:
    """Longest diameter in the earlier study in mm, as it is shown."""
    return round(change.earlier.longest_diameter_mm, 1) if change.earlier else 0.0


def _total(sizes: Sequence[Size | None]) -> Measured:
    return sum((size.diameter for size in sizes if size is not None), start=NOTHING)
