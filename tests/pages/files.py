"""Uploads: a scan that can be read, and every sort that cannot."""

import gzip
import io

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests import scene

Upload = tuple[str, bytes, str]
MIME = "application/octet-stream"


def nifti(array: NDArray[np.generic]) -> bytes:
    image = nib.Nifti1Image(array, scene.affine_of())
    image.header.set_xyzt_units("mm")
    return bytes(image.to_bytes())


def good(name: str = "scan.nii.gz", shift: int = 0) -> Upload:
    hu, _ = scene.draw()
    return name, gzip.compress(nifti(hu + np.int16(shift)), 1), MIME


def huge_header() -> bytes:
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_data_shape((2000, 2000, 600))
    return gzip.compress(header.binaryblock + bytes(4), 9)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (64, 64), 90).save(buffer, "PNG")
    return buffer.getvalue()


def rgb() -> bytes:
    color = np.zeros((32, 32, 8), np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")]))
    return nifti(color)


def mr_like() -> bytes:
    """Bright tissue on black, of an arbitrary scale, without a negative value."""
    hu, labels = scene.draw()
    noise = np.random.default_rng(0).integers(0, 40, hu.shape)
    return nifti(
        np.where(hu > scene.AIR, 500 + np.int16(300) * labels + noise, noise).astype(np.int16)
    )


def bad_files() -> dict[str, Upload]:
    whole = good()[1]
    damaged = bytearray(whole)
    damaged[len(whole) // 2 : len(whole) // 2 + 64] = bytes(64)
    missing = scene.draw()[0].astype(np.float32)
    missing[3:9] = np.nan
    contents = {
        "corrupt.nii.gz": bytes(damaged),
        "empty.nii": b"",
        "truncated.nii.gz": whole[: len(whole) // 2],
        "text.nii.gz": b"This is no scan at all.\n" * 30,
        "picture.nii": png(),
        "huge.nii.gz": huge_header(),
        "flat.nii": nifti(np.zeros((64, 64), np.int16)),
        "not-a-number.nii": nifti(missing),
        "color.nii": rgb(),
        "a *star* [and](more).zip": b"PK\x05\x06" + bytes(18),
    }
    return {name: (name, content, MIME) for name, content in contents.items()}
