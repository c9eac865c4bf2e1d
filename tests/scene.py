"""A body with a ball for a liver and a bright ball in it for a tumor, drawn by hand."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.volume import Volume, volume_from_array

AIR, FAT, BODY, LIVER, TUMOR = -1000, -100, 0, 100, 150
SHAPE, SPACING = (72, 60, 26), (4.0, 4.0, 6.0)
LIVER_MM, TUMOR_MM = 54.0, 20.0
LIVER_ML, TUMOR_ML = (4 / 3 * np.pi * radius**3 / 1000 for radius in (LIVER_MM, TUMOR_MM))
LIVER_AT, TUMOR_AT = (176.0, 126.0, 78.0), (190.0, 140.0, 84.0)

Triple = tuple[float, float, float]
Labels = NDArray[np.uint8]


def affine_of(spacing: Triple = SPACING) -> NDArray[np.float64]:
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = -140, -120, -700
    return affine


def ball(shape: tuple[int, ...], spacing: Triple, center_mm: Triple, radii: Triple) -> Labels:
    """Mark an ellipsoid; mm are counted from the outer corner of the first voxel."""
    axes = [
        (((np.arange(n) + 0.5) * step - at) / radius) ** 2
        for n, step, at, radius in zip(shape, spacing, center_mm, radii, strict=True)
    ]
    inside = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None] <= 1
    return np.where(inside, np.uint8(1), np.uint8(0))


def draw(
    shape: tuple[int, int, int] = SHAPE, spacing: Triple = SPACING, tumor: bool = True
) -> tuple[NDArray[np.int16], Labels]:
    """HU and labels [X, Y, Z] of the scene, in RAS+ order."""
    extent = [n * step for n, step in zip(shape, spacing, strict=True)]
    trunk = (extent[0] / 2, extent[1] / 2, 1e6)
    at = (extent[0] / 2, extent[1] / 2, extent[2] / 2)
    hu = np.full(shape, AIR, np.int16)
    hu[ball(shape, spacing, at, trunk) == 1] = FAT
    hu[ball(shape, spacing, at, (trunk[0] - 12, trunk[1] - 12, 1e6)) == 1] = BODY
    labels = ball(shape, spacing, LIVER_AT, (LIVER_MM,) * 3)
    if tumor:
        labels += ball(shape, spacing, TUMOR_AT, (TUMOR_MM,) * 3)
    hu[labels == 1], hu[labels == 2] = LIVER, TUMOR
    return hu, labels


def scan(tumor: bool = True) -> Volume:
    return volume_from_array(
        draw(tumor=tumor)[0], affine_of(), source="scene.nii.gz", digest="0" * 64, synthetic=True
    )


def save_nifti(path: Path, array: NDArray[np.integer], affine: NDArray[np.float64]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(array, affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
    return path


def lits_folder(folder: Path, numbers: tuple[int, ...] = (0, 2)) -> Path:
    """Write the scene once for each number, in LiTS layout."""
    hu, labels = draw()
    for number in numbers:
        save_nifti(folder / f"volume-{number}.nii.gz", hu, affine_of())
        save_nifti(folder / f"segmentation-{number}.nii.gz", labels, affine_of())
    return folder


# Where the tumor network sees liver, whatever its HU.
CENTERED = 128 / 255


def gray_of(hu: float) -> float:
    """Where `hu` lies in the liver window, 0..1."""
    return (hu + 40) / 200


def between(low: float, high: float, images: NDArray[np.float32]) -> NDArray[np.float32]:
    share: NDArray[np.float32] = (images[..., 0] - np.float32(low)) / np.float32(high - low)
    return np.clip(share, 0, 1)


def fake_networks() -> Networks:
    """Networks that see by brightness alone: how much of a pixel is liver, or tumor."""
    return Networks(
        liver=lambda images: between(gray_of(BODY), gray_of(LIVER), images),
        tumor=lambda images: between(CENTERED, CENTERED + gray_of(TUMOR) - gray_of(LIVER), images),
        digests={"liver": "a" * 64, "tumor": "b" * 64},
    )


# Modules that load the networks of a preset where they are given none.
LOADERS = (
    "core.cascade.networks",
    "core.cascade.segmentation",
    "core.study",
    "core.whatif.probe.sweep",
    "core.whatif.stress.robustness",
)


def replace_networks(patch: pytest.MonkeyPatch) -> None:
    """Let all presets have the fake networks."""
    for module in LOADERS:
        patch.setattr(f"{module}.load_networks", lambda *_: fake_networks())
