"""Make a file wrong: in its bytes, or in what it says of itself, so that the damage goes deep."""

import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pydicom
from pydicom.datadict import keyword_for_tag

INTEGERS = (
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    65536,
    2**31 - 1,
    2**32 - 1,
    -(2**31),
)
FLOATS = (0.0, -0.0, 1e-38, 1e38, float("inf"), float("-inf"), float("nan"), -1.0, 1e9)
ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1e309, -1e309, float("nan"), 10**40, 2**63, "", "x" * 5000, "\0",
    "../../etc/passwd", "~nosuchuser/x", "=1+1", [], {}, [[]], {"": None}, [1, 2, 3], "9" * 5000,
)  # fmt: skip
WORDS = (
    "", "0", "-1", "1e400", "nan", "inf", "1\\2", "1\\2\\3", "1\\2\\3\\4\\5\\6", "x", "\\", "..",
    "9" * 70, "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "é",
    "\0",
)  # fmt: skip
# Of a NIfTI-1 header: byte, count, format.
NIFTI_FIELDS = (
    (0, 1, "i"), (39, 1, "b"), (40, 8, "h"), (70, 1, "h"), (72, 1, "h"), (76, 8, "f"),
    (108, 1, "f"), (112, 2, "f"), (123, 1, "b"), (252, 2, "h"), (256, 6, "f"), (280, 12, "f"),
    (344, 4, "b"),
)  # fmt: skip
BLOCK = 4096
# Bombs are damaged as they are.
LARGE, LARGE_DICOM = 4_000_000, 100_000


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Damage a file as its content suggests, or, one time in four, without looking at it."""
    if chance.random() < 0.25:
        return of_bytes(data, chance)
    for is_of, change in KINDS:
        if is_of(data):
            return change(data, chance)
    return of_bytes(data, chance)


def of_bytes(data: bytes, chance: random.Random) -> bytes:
    """Cut, flip, overwrite, insert, repeat, one to four times; more often near the start."""
    for _ in range(chance.randint(1, 4)):
        at = int(len(data) * chance.random() ** 3) if data else 0
        step = chance.choice(STEPS)
        data = step(data, at, chance)
    return data


def _cut(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at]


def _flip(data: bytes, at: int, chance: random.Random) -> bytes:
    return (
        data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :] if data else b""
    )


def _number(data: bytes, at: int, chance: random.Random) -> bytes:
    order = chance.choice("<>")
    if chance.random() < 0.3:
        written = struct.pack(
            f"{order}{chance.choice('fd')}", chance.choice(FLOATS[:3] + FLOATS[4:])
        )
    else:
        size, kind = chance.choice([(1, "B"), (2, "H"), (4, "I"), (8, "Q")])
        written = struct.pack(order + kind, chance.choice(INTEGERS) % 256**size)
    return data[:at] + written + data[at + len(written) :]


def _insert(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + chance.randbytes(chance.choice([1, 4, 64])) + data[at:]


def _delete(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + data[at + chance.choice([1, 2, 16, 512]) :]


def _repeat(data: bytes, at: int, chance: random.Random) -> bytes:
    return data[:at] + data[at : at + BLOCK] * chance.choice([2, 8]) + data[at + BLOCK :]


def _fill(data: bytes, at: int, chance: random.Random) -> bytes:
    size = chance.choice([4, 64, 1024])
    return data[:at] + bytes([chance.choice([0, 255])]) * size + data[at + size :]


STEPS: tuple[Callable[[bytes, int, random.Random], bytes], ...] = (
    _cut, _flip, _flip, _number, _number, _insert, _delete, _repeat, _fill,
)  # fmt: skip


def of_json(data: bytes, chance: random.Random) -> bytes:
    """Put an odd value in the place of one, leave one out, or nest without end."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(data, chance)
    places = list(_places(told))
    if not places or chance.random() < 0.05:
        return b"[" * 20_000 if chance.random() < 0.5 else json.dumps(chance.choice(ODD)).encode()
    for holder, key in chance.sample(places, min(len(places), chance.randint(1, 2))):
        try:
            if chance.random() < 0.2:
                del holder[key]
            else:
                holder[key] = chance.choice(ODD)
        except (KeyError, IndexError):
            continue
    written = json.dumps(told)
    if chance.random() < 0.05:
        written = written.replace("1", "9" * 5000, 1)
    return written.encode()


def _places(told: Any) -> Iterator[tuple[Any, Any]]:
    inner = (
        told.items()
        if isinstance(told, dict)
        else enumerate(told)
        if isinstance(told, list)
        else ()
    )
    for key, value in list(inner):
        yield told, key
        yield from _places(value)


def of_zip(data: bytes, chance: random.Random) -> bytes:
    """Damage, rename, repeat or leave out members, and pack them again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGE:
                return of_bytes(data, chance)
            members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return of_bytes(data, chance)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(members))
        name, content = members[at]
        match chance.randrange(10):
            case 0:
                del members[at]
            case 1:
                members[at] = (chance.choice(NAMES), content)
            case 2:
                members.append((name, mutated(content, chance)))
            case _:
                members[at] = (name, mutated(content, chance))
        if not members:
            break
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name or "_"), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


NAMES = (
    "../../x",
    "/etc/passwd",
    "a" * 300,
    "run.json",
    "session.json",
    ".hidden",
    "a\\b",
    "é\u202e",
    "con",
)


def of_gzip(data: bytes, chance: random.Random) -> bytes:
    """Damage what is compressed."""
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            inside = stream.read(LARGE + 1)
    except (OSError, EOFError, zlib.error):
        return of_bytes(data, chance)
    if len(inside) > LARGE:
        return of_bytes(data, chance)
    return gzip.compress(mutated(inside, chance), 1)


def of_nifti(data: bytes, chance: random.Random) -> bytes:
    """Write odd numbers into one to three fields of the header."""
    written = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at, count, kind = chance.choice(NIFTI_FIELDS)
        at += chance.randrange(count) * struct.calcsize(kind)
        if kind == "f":
            value: float = chance.choice([*FLOATS, chance.uniform(-500, 500)])
            written[at : at + 4] = struct.pack("<f", value)
        else:
            size = struct.calcsize(kind)
            number = chance.choice([*INTEGERS, *range(20), 512, 768]) % 256**size
            written[at : at + size] = number.to_bytes(size, "little")
    return bytes(written)


def of_dicom(data: bytes, chance: random.Random) -> bytes:
    """Give elements odd values, or leave them out."""
    if len(data) > LARGE_DICOM:
        return of_bytes(data, chance)
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        for _ in range(chance.randint(1, 3)):
            tag = chance.choice(list(dataset.keys()))
            if chance.random() < 0.3:
                del dataset[tag]
            elif keyword_for_tag(tag) != "PixelData":
                element = dataset[tag]
                words = chance.choice(WORDS)
                element._value = (
                    words
                    if element.VR not in ("US", "SS", "UL")
                    else chance.choice(INTEGERS) % 65536
                )
            else:
                dataset[tag]._value = of_bytes(dataset.PixelData, chance)
        written = io.BytesIO()
        dataset.save_as(written)
        return written.getvalue()
    # Whatever the writer makes of it: the bytes are damaged then.
    except Exception:
        return of_bytes(data, chance)


KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes, random.Random], bytes]], ...] = (
    (lambda data: data[:2] == b"PK", of_zip),
    (lambda data: data[:2] == b"\x1f\x8b", of_gzip),
    (lambda data: data[128:132] == b"DICM", of_dicom),
    (lambda data: data[:4] == b"\x5c\x01\0\0", of_nifti),
    (lambda data: data[:1] in (b"{", b"["), of_json),
)
