"""What a worker does with one scan of a cohort; it may be done again, and nothing is done twice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from time import perf_counter

from core.cascade.networks import load_networks
from core.cascade.segmentation import Segmentation
from core.cohort.one_by_one import in_a_sentence, write_case
from core.cohort.rows import DONE, FAILED, Row, put_row, row, row_in
from core.cohort.studies import Item
from core.errors import HepatoScopeError
from core.io.apart import apart, read_apart
from core.io.dicom.read import read_dicom
from core.models.store import preset_digests
from core.presets import preset_named
from core.process.scratch import scratch
from core.study import Examined, examine
from core.volume import Volume, unnamed
from core.workspace.ranking import doubt_of


@dataclass(frozen=True)
class Order:
    """How the scans of a cohort are segmented.

    Parameters
    ----------
    out : folder of the results, the same for all workers.
    models : SHA-256 of the weights by the network's part in the cascade.
    named : whether findings tell the names of files.
    again : whether what failed before is tried again.
    """

    out: str
    preset: str
    models: tuple[tuple[str, str], ...]
    named: bool = False
    again: bool = False

    @classmethod
    def of(cls, out: Path, preset: str, *, named: bool = False, again: bool = False) -> "Order":
        """Order what the weights of this machine make; WeightsMissing where there are none."""
        digests = preset_digests(preset_named(preset))
        return cls(str(out), preset, tuple(sorted(digests.items())), named, again)

    @property
    def made_by(self) -> str:
        """Name the weights."""
        return ",".join(digest[:16] for _, digest in self.models)


def finished(item: Item, order: Order) -> Row | None:
    """Give the row of a scan that was done before, in the same way, of the same files."""
    known = row_in(Path(order.out) / item.name)
    if known is None or (known["state"] == FAILED and order.again):
        return None
    same = known["stamp"], known["preset"], known["models"]
    return known if same == (item.stamp, order.preset, order.made_by) else None


def segment_item(item: Item, order: Order) -> Row:
    """Segment one scan into its folder, and give its row; a bad one is a row with its sentence."""
    known = finished(item, order)
    if known is not None:
        return known
    began, folder = perf_counter(), Path(order.out) / item.name
    common = {
        "case": item.name,
        "input": item.source,
        "preset": order.preset,
        "models": order.made_by,
        "stamp": item.stamp,
    }
    try:
        preset = preset_named(order.preset)
        networks = load_networks(preset)
        volume = read_item(item, order)
        study = examine(volume, preset, networks=networks).known
        write_case(folder, study)
        told = _told(study) | {"state": DONE}
    except (HepatoScopeError, OSError) as error:
        told = {"state": FAILED, "reason": in_a_sentence(error)}
    made = row(**common, **told, seconds=round(perf_counter() - began, 2))
    put_row(folder, made)
    return made


def read_item(item: Item, order: Order) -> Volume:
    """Read the scan of an item, wherever it lies; raises HepatoScopeError and OSError."""
    with _here(item.places) as paths:
        volume = _read(paths)
    return volume if order.named else unnamed(volume)


@contextmanager
def _here(places: Sequence[str]) -> Iterator[list[Path]]:
    """Have files on a disk of this machine for as long as the block takes."""
    if not any("://" in place for place in places):
        yield [Path(place) for place in places]
        return
    import fsspec

    with scratch() as folder:
        paths = []
        for number, place in enumerate(places):
            path = folder / f"{number:06}-{PurePosixPath(place).name}"
            with fsspec.open(place, "rb") as source, path.open("wb") as target:
                while part := source.read(2**22):
                    target.write(part)
            paths.append(path)
        yield paths


def _read(paths: list[Path]) -> Volume:
    if len(paths) == 1:
        return read_apart(paths[0])
    return apart(read_dicom, paths, name=f"series of {len(paths)} files")


def _told(study: Examined) -> Row:
    volume, findings, found = study.volume, study.findings, study.segmentation
    assert isinstance(found, Segmentation)
    doubt = doubt_of(volume, found)
    known = findings.to_dict()
    lesions = known["lesions"]
    x, y, z = volume.spacing
    return {
        "source_sha256": volume.digest,
        "slices": volume.shape[2],
        "spacing_x_mm": round(x, 4),
        "spacing_y_mm": round(y, 4),
        "spacing_z_mm": round(z, 4),
        "liver_volume_ml": known["liver_volume_ml"],
        "tumor_volume_ml": known["tumor_volume_ml"],
        "tumor_burden_percent": known["tumor_burden_percent"],
        "lesions": len(lesions),
        "longest_diameter_mm": max((one["longest_diameter_mm"] for one in lesions), default=None),
        "liver_mean_hu": known["liver_mean_hu"],
        "warnings": len(findings.warnings),
        "quality": " ".join(one.code for one in study.quality),
        "expected_dice": doubt.expected_dice,
        "expected_wrong_ml": doubt.expected_wrong_ml,
        "worst_slice": doubt.worst,
        "agreement": None if found.agreement is None else round(found.agreement, 4),
        **_person(volume),
    }


def _person(volume: Volume) -> Row:
    """Tell age, sex and date of the study, where DICOM headers do; never whose they are."""
    if not volume.dicom_headers:
        return {}
    header = volume.dicom_headers[0]
    day, born = (_day(header.get(name)) for name in ("StudyDate", "PatientBirthDate"))
    age = None if day is None or born is None else round((day - born).days / 365.25, 1)
    sex = str(header.get("PatientSex") or "")
    return {
        "age_years": age if age is None or 0 <= age < 130 else None,
        "sex": sex if sex in ("F", "M", "O") else None,
        "study_date": None if day is None else day.isoformat(),
    }


def _day(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told))
    except ValueError:
        return None
