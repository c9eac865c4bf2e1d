"""Read a CT from NRRD or MetaImage, the formats of 3-D Slicer and ITK.

SimpleITK (Lowekamp et al., Frontiers in Neuroinformatics 2013) decodes: foreign code on untrusted
bytes, so in a process of its own. It writes NIfTI, which is then read with the same care as any.
"""

import re
from pathlib import Path
from typing import Any

from core.errors import HepatoScopeError, UnreadableScan, UnsupportedScan
from core.io.digest import sha256_of
from core.io.formats import Kind, first_bytes
from core.io.limits import check_shape
from core.io.nifti import read_nifti
from core.process import run
from core.process.scratch import scratch
from core.volume import Volume

IMAGE_IO = {Kind.NRRD: "NrrdImageIO", Kind.META: "MetaImageIO"}
# A header ends long before; what comes later is voxels.
HEADER_BYTES = 2**18
# Both may name files on the machine that reads them as the place of their voxels.
NRRD_ELSEWHERE = re.compile(rb"data ?file", re.IGNORECASE)
META_PLACE = re.compile(rb"ElementDataFile\s*=\s*(\S+)", re.IGNORECASE)
MOST_MB, SECONDS = 6000, 600


def read_itk(
    path: Path, kind: Kind, *, source: str | None = None, digest: str | None = None
) -> Volume:
    """Read a CT from an NRRD or a MetaImage file that holds its voxels.

    Parameters
    ----------
    kind : which of the two.
    source, digest : name and SHA-256 to record; those of the file unless given.

    Raises
    ------
    UnreadableScan : it is damaged.
    UnsupportedScan : its voxels are in another file, or it is nothing that `read_nifti` takes.
    """
    name = source or path.name
    _refuse_other_files(path, kind, name)
    with scratch() as folder:
        written = folder / "image.nii"
        trouble = run(
            rewrite, path, written, IMAGE_IO[kind],
            work=f"Reading “{name}”", memory_mb=MOST_MB, seconds=SECONDS,
        )  # fmt: skip
        if trouble is not None:
            raise UnreadableScan(f"“{name}” {trouble}")
        return read_nifti(written, source=name, digest=digest or sha256_of([path]))


def _refuse_other_files(path: Path, kind: Kind, name: str) -> None:
    head = first_bytes(path, HEADER_BYTES)
    if kind is Kind.NRRD:
        elsewhere = NRRD_ELSEWHERE.search(re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]) is not None
    else:
        place = META_PLACE.search(head)
        elsewhere = place is None or place[1].upper() != b"LOCAL"
    if elsewhere:
        raise UnsupportedScan(
            f"“{name}” is a header whose voxels are in another file; save the scan as one file "
            "(.nrrd or .mha), or as .nii.gz."
        )


def rewrite(path: Path, written: Path, image_io: str) -> str | None:
    """Write the image at `path` as NIfTI; tells in words what is wrong with it, if something is.

    Its size is known before its voxels are read.
    """
    import SimpleITK

    reader: Any = SimpleITK.ImageFileReader()
    reader.SetImageIO(image_io)
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        if reader.GetNumberOfComponents() > 1:
            return "holds several values at each voxel, as color does, not a CT; choose the CT."
        size = reader.GetSize()
        if len(size) == 4 and size[3] == 1:
            reader.SetExtractSize((*size[:3], 0))
            size = size[:3]
        if len(size) != 3:
            return f"has {len(size)} dimensions, but one CT volume is needed; save one of them."
        check_shape(size)
        SimpleITK.WriteImage(reader.Execute(), str(written))
    except HepatoScopeError as error:
        return f"cannot be read: {error}"
    except RuntimeError:
        return "is damaged or incomplete; save it again."
    return None
