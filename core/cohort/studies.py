"""Find the scans below any folders: files, and DICOM series by their headers, one item each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from core.errors import BadCohort
from core.io.limits import MIN_SLICES

# What is read as it is, by the end of its name; of other files the first bytes decide.
SCANS = (".nii", ".nii.gz", ".nrrd", ".mha", ".zip", ".tar", ".tar.gz", ".tgz")
# Labels that lie beside scans, in LiTS and Decathlon layout; and what macOS leaves.
LABELS = ("segmentation-", "labels", "._")
OTHERS = (".json", ".txt", ".csv", ".png", ".jpg", ".webp", ".parquet", ".md", ".pdf", ".xml")
PREAMBLE = 128
# How often it is told how many files were looked at.
EVERY = 1000


@dataclass(frozen=True)
class Item:
    """One scan of a cohort.

    Parameters
    ----------
    name : of its folder among the results; no two are alike.
    places : paths or URLs of its file, or of the files of its DICOM series, in order.
    stamp : changes with the files, by their names, sizes and times.
    source : its file, or the first of its series, as it lies below the place that was given.
    """

    name: str
    places: tuple[str, ...]
    stamp: str
    source: str


@dataclass(frozen=True)
class _File:
    place: str
    stamp: tuple[str, ...]


def find_items(
    inputs: Sequence[str], tell: Callable[[str], None] = lambda text: None
) -> list[Item]:
    """List the scans among `inputs`: files, or folders that are searched to any depth.

    Parameters
    ----------
    inputs : paths, or URLs as `fsspec` knows them (``s3://bucket/scans``).
    tell : is told how many files were looked at, and what was left out.

    Raises BadCohort where there is none, or a place cannot be listed.
    """
    found: dict[str, Item] = {}
    for given in inputs:
        for item in _items_below(given, tell):
            # The same name twice: by its files one is told from the other.
            name = item.name if item.name not in found else f"{item.name}-{item.stamp[:6]}"
            found[name] = replace(item, name=name)
    if not found:
        raise BadCohort(
            f"There is no scan in {', '.join(inputs)}: expected NIfTI, NRRD, MetaImage, DICOM or "
            "archives of them."
        )
    return [found[name] for name in sorted(found)]


def _items_below(given: str, tell: Callable[[str], None]) -> Iterator[Item]:
    files, root = _listed(given)
    slices: dict[tuple[str, str], list[_File]] = {}
    for number, file in enumerate(files, start=1):
        if number % EVERY == 0:
            tell(f"{number:,} of {len(files):,} files looked at")
        path = PurePosixPath(file.place)
        name = path.name.casefold()
        if any(part.startswith(LABELS) for part in (name, path.parent.name.casefold())):
            continue
        if name.endswith(SCANS):
            below = _below(file.place, root)
            yield Item(_name_of(below), (file.place,), _stamp([file], root), str(below))
        elif not name.endswith(OTHERS) and (known := _series_of(file.place)) is not None:
            slices.setdefault(known, []).append(file)
    for (study, series), members in sorted(slices.items()):
        if len(members) < MIN_SLICES and not series.endswith("frames"):
            tell(f"left out: a series of {len(members)} DICOM file(s), as localizers have them")
            continue
        short = [sha256(uid.encode()).hexdigest()[:8] for uid in (study, series)]
        places = tuple(member.place for member in members)
        first = str(_below(places[0], root))
        yield Item(f"study-{short[0]}-series-{short[1]}", places, _stamp(members, root), first)


def _listed(given: str) -> tuple[list[_File], str]:
    """List the files below a place, and the place as its file system names it."""
    from fsspec.core import url_to_fs

    try:
        system, root = url_to_fs(given)
        if not system.exists(root):
            raise BadCohort(f"There is no “{given}”; check its name and place.")
        known: dict[str, dict[str, Any]] = system.find(root, detail=True)
    except (OSError, ImportError, ValueError) as error:
        raise BadCohort(
            f"“{given}” cannot be listed ({error}); check the name, and who may read it."
        ) from error
    files = [
        _File(system.unstrip_protocol(name) if "://" in given else name, _stamp_of(facts))
        for name, facts in sorted(known.items())
    ]
    return files, root


def _stamp_of(facts: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        str(facts[name]) for name in ("size", "mtime", "ETag", "LastModified") if name in facts
    )


def _stamp(files: Iterable[_File], root: str) -> str:
    """Name files by where they lie below `root`, so that an archive may move."""
    told = sha256()
    for file in files:
        told.update("\0".join((str(_below(file.place, root)), *file.stamp)).encode())
    return told.hexdigest()


def _below(place: str, root: str) -> PurePosixPath:
    """Tell where a file lies below the place that was given."""
    path = PurePosixPath(place.partition("://")[2] or place)
    base = PurePosixPath(root)
    return path.relative_to(base) if base in path.parents else PurePosixPath(path.name)


def _name_of(below: PurePosixPath) -> str:
    """Name a folder of results by where its scan lies."""
    name = "-".join(below.parts)
    for suffix in sorted(SCANS, key=len, reverse=True):
        if name.casefold().endswith(suffix):
            name = name[: -len(suffix)]
            break
    kept = "".join(sign if sign.isalnum() or sign in "._-" else "-" for sign in name)
    return kept.strip("-.") or "scan"


def _series_of(place: str) -> tuple[str, str] | None:
    """Tell of which study and series a DICOM file of a CT is; None where it is none."""
    import fsspec
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    wanted = ["StudyInstanceUID", "SeriesInstanceUID", "Modality", "NumberOfFrames"]
    try:
        with fsspec.open(place, "rb") as file:
            if file.read(PREAMBLE + 4)[PREAMBLE:] != b"DICM":
                return None
            file.seek(0)
            header = dcmread(file, stop_before_pixels=True, specific_tags=wanted)
    # A damaged file is no slice of anything; its series is told to lack it when it is read.
    except (OSError, InvalidDicomError, ValueError, AttributeError, KeyError, NotImplementedError):
        return None
    if header.get("Modality") != "CT":
        return None
    frames = " frames" if int(header.get("NumberOfFrames") or 1) >= MIN_SLICES else ""
    return str(header.get("StudyInstanceUID")), f"{header.get('SeriesInstanceUID')}{frames}"
