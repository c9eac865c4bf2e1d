"""Read a CT from DICOM files: one stack of slices, in Hounsfield units."""

from collections.abc import Sequence
from pathlib import Path

from pydicom.dataset import Dataset

from core.io.dicom.geometry import fill_planes, lay_out
from core.io.dicom.pixels import decode
from core.io.dicom.slices import Slice, load, survey
from core.io.dicom.stack import choose_stack, name_of
from core.io.digest import sha256_of
from core.io.limits import check_shape, check_spacing
from core.volume import Volume, volume_from_array


def read_dicom(
    paths: Sequence[Path], *, source: str | None = None, digest: str | None = None
) -> Volume:
    """Read the largest axial CT among the DICOM files `paths`.

    Slices are ordered by position; each has its own rescale slope and intercept. Planes
    that bridge a missing slice are interpolated, so `dicom_headers` may be fewer than
    the planes of the native grid. A multi-frame file gives its one header.

    Parameters
    ----------
    source : name to record; by default ``CT series 3, 52 slices``.
    digest : SHA-256 to record; by default that of the files read, in slice order.

    Raises
    ------
    UnreadableScan : no file can be decoded.
    UnsupportedScan : the files hold no CT volume, or one that is too large.
    """
    stack, choice_notes = choose_stack(*survey(paths))
    layout = lay_out(stack)
    check_shape((stack[0].columns, stack[0].rows, len(layout.at)))
    check_spacing(layout.affine)
    hu = decode(layout.slices)
    planes = hu if layout.even else fill_planes(hu, layout.at)
    files = list(dict.fromkeys(item.path for item in layout.slices))
    headers = tuple(load(file) for file in files)
    return volume_from_array(
        planes.transpose(2, 1, 0),
        layout.affine,
        source=source or name_of(layout.slices),
        digest=digest or sha256_of(files),
        notes=(
            *choice_notes,
            *layout.notes,
            *_scale_notes(layout.slices),
            *_loss_notes(headers),
        ),
        dicom_headers=headers,
    )


def _scale_notes(slices: Sequence[Slice]) -> tuple[str, ...]:
    unscaled = sum(item.slope is None or item.intercept is None for item in slices)
    if not unscaled:
        return ()
    return (
        f"{unscaled} {'slices name' if unscaled > 1 else 'slice names'} no rescale slope and "
        "intercept; the stored numbers were taken as Hounsfield units.",
    )


def _loss_notes(headers: Sequence[Dataset]) -> tuple[str, ...]:
    lossy = sum(header.get("LossyImageCompression") == "01" for header in headers)
    if not lossy:
        return ()
    return (
        f"{lossy} {'slices were' if lossy > 1 else 'slice was'} compressed with loss; densities "
        "and fine edges are not the original ones.",
    )
