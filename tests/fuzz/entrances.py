"""Where bytes come in that nobody vouches for: valid inputs of each, and what takes them."""

import gzip
import io
import json
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import nibabel as nib
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import SimpleITK
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from core.cohort.one_by_one import place_of
from core.editing.apply import replay
from core.editing.edits import (
    Act,
    Between,
    Correction,
    Edit,
    Fill,
    Lesion,
    Pen,
    Polygon,
    Smooth,
    Stroke,
    Target,
    marked,
)
from core.editing.file import edits_from_json, edits_to_json, read_edits
from core.errors import BadDataset, HepatoScopeError, ProcessEnded, UnreadableScan
from core.evaluation.zipped import _is_text, read_zipped_run
from core.foundation.llava import checkpoint as llava
from core.foundation.sam import checkpoint as sam
from core.foundation.sam.card import CARD_NAME, FILES
from core.geometry.slices import Plane
from core.io import read
from core.io.datasets import find_cases
from core.io.labels import read_truth
from core.io.structures import guess, labels_from, structures_in
from core.models.store import model_dir, read_card
from core.presets import preset_named
from core.report.case_folder import read_case
from core.report.written import written_from
from core.saved import is_saved, open_saved, save
from core.study import opened, segmented
from core.volume import Volume, to_native
from core.workspace.folder import entries, keep, open_case, workspace_at
from core.workspace.journal import Did, Event, append
from pages.common.uploads import saved
from pages.metrics.overview import to_csv
from pages.metrics.runs import run_facts
from tests.core.io.scans import ct_series, enhanced_ct, save_dicom, save_nifti, some_hu
from tests.fuzz.mutate import mutated
from tests.pages.runs import make_run, zipped
from tests.scene import fake_networks, scan

# Files by their names in a folder.
Files = dict[str, bytes]
NAMES = (
    "..",
    "",
    ".",
    "a" * 300,
    "\0",
    "ct\0.nii.gz",
    "é" * 200,
    "CON",
    "a/b",
    "a\\..\\b",
    " ",
    "\n",
    "~root",
)


@dataclass(frozen=True)
class Entrance:
    """One way in.

    Parameters
    ----------
    seeds : makes valid inputs, in a folder to work in.
    enter : takes the input in a folder; raises HepatoScopeError for what is wrong.
    memory_mb : that it may take beside what the process has.
    """

    name: str
    what: str
    seeds: Callable[[Path], list[Files]]
    enter: Callable[[Path], object]
    memory_mb: float = 1000


def hostile(entrance: Entrance, seeds: list[Files], seed: int) -> Files:
    """Make an input of `entrance` wrong, the same for the same number."""
    chance = random.Random(f"{entrance.name} {seed}")
    files = dict(chance.choice(seeds))
    for name in chance.sample(sorted(files), min(len(files), chance.randint(1, 2))):
        match chance.randrange(20):
            case 0:
                del files[name]
            case 1:
                files[name] = b""
            case _:
                files[name] = mutated(files[name], chance)
    return files


def written(files: Files, folder: Path) -> Path:
    """Write an input into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def files_in(folder: Path) -> Files:
    """Take an input from the folder that it lies in."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def only_file(folder: Path) -> Path:
    """Find the one file of an input; where it was left out an empty one takes its place."""
    path = next(folder.iterdir(), folder / "empty")
    path.touch()
    return path


@contextmanager
def without_processes() -> Iterator[None]:
    """Call here what the product calls in a process of its own, so that nothing hides behind it."""

    def direct(
        function: Callable[..., Any], *arguments: Any, progress: Any = None, **_: Any
    ) -> Any:
        try:
            return function(*arguments, **({} if progress is None else {"progress": progress}))
        except MemoryError as error:
            raise ProcessEnded("It wanted more memory than it may have; choose another.") from error

    with mock.patch("core.io.itk.run", direct), mock.patch("core.io.dicom.pixels.run", direct):
        yield


def _nifti_seeds(place: Path) -> list[Files]:
    hu = some_hu((20, 18, 6))
    floats = save_nifti(place / "f.nii", hu.astype(np.float32), scl_slope=1.0)
    return [
        {"ct.nii": save_nifti(place / "ct.nii", hu).read_bytes()},
        {"ct.nii.gz": save_nifti(place / "ct.nii.gz", hu).read_bytes()},
        {"ct.nii": floats.read_bytes()},
        {"bomb.nii.gz": _bomb_of(512, 512, 400)},
        {"thin.nii": save_nifti(place / "thin.nii", hu, np.diag([1.0, 1, 1, 1])).read_bytes()},
    ]


def _bomb_of(*shape: int) -> bytes:
    """Compress a NIfTI image of nothing: a thousandth of what it declares."""
    header = nib.Nifti1Header()
    header.set_data_shape(shape)
    header.set_data_dtype(np.int16)
    header["vox_offset"], header["magic"] = 352, b"n+1"
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(header.binaryblock + bytes(4))
        for _ in range(shape[2]):
            stream.write(bytes(2 * shape[0] * shape[1]))
    return packed.getvalue()


def _zip_bomb(megabytes: int) -> bytes:
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("0", "w") as one,
    ):
        for _ in range(megabytes):
            one.write(bytes(1_000_000))
    return packed.getvalue()


def _deflated_bomb(preamble: bool) -> bytes:
    meta, head = FileMetaDataset(), io.BytesIO()
    meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    write_file_meta_info(DicomFileLike(head), meta, enforce_standard=False)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    content = b"".join(packer.compress(bytes(1_000_000)) for _ in range(300)) + packer.flush()
    return (bytes(128) + b"DICM" if preamble else b"") + head.getvalue() + content


def _read_only(folder: Path) -> object:
    paths = [path for path in folder.iterdir() if path.is_file()]
    return opened(read(paths[0] if len(paths) == 1 else folder))


def _dicom_seeds(place: Path) -> list[Files]:
    hu = some_hu((5, 18, 20))
    series = []
    for syntax in (None, RLELossless, JPEGLSLossless):
        slices = ct_series(hu)
        for item in slices if syntax else ():
            item.compress(syntax, generate_instance_uid=False)
        folder = place / str(syntax)
        folder.mkdir()
        series.append(files_in(save_dicom(folder, slices)))
    frames = place / "frames"
    frames.mkdir()
    save_dicom(frames, [enhanced_ct(hu, range(5))])
    bombs = [{"bomb.dcm": _deflated_bomb(preamble)} for preamble in (True, False)]
    return [*series, files_in(frames), _in_one_place(series[0]), *bombs]


def _in_one_place(series: Files) -> Files:
    first = next(iter(series.values()))
    return {f"{number}.dcm": first for number in range(5)}


def _archive_seeds(place: Path) -> list[Files]:
    slices = _dicom_seeds(place)[0]
    nifti = _nifti_seeds(place)[0]
    as_zip, as_tar = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(as_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in slices.items():
            archive.writestr(f"series/{name}", content)
    with tarfile.open(fileobj=as_tar, mode="w:gz") as packed:
        for name, content in {**nifti}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    some = dict(list(slices.items())[:5])
    return [
        {"ct.zip": as_zip.getvalue()},
        {"ct.tar.gz": as_tar.getvalue()},
        {"bomb.zip": _zip_bomb(300)},
        {f"{name}.gz": gzip.compress(content) for name, content in some.items()},
    ]


def _itk_seeds(place: Path) -> list[Files]:
    image = SimpleITK.GetImageFromArray(some_hu((6, 18, 20)))
    found = []
    for name, packed in (
        ("ct.nrrd", True),
        ("ct.nrrd", False),
        ("ct.mha", True),
        ("ct.mha", False),
    ):
        SimpleITK.WriteImage(image, str(place / name), packed)
        found.append({name: (place / name).read_bytes()})
    return found


@cache
def _scanned() -> Volume:
    return scan()


def _label_seeds(place: Path) -> list[Files]:
    volume = _scanned()
    labels = np.zeros(volume.shape, np.uint8)
    labels[4:12, 4:12, 2:6], labels[6:8, 6:8, 3:4] = 1, 2
    return [
        {"t.nii.gz": save_nifti(place / "t.nii.gz", labels, volume.affine).read_bytes()},
        {
            "t.nii": save_nifti(
                place / "t.nii", labels.astype(np.float32), volume.affine
            ).read_bytes()
        },
    ]


def _read_labels(folder: Path) -> object:
    return read_truth(only_file(folder), _scanned())


def _dataset_seeds(place: Path) -> list[Files]:
    hu = some_hu((20, 18, 6))
    labels = (hu > 0).astype(np.uint8)
    ct = save_nifti(place / "ct.nii.gz", hu).read_bytes()
    truth = save_nifti(place / "t.nii.gz", labels).read_bytes()
    return [
        {"volume-1.nii.gz": ct, "segmentation-1.nii.gz": truth},
        {"imagesTr/liver_1.nii.gz": ct, "labelsTr/liver_1.nii.gz": truth, "dataset.json": b"{}"},
    ]


def _slice_seeds(place: Path) -> list[Files]:
    files: Files = {
        "dataset.json": json.dumps(
            {"hu_window": [-160, 240], "labels": {"1": "liver", "2": "tumor"}}
        ).encode()
    }
    gray = np.random.default_rng(0).integers(0, 255, (6, 20, 20), np.uint8)
    for number, picture in enumerate(gray):
        for name, kind, pixels in (("", "webp", picture), ("_mask", "png", picture // 128)):
            content = io.BytesIO()
            Image.fromarray(pixels).save(content, kind, lossless=True)
            files[f"train/volume-1/{number:03d}{name}.{kind}"] = content.getvalue()
    large, script = io.BytesIO(), b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"
    Image.new("1", (10_000, 10_000)).save(large, "png")
    first = "train/volume-1/000.webp"
    return [files, files | {first: large.getvalue()}, files | {first: script}]


def _read_cases(folder: Path) -> object:
    cases = find_cases(folder)
    return [case.read() for case in cases]


def _run_seeds(place: Path) -> list[Files]:
    folder = make_run(place / "run")
    honest = zipped(folder, "mine/")
    rows = 3_000_000
    bomb = pa.table({
        name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), ["x" * 300])
        if _is_text(kind) else pa.array(np.zeros(rows, np.int8))
        for name, kind in zip(*_columns(folder / "cases.parquet"), strict=True)
    })  # fmt: skip
    pq.write_table(bomb, folder / "cases.parquet", compression="zstd")
    return [{"run.zip": honest}, {"run.zip": honest}, {"run.zip": zipped(folder)}]


def _columns(path: Path) -> tuple[list[str], list[pa.DataType]]:
    schema = pq.read_schema(path)
    return schema.names, schema.types


def _read_run(folder: Path) -> object:
    run = read_zipped_run(only_file(folder), "run.zip")
    return run_facts(run), to_csv([run], [])


def _session_seeds(place: Path) -> list[Files]:
    study = segmented(opened(_scanned()), preset_named("focus"), networks=fake_networks())
    with_scan = {"s.zip": save(study, {"edits": {}, "kept": {}, "generated": None}, with_scan=True)}
    return [with_scan, {"s.zip": save(study, {"edits": {}}, with_scan=False)}]


def _open_session(folder: Path) -> object:
    path = only_file(folder)
    if not is_saved(path):
        return read(path)
    volume = _scanned()
    found = open_saved(path, {volume.digest: volume})
    return written_from(found.written, found.study.id)


def _checkpoint_seeds(place: Path) -> list[Files]:
    vision = {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 64,
        "patch_size": 8,
    }
    of_sam = {
        "model_type": "sam",
        "architectures": ["SamModel"],
        "vision_config": vision,
        "dtype": "float32",
    }
    of_llava = {
        "model_type": "llava",
        "architectures": ["LlavaForConditionalGeneration"],
        "vision_config": vision,
        "text_config": {
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "vocab_size": 100,
        },
    }
    index = {
        "weight_map": {
            "a": "model-00001-of-00002.safetensors",
            "b": "model-00002-of-00002.safetensors",
        }
    }
    return [
        {
            "config.json": json.dumps(of_sam).encode(),
            "model.safetensors": b"x",
            "preprocessor_config.json": b"{}",
        },
        {
            "config.json": json.dumps(of_llava).encode(),
            "model.safetensors.index.json": json.dumps(index).encode(),
            "model-00001-of-00002.safetensors": b"x",
            "model-00002-of-00002.safetensors": b"x",
            "processor_config.json": b"{}",
            "tokenizer.json": b"{}",
        },
        {
            name: (sam.SHIPPED_FOLDER / name).read_bytes() if name == CARD_NAME else b"x"
            for name in (CARD_NAME, *FILES)
        },
        {"place.txt": b"owner/model"},
        {"place.txt": b"~nosuchuser/x"},
        {"place.txt": ("x" * 5000).encode()},
        {"place.txt": b"\0"},
    ]


def _find_checkpoint(folder: Path) -> object:
    typed = folder / "place.txt"
    place = typed.read_text(errors="replace") if typed.is_file() else str(folder)
    try:
        return sam.find(place)
    finally:
        llava.find(place)


def _name_seeds(place: Path) -> list[Files]:
    ct = save_nifti(place / "ct.nii.gz", some_hu((20, 18, 6))).read_bytes()
    return [
        {"name": name.encode(), "ct": ct} for name in (*NAMES, "ct.nii.gz", "CT.NII", "=cmd.nii")
    ]


class _Sent:
    """A file as a browser sends it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.getbuffer = name, lambda: content


def _upload(folder: Path) -> object:
    known = files_in(folder)
    sent = _Sent(known.get("name", b"").decode(errors="replace"), known.get("ct", b""))
    with saved([sent]) as (path,):  # type: ignore[list-item]
        return opened(read(path)).title


def _folder_seeds(place: Path) -> list[Files]:
    from core.io.export import labels_to_nifti
    from core.record import findings_record, to_json

    study = segmented(opened(_scanned()), preset_named("focus"), networks=fake_networks())
    record = to_json(findings_record(study.known))
    return [
        {
            "findings.json": record.encode(),
            "labels.nii.gz": labels_to_nifti(study.volume, study.known.segmentation.labels),
        }
    ]


def _read_folder(folder: Path) -> object:
    place_of(folder, folder.name, folder.parent)
    if not (folder / "findings.json").is_file():
        raise BadDataset("There are no findings; segment the scan again.")
    return read_case(folder, _scanned())


def _card_seeds(place: Path) -> list[Files]:
    folder = model_dir("paper", "liver")
    return [{"card.json": (folder / "card.json").read_bytes()}]


def _corrected() -> NDArray[np.uint8]:
    """Labels that corrections begin with."""
    labels = np.zeros((20, 18, 8), np.uint8)
    labels[4:16, 4:14, 1:7] = 1
    labels[8:11, 8:11, 3:5] = 2
    return labels


def _edit_seeds(place: Path) -> list[Files]:
    pen, far = Pen(Target.TUMOR), Pen(Target.ORGAN, erase=True)
    edits: list[Edit] = [
        Stroke(pen, ((6.0, 6.0, 4.0), (9.0, 6.0, 4.0)), 2.0),
        Stroke(far, ((15.0, 13.0, 4.0),), 3.0, Plane.AXIAL),
        Polygon(pen, Plane.CORONAL, ((5.0, 9.0, 2.0), (12.0, 9.0, 2.0), (9.0, 9.0, 6.0))),
        marked(pen, (5, 5, 2), np.ones((3, 2, 2), bool), "SAM, a box"),
        Fill(Target.ORGAN),
        Smooth(Target.TUMOR, (9, 9, 4), 1.0),
        Between(Target.ORGAN, Plane.AXIAL, 1, 6),
        Lesion((9, 9, 4), Act.KEEP),
    ]
    made = [Correction(edit, "A. Reader", "2026-11-27T10:00:00Z") for edit in edits]
    files = [
        edits_to_json(part, _corrected(), "0" * 64, {}) for part in (made, made[:3], made[3:6])
    ]
    return [{"edits.json": content} for content in files]


def _replay(folder: Path) -> object:
    start = _corrected()
    made = edits_from_json(read_edits(only_file(folder)), start)
    return replay(start, [one.edit for one in made], (1.0, 1.0, 2.0)).sum()


@cache
def _series() -> Volume:
    """A DICOM series that segmentations refer to."""
    with TemporaryDirectory() as name:
        return read(save_dicom(Path(name), ct_series(some_hu((8, 20, 18)))))


def _mask_seeds(place: Path) -> list[Files]:
    from core.io.export import labels_to_dicom_seg

    volume = _series()
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:15, 3:17, 2:7], labels[4:8, 5:9, 4:6] = 1, 2
    organs = np.where(labels == 1, 5, labels).astype(np.uint8)
    total = save_nifti(place / "total.nii", to_native(organs, volume.native), volume.native.affine)
    return [
        {"seg.dcm": labels_to_dicom_seg(volume, labels)},
        {"total.nii": total.read_bytes()},
    ]


def _read_mask(folder: Path) -> object:
    path = only_file(folder)
    with mock.patch("core.io.structures.apart", _as_apart):
        found = structures_in(path)
        return guess(found), labels_from(path, _series(), guess(found)).sum()


def _as_apart(function: Callable[..., Any], *arguments: Any, name: str) -> Any:
    """Call here what is called apart, where whatever it raises becomes a sentence."""
    try:
        return function(*arguments)
    except (HepatoScopeError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableScan(f"“{name}” is damaged in a way that is not known here.") from error


def _workspace_seeds(place: Path) -> list[Files]:
    workspace = workspace_at(place / "workspace")
    study = segmented(opened(_scanned()), preset_named("focus"), networks=fake_networks())
    keep(workspace, study)
    x, y, z = np.argwhere(study.known.segmentation.labels == 1)[0].astype(float).tolist()
    made = Correction(Stroke(Pen(Target.TUMOR), ((x, y, z),), 6.0), "A. Reader")
    events = [Event(Did.MADE, made), Event(Did.UNDONE), Event(Did.REDONE), Event(Did.MADE, made)]
    append(workspace.folder(study.id), events)
    files = files_in(workspace.root)
    # Of the session another entrance tells; here it stays whole more often.
    return [files, {name: one for name, one in files.items() if not name.endswith("lock")}]


def _open_workspace(folder: Path) -> object:
    workspace = workspace_at(folder)
    listed = entries(workspace)
    if not listed:
        raise BadDataset("The workspace is empty; correct a case by hand.")
    return [open_case(workspace, one.id)[1].labels.sum() for one in listed]


ENTRANCES = {
    one.name: one
    for one in (
        Entrance("nifti", "NIfTI scans", _nifti_seeds, _read_only),
        Entrance("dicom", "DICOM series and frames", _dicom_seeds, _read_only),
        Entrance("archive", "zip, tar and gzip", _archive_seeds, _read_only),
        Entrance("itk", "NRRD and MetaImage", _itk_seeds, _read_only),
        Entrance("labels", "labels of a scan", _label_seeds, _read_labels),
        Entrance("dataset", "folders in LiTS and Decathlon layout", _dataset_seeds, _read_cases),
        Entrance("slices", "folders of slices", _slice_seeds, _read_cases),
        Entrance("run", "evaluation runs as zip", _run_seeds, _read_run),
        Entrance("session", "saved sessions", _session_seeds, _open_session),
        Entrance("checkpoint", "checkpoints, by place", _checkpoint_seeds, _find_checkpoint),
        Entrance("name", "names of uploads", _name_seeds, _upload),
        Entrance("case", "folders of finished cases", _folder_seeds, _read_folder),
        Entrance("card", "cards of networks", _card_seeds, read_card),
        Entrance("edits", "corrections by hand", _edit_seeds, _replay),
        Entrance("mask", "masks of one's own, NIfTI and DICOM SEG", _mask_seeds, _read_mask),
        Entrance("workspace", "folders of a workspace", _workspace_seeds, _open_workspace),
    )
}  # fmt: skip
