"""Choose one stack of parallel slices among all CT slices that were found."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableScan, UnsupportedScan
from core.io.dicom.slices import Slice
from core.io.limits import MIN_SLICES

# Within 25 degrees of the patient's long axis counts as axial, gantry tilt included.
AXIAL_COSINE = 0.9
PLANES = ("sagittal", "coronal", "axial")
SAME_POSITION_MM = 0.02
# Directions (0.3 degrees) and pixels that differ by less are the same, written differently.
SAME_COSINE, SAME_PIXEL = 0.005, 0.002
# Share of its places that one scan may pass twice, at the seams of its rotations.
MOST_OVERLAP = 0.25
MOST_LISTED = 5
# Series of a study that are looked into before one is chosen.
MOST_LOOKED_AT = 6
# Two that differ by less show as much.
AS_MUCH_MM = 30.0
PLURALS = {"a position": "positions", "an image": "images", "an impossible": "impossible"}
NOUN = re.compile(r"\b(file|image|localizer)\b")


def normal_of(item: Slice) -> NDArray[np.float64]:
    """Return the unit vector (3,), LPS, across the slice."""
    normal = np.cross(item.orientation[:3], item.orientation[3:])
    return np.asarray(normal / np.linalg.norm(normal))


def depth_of(item: Slice) -> float:
    """Return the position of the slice along its normal in mm."""
    return float(normal_of(item) @ np.asarray(item.position))


def plane_of(item: Slice) -> str:
    """Name the anatomical plane nearest to the slice."""
    return PLANES[int(np.argmax(np.abs(normal_of(item))))]


@dataclass(frozen=True)
class Choice:
    """What was chosen among the slices of files.

    Parameters
    ----------
    slices : of the stack that is read, in order.
    notes : what was left out.
    able : all stacks that could be a volume by their keys, the one that is read first.
    """

    slices: tuple[Slice, ...]
    notes: tuple[str, ...]
    able: dict[str, list[Slice]]


def choose_stack(
    slices: Sequence[Slice],
    others: Counter[str],
    shows: Callable[[Sequence[Slice]], float] = lambda stack: 0.0,
    wanted: str | None = None,
) -> Choice:
    """Pick the axial CT that shows most, sorted along its normal, and say what was left out.

    Slices of one series that differ in orientation, matrix or pixel size are different
    stacks; so are the acquisitions of a series that pass the same place again.

    Parameters
    ----------
    shows : over how many mm a stack shows what is looked for; asked of those that could be a
        volume, where there are several. Of those that show as much the largest is taken.
    wanted : the key of the stack to take, as `Choice.able` has them.

    Raises UnsupportedScan where there is no CT volume, or none that is wanted, and UnreadableScan
    where all files are damaged.
    """
    if not slices:
        raise _nothing_found(others)
    stacks = _stacks(slices)
    keys = _keys(stacks)
    stacks = _ranked(stacks, shows) if wanted is None else _wanted(stacks, keys, wanted)
    best = stacks[0]
    if len(best) < MIN_SLICES:
        count = f"{len(best)} slice" + "s" * (len(best) > 1)
        raise UnsupportedScan(
            f"The largest CT series has {count}, but a volume of at least {MIN_SLICES} is "
            "needed; choose the folder or zip with the whole series."
        )
    chosen, repeated = _without_repeats(best)
    if len(chosen) < MIN_SLICES:
        raise UnsupportedScan(
            f"The {len(best)} slices of the CT series lie at {_places(len(chosen))}, but a volume "
            f"needs at least {MIN_SLICES} places; export the series again with its slice positions."
        )
    notes = *_choice_notes(stacks, others), *_repeat_notes(repeated, len(chosen))
    able = {keys[id(one)]: one for one in stacks if len(one) >= MIN_SLICES}
    return Choice(chosen, notes, able)


def _keys(stacks: list[list[Slice]]) -> dict[int, str]:
    """Key stacks by their series; where one has several, in the order in which they were made."""
    by_number: dict[int | None, list[list[Slice]]] = defaultdict(list)
    for stack in sorted(stacks, key=lambda stack: (stack[0].acquisition, stack[0].time)):
        by_number[stack[0].series_number].append(stack)
    keys = {}
    for number, alike in by_number.items():
        name = "0" if number is None else str(number)
        for place, stack in enumerate(alike, 1):
            keys[id(stack)] = f"{name}.{place}" if len(alike) > 1 else name
    return keys


def _wanted(stacks: list[list[Slice]], keys: dict[int, str], wanted: str) -> list[list[Slice]]:
    """Put the stack with a key first."""
    found = next((stack for stack in stacks if keys[id(stack)] == wanted), None)
    if found is None:
        known = ", ".join(
            f"{keys[id(stack)]} ({len(stack)} {plane_of(stack[0])})"
            for stack in sorted(stacks, key=_rank)[:MOST_LISTED]
        )
        raise UnsupportedScan(f"There is no series {wanted} among the files; choose of {known}.")
    return [found, *sorted((one for one in stacks if one is not found), key=_rank)]


def name_of(stack: Sequence[Slice]) -> str:
    """Describe a stack without patient identity: ``CT series 3, 52 slices``."""
    number = stack[0].series_number
    series = "CT series" if number is None else f"CT series {number}"
    return f"{series}, {len(stack)} slices"


def _stacks(slices: Iterable[Slice]) -> list[list[Slice]]:
    """Part slices into stacks of one series, matrix, direction and pixel size."""
    groups: dict[object, list[list[Slice]]] = defaultdict(list)
    for item in slices:
        known = groups[item.series, item.rows, item.columns]
        alike = next((stack for stack in known if _same_grid(stack[0], item)), None)
        if alike is None:
            known.append([item])
        else:
            alike.append(item)
    stacks = (stack for known in groups.values() for stack in known)
    return [each for stack in stacks for each in _acquisitions(stack)]


def _same_grid(one: Slice, other: Slice) -> bool:
    """Tell whether two slices differ by no more than their headers' rounding."""
    turned = np.abs(np.subtract(one.orientation, other.orientation)).max()
    stretched = np.abs(np.divide(one.pixel_mm, other.pixel_mm) - 1).max()
    return bool(turned <= SAME_COSINE and stretched <= SAME_PIXEL)


def _acquisitions(group: list[Slice]) -> list[list[Slice]]:
    """Part a stack that passes the same place again, as for another phase.

    Rotations or passes that overlap by a few slices are one scan.
    """
    if not _passes_again(group):
        return [group]
    passes: dict[int, list[Slice]] = defaultdict(list)
    for item in group:
        passes[item.acquisition].append(item)
    if len(passes) > 1 and not any(map(_passes_again, passes.values())):
        return list(passes.values())
    return _by_time(group)


def _passes_again(stack: Sequence[Slice]) -> bool:
    distinct, repeated = _without_repeats(stack)
    return repeated > MOST_OVERLAP * len(distinct)


def _by_time(group: list[Slice]) -> list[list[Slice]]:
    """Part a stack by which slice at a place was taken first, second and so on, if that is told."""
    places: dict[int, list[Slice]] = defaultdict(list)
    for item in group:
        places[round(depth_of(item) / SAME_POSITION_MM)].append(item)
    if any(len({item.time for item in here}) < len(here) for here in places.values()):
        return [group]
    phases: dict[int, list[Slice]] = defaultdict(list)
    for here in places.values():
        for number, item in enumerate(sorted(here, key=lambda item: item.time)):
            phases[number].append(item)
    return list(phases.values())


def _without_repeats(stack: Sequence[Slice]) -> tuple[tuple[Slice, ...], int]:
    # Depth is rounded so that the lowest instance number comes first at one position.
    ordered = sorted(
        stack, key=lambda item: (round(depth_of(item) / SAME_POSITION_MM), item.instance)
    )
    kept: list[Slice] = []
    for item in ordered:
        if not kept or depth_of(item) - depth_of(kept[-1]) > SAME_POSITION_MM:
            kept.append(item)
    return tuple(kept), len(stack) - len(kept)


def _ranked(
    stacks: list[list[Slice]], shows: Callable[[Sequence[Slice]], float]
) -> list[list[Slice]]:
    by_size = sorted(stacks, key=_rank)
    able = [
        stack for stack in by_size[:MOST_LOOKED_AT] if _is_axial(stack) and len(stack) >= MIN_SLICES
    ]
    if len(able) < 2:
        return by_size
    shown = [shows(_without_repeats(stack)[0]) for stack in able]
    alike = max(shown) - AS_MUCH_MM
    best = next(stack for stack, found in zip(able, shown, strict=True) if found >= alike)
    return [best, *(stack for stack in by_size if stack is not best)]


def _is_axial(stack: Sequence[Slice]) -> bool:
    return bool(abs(normal_of(stack[0])[2]) >= AXIAL_COSINE)


def _rank(stack: list[Slice]) -> tuple[bool, int, int, int]:
    first = stack[0]
    return not _is_axial(stack), -len(stack), first.series_number or 0, first.acquisition


def _choice_notes(stacks: list[list[Slice]], others: Counter[str]) -> tuple[str, ...]:
    notes = []
    best, *rest = stacks
    if rest:
        listed = ", ".join(_brief(stack) for stack in rest[:MOST_LISTED])
        more = f" and {len(rest) - MOST_LISTED} more" if len(rest) > MOST_LISTED else ""
        notes.append(
            f"The files hold {len(stacks)} stacks of CT slices; {name_of(best)}, was read and "
            f"these were left out: {listed}{more}."
        )
    if plane_of(best[0]) != "axial":
        notes.append(f"There is no axial series; this one is {plane_of(best[0])}.")
    if others:
        notes.append(f"Left out besides: {_counted(others)}.")
    return tuple(notes)


def _brief(stack: list[Slice]) -> str:
    number = stack[0].series_number
    series = "unnumbered series" if number is None else f"series {number}"
    return f"{len(stack)} {plane_of(stack[0])} of {series}"


def _places(count: int) -> str:
    return "one and the same place" if count == 1 else f"{count} places only"


def _repeat_notes(repeated: int, kept: int) -> tuple[str, ...]:
    if not repeated:
        return ()
    mixed = ""
    if repeated > MOST_OVERLAP * kept:
        mixed = "; nothing in the headers tells phases apart, so they may be mixed"
    return (
        f"{repeated} {'slices repeat' if repeated > 1 else 'slice repeats'} the position of "
        f"another one; the lowest instance number was kept{mixed}.",
    )


def _nothing_found(others: Counter[str]) -> UnreadableScan | UnsupportedScan:
    if set(others) == {"damaged DICOM file"}:
        return UnreadableScan(
            f"The DICOM data is damaged or incomplete ({_counted(others)}); copy or export the "
            "series again."
        )
    if set(others) == {"deflated DICOM file"}:
        return UnsupportedScan(
            f"The DICOM data is deflated as a whole ({_counted(others)}), which is not read here; "
            "export the series uncompressed or as lossless JPEG."
        )
    return UnsupportedScan(
        f"There is no CT slice among the DICOM files ({_counted(others)}); choose an abdominal "
        "CT series."
    )


def _counted(others: Counter[str]) -> str:
    return ", ".join(
        f"{count} {_plural(reason) if count > 1 else reason}"
        for reason, count in others.most_common(MOST_LISTED)
    )


def _plural(reason: str) -> str:
    # The noun that is counted is the first: “images without positions”.
    counted = NOUN.sub(r"\1s", reason, count=1)
    for one, several in PLURALS.items():
        counted = counted.replace(one, several)
    return counted
