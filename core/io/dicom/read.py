"""Read a CT from DICOM files: one stack of slices, in Hounsfield units."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydicom.dataset import Dataset

from core.errors import UnsupportedScan
from core.io.dicom.abdomen import abdomen_mm
from core.io.dicom.geometry import fill_planes, lay_out
from core.io.dicom.kept import burned_notes, dropped_names, kept_headers
from core.io.dicom.pixels import decode
from core.io.dicom.slices import Slice, load, survey
from core.io.dicom.stack import choose_stack, name_of, plane_of
from core.io.digest import sha256_of
from core.io.limits import check_shape, check_spacing
from core.volume import Series, Volume, volume_from_array


def read_dicom(
    paths: Sequence[Path],
    *,
    digest: str | None = None,
    series: str | None = None,
) -> Volume:
    """Read the axial CT among the DICOM files `paths` that shows most of an abdomen.

    Slices are ordered by position; each has its own rescale slope and intercept. Planes
    that bridge a missing slice are interpolated, so `dicom_headers` may be fewer than
    the planes of the native grid. A multi-frame file gives its one header.

    Parameters
    ----------
    digest : SHA-256 to record; by default that of the files read, in slice order.
    series : key of the series to read, as `Volume.series` has them; by default the one that shows
        most of an abdomen.

    Raises
    ------
    UnreadableScan : no file can be decoded.
    UnsupportedScan : the files hold no CT volume, or one that is too large.
    """
    choice = choose_stack(*survey(paths), abdomen_mm, series)
    stack = choice.slices
    layout = lay_out(stack)
    check_shape((stack[0].columns, stack[0].rows, len(layout.at)))
    check_spacing(layout.affine)
    slices, scale_notes = with_scale(layout.slices)
    hu, resigned = decode(slices)
    planes = hu if layout.even else fill_planes(hu, layout.at)
    files = list(dict.fromkeys(item.path for item in layout.slices))
    headers = kept_headers(files)
    volume = volume_from_array(
        planes.transpose(2, 1, 0),
        layout.affine,
        source=name_of(layout.slices),
        digest=_digest_of(digest, series) or sha256_of(files),
        notes=(
            *choice.notes,
            *layout.notes,
            *scale_notes,
            *_sign_notes(resigned),
            *_loss_notes(headers),
            *burned_notes(headers),
        ),
        dicom_headers=headers,
        series=tuple(_described(key, one) for key, one in choice.able.items()),
    )
    return replace(volume, dropped=dropped_names(files[0]))


def _digest_of(container: str | None, series: str | None) -> str | None:
    """Stand for a container, or for a series of it that was chosen on purpose."""
    if container is None or series is None:
        return container
    return hashlib.sha256(f"{container} series {series}".encode()).hexdigest()


def _described(key: str, stack: Sequence[Slice]) -> Series:
    header = load(stack[0].path, tags=["SeriesDescription", "StudyDate"])
    day = str(header.get("StudyDate") or "")
    return Series(
        key,
        len(stack),
        plane_of(stack[0]),
        str(header.get("SeriesDescription") or "").strip()[:64],
        f"{day[:4]}-{day[4:6]}-{day[6:]}" if len(day) == 8 and day.isdigit() else "",
    )


def with_scale(slices: Sequence[Slice]) -> tuple[list[Slice], tuple[str, ...]]:
    """Give slices without rescale slope and intercept those of the others, where all agree.

    Returns the slices, and notes on what was not known. Raises UnsupportedScan where the others
    do not agree.
    """
    known = {(each.slope, each.intercept) for each in slices if _is_scaled(each)}
    unscaled = sum(not _is_scaled(each) for each in slices)
    if not unscaled:
        return list(slices), ()
    named = f"{unscaled} {'slices name' if unscaled > 1 else 'slice names'}"
    if not known:
        return list(slices), (
            f"{named} no rescale slope and intercept; the stored numbers were taken as Hounsfield "
            "units.",
        )
    if len(known) > 1:
        raise UnsupportedScan(
            f"{named} no rescale slope and intercept, and those of the other slices differ, so the "
            "densities are not known; export the series again."
        )
    slope, intercept = known.pop()
    scaled = [
        each if _is_scaled(each) else replace(each, slope=slope, intercept=intercept)
        for each in slices
    ]
    return scaled, (
        f"{named} no rescale slope and intercept; those of the other slices ({slope:g} and "
        f"{intercept:g}) were used.",
    )


def _is_scaled(item: Slice) -> bool:
    return item.slope is not None and item.intercept is not None


def _sign_notes(resigned: int) -> tuple[str, ...]:
    if not resigned:
        return ()
    slices = "1 slice is" if resigned == 1 else f"{resigned} slices are"
    return (
        f"{slices} called unsigned by the header but hold negative numbers; they were read so.",
    )


def _loss_notes(headers: Sequence[Dataset]) -> tuple[str, ...]:
    lossy = sum(header.get("LossyImageCompression") == "01" for header in headers)
    if not lossy:
        return ()
    return (
        f"{lossy} {'slices were' if lossy > 1 else 'slice was'} compressed with loss; densities "
        "and fine edges are not the original ones.",
    )
