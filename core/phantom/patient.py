"""A synthetic patient and its CT, from a seed.

A patient is a set of implicit surfaces in millimetres, drawn from the seed. The grid only
samples them, so the same seed shows the same patient at any spacing and shape.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from core.phantom.anatomy import Build, Liver, make_liver
from core.phantom.bowel import (
    paint_bowel,
    paint_gallbladder,
    paint_pancreas,
    paint_stomach,
    paint_table,
)
from core.phantom.canvas import Canvas, blur, coverage, quantum_noise
from core.phantom.lesions import TrueLesion, label_lesions, paint_lesions, place_lesions
from core.phantom.organs import (
    paint_chest,
    paint_kidneys,
    paint_spine,
    paint_spleen,
    paint_trunk,
    paint_vessels,
    textured,
)
from core.phantom.shapes import Array, draw, waves
from core.volume import AIR_HU, Volume, volume_from_array

SHAPE = (256, 256, 60)
SPACING_MM = (1.4, 1.4, 3.0)
MOST_LESIONS = 6
SURVEY_MM = 1.9


@dataclass(frozen=True)
class Truth:
    """What is known of a phantom without any grid.

    Parameters
    ----------
    lesions : the largest first.
    organ_volume_ml : the liver with its lesions, from a survey of its surface on a grid of
        its own that is finer than most scans; within 0.2 %.
    """

    lesions: tuple[TrueLesion, ...]
    organ_volume_ml: float

    @property
    def tumor_volume_ml(self) -> float:
        """Volume of all lesions together."""
        return sum(lesion.volume_ml for lesion in self.lesions)


@dataclass(frozen=True, eq=False)
class Phantom:
    """A synthetic CT with its labels.

    Parameters
    ----------
    volume : the CT, marked synthetic.
    labels : uint8 [X, Y, Z] RAS+, 0 background, 1 liver, 2 tumor.
    truth : analytic; it counts the whole liver also where the grid cuts it.
    """

    volume: Volume
    labels: NDArray[np.uint8]
    truth: Truth


def make_phantom(
    seed: int,
    *,
    shape: tuple[int, int, int] = SHAPE,
    spacing: tuple[float, float, float] = SPACING_MM,
    lesions: int | None = None,
    radius_mm: tuple[float, float] = (5.0, 35.0),
    noise_hu: float | None = None,
) -> Phantom:
    """Make a portal-venous CT of a synthetic patient.

    Parameters
    ----------
    seed : chooses patient, lesions and noise.
    shape, spacing : voxels and mm along X, Y, Z; the grid's middle is the patient's origin.
        The liver lies within 90 mm of it in z, the body within 180 mm in x.
    lesions : 0 to 6; drawn when None.
    radius_mm : smallest and largest lesion radius; small ones are more frequent.
    noise_hu : standard deviation of the noise; drawn from 8 to 18 HU when None.

    Raises
    ------
    ValueError
        If `lesions` is not 0 to 6, or shape, spacing or radii are not positive.
    """
    _check(shape, spacing, lesions, radius_mm)
    rng = np.random.default_rng([seed, 0])
    build = Build.of(rng)
    liver = make_liver(rng, build)
    findings = place_lesions(np.random.default_rng([seed, 1]), liver.organ, lesions, radius_mm)
    canvas = Canvas.blank(shape, spacing)
    labels = _paint_patient(canvas, rng, build, liver, findings)
    label_lesions(canvas, findings, labels)
    labels.setflags(write=False)
    noise_rng = np.random.default_rng([seed, 2])
    sd = draw(noise_rng, 8, 18) if noise_hu is None else noise_hu
    hu = blur(canvas.hu, spacing) + quantum_noise(noise_rng, shape, spacing, sd)
    truth = Truth(findings, _survey_ml(liver))
    parameters = (seed, shape, spacing, lesions, radius_mm, noise_hu)
    return Phantom(_volume(hu, spacing, parameters), labels, truth)


def _check(
    shape: Sequence[int],
    spacing: Sequence[float],
    lesions: int | None,
    radius_mm: tuple[float, float],
) -> None:
    if lesions is not None and not 0 <= lesions <= MOST_LESIONS:
        raise ValueError(f"A phantom has 0 to {MOST_LESIONS} lesions, got {lesions}.")
    if len(shape) != 3 or min(shape) < 1 or len(spacing) != 3 or min(spacing) <= 0:
        raise ValueError(f"Expected three positive sizes, got shape {shape}, spacing {spacing}.")
    if not 0 < radius_mm[0] <= radius_mm[1]:
        raise ValueError(f"Expected 0 < smallest <= largest lesion radius, got {radius_mm}.")


def _paint_patient(
    canvas: Canvas,
    rng: np.random.Generator,
    build: Build,
    liver: Liver,
    lesions: tuple[TrueLesion, ...],
) -> NDArray[np.uint8]:
    """Paint the patient and return the label of the liver."""
    table = rng.random() < 0.8
    paint_trunk(canvas, rng, build)
    paint_spine(canvas, rng)
    paint_chest(canvas, rng, build)
    paint_bowel(canvas, rng, build)
    paint_pancreas(canvas, rng)
    paint_stomach(canvas, rng, build)
    paint_spleen(canvas, rng, build)
    paint_kidneys(canvas, rng, build, liver)
    labels = _paint_liver(canvas, rng, liver)
    paint_vessels(canvas, rng, liver)
    paint_gallbladder(canvas, rng, liver)
    if table:
        paint_table(canvas, rng, build)
    paint_lesions(canvas, rng, lesions)
    return labels


def _paint_liver(canvas: Canvas, rng: np.random.Generator, liver: Liver) -> NDArray[np.uint8]:
    base = draw(rng, 92, 118)
    blood = base + draw(rng, 30, 60)
    parenchyma = textured(base, waves(rng, 3.0, 30, 5))
    labels = np.zeros(canvas.hu.shape, np.uint8)
    box = canvas.box(liver.solid)
    if not labels[box].size:
        return labels
    painted = canvas.crop(box)
    painted.hu[...] = parenchyma(*painted.axes)
    for vein in liver.vessels:
        painted.paint(vein, blood)
    field = canvas.field(liver.solid, box)
    canvas.lay(painted, box, coverage(field, 0.5 * min(canvas.spacing)))
    labels[box] = field < 0
    for part in liver.cava:
        labels[box] *= canvas.field(part, box) >= 0
    return labels


def _survey_ml(liver: Liver) -> float:
    low, high = liver.organ.low, liver.organ.high
    x, y, z = (np.arange(a, b, SURVEY_MM, dtype=np.float32) for a, b in zip(low, high, strict=True))
    field = liver.organ.field(x[:, None, None], y[None, :, None], z[None, None, :])
    return float(np.count_nonzero(field < 0) * SURVEY_MM**3 / 1000)


def _volume(
    hu: Array, spacing: tuple[float, float, float], parameters: tuple[object, ...]
) -> Volume:
    voxels = np.clip(np.rint(hu), AIR_HU - 24, 3071).astype(np.int16)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = [-(n - 1) / 2 * mm for n, mm in zip(hu.shape, spacing, strict=True)]
    digest = hashlib.sha256(repr(parameters).encode() + voxels.tobytes()).hexdigest()
    return volume_from_array(
        voxels,
        affine,
        source=f"phantom-{parameters[0]}",
        digest=digest,
        synthetic=True,
        notes=("This scan is synthetic: it was computed, and shows no patient.",),
    )


def write_phantoms(
    directory: Path,
    cases: int,
    seed: int,
    *,
    shape: tuple[int, int, int] = SHAPE,
    spacing: tuple[float, float, float] = SPACING_MM,
    lesions: int | None = None,
) -> list[Path]:
    """Write phantoms of seeds `seed`, `seed` + 1, … in the LiTS layout.

    Returns the paths of the CTs: ``volume-N.nii.gz``, int16 HU, each beside its
    ``segmentation-N.nii.gz``, uint8; N counts from 0.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for number in range(cases):
        phantom = make_phantom(seed + number, shape=shape, spacing=spacing, lesions=lesions)
        path = directory / f"volume-{number}.nii.gz"
        _write(path, phantom.volume.hu, phantom.volume)
        _write(directory / f"segmentation-{number}.nii.gz", phantom.labels, phantom.volume)
        written.append(path)
    return written


def _write(path: Path, voxels: NDArray[np.int16] | NDArray[np.uint8], volume: Volume) -> None:
    image = nib.Nifti1Image(voxels, volume.affine)
    image.set_sform(volume.affine, code="scanner")
    image.set_qform(volume.affine, code="scanner")
    image.header.set_xyzt_units("mm")
    nib.save(image, path)
