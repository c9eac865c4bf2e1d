"""The stages before any network: file, Hounsfield units, window, orientation, slice."""

from typing import Any

import numpy as np
from nibabel.orientations import io_orientation
from numpy.typing import NDArray

from core.draw.canvas import OPPOSITE, lettered, lined, scaled
from core.draw.overlay import tinted
from core.draw.slices import upright
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window
from core.volume import Volume, to_native
from core.walkthrough.moment import Content, Moment, Number, Picture

# HU of what a body is made of; edges are conventions, and tissues overlap.
TISSUES = (
    ("Air", -32768, -850, (58, 66, 84)),
    ("Lung", -850, -200, (92, 128, 200)),
    ("Fat", -200, -30, (232, 196, 84)),
    ("Fluid", -30, 20, (88, 186, 214)),
    ("Soft tissue", 20, 200, (208, 104, 96)),
    ("Bone, contrast", 200, 32768, (226, 218, 196)),
)
WIDE = Window(-1000, 1000)
LOWEST, HIGHEST, STEP = -1024, 1536, 8
# What a DICOM header says of the making of a slice, and nothing of who was scanned.
TECHNICAL = {
    "Modality": "",
    "KVP": "kV",
    "SliceThickness": "mm",
    "ConvolutionKernel": "",
    "RescaleSlope": "",
    "RescaleIntercept": "HU",
}


def hu_histogram(volume: Volume) -> NDArray[np.int64]:
    """Count voxels in steps of `STEP` HU from `LOWEST` to `HIGHEST`, those beyond at the ends."""
    bins = (HIGHEST - LOWEST) // STEP
    counts = np.zeros(bins, np.int64)
    for sheet in volume.hu:
        steps = (np.clip(sheet, LOWEST, HIGHEST - 1).astype(np.int32) - LOWEST) // STEP
        counts += np.bincount(steps.ravel(), minlength=bins)
    return counts


def file_stage(moment: Moment) -> Content:
    """Show what the header says of the voxels, and where the slices lie in the body."""
    volume = moment.volume
    shape, spacing = volume.native.shape, volume.spacing
    extent = [count * step for count, step in zip(volume.shape, spacing, strict=True)]
    numbers = (
        Number("Voxels", " × ".join(map(str, shape))),
        Number("Axes of the file point to", volume.native.axis_codes),
        Number("Voxel, along X, Y, Z", " × ".join(f"{step:.2f}" for step in spacing), "mm"),
        Number("Scanned block", " × ".join(f"{side:.0f}" for side in extent), "mm"),
        Number("One voxel", 1000 * volume.voxel_ml, "µL", 2),
        Number("Held in memory", volume.hu.nbytes / 1e6, "MB"),
        Number("SHA-256 begins with", volume.digest[:12]),
        *_technical(volume),
    )
    caption = "The body from the front, voxels as they are; orange: the slice that is looked at"
    return Content(numbers, (Picture(caption, _coronal(moment, smooth=False)),))


def affine_text(volume: Volume) -> str:
    """Write the affine of the file, voxel (i, j, k) to mm (right, front, head), to read."""
    rows = ("right", "front", "head")
    lines = [
        f"{name:>5} = " + " ".join(f"{number:7.2f}" for number in row)
        for name, row in zip(rows, volume.native.affine, strict=False)
    ]
    return "\n".join((" " * 8 + "".join(f"{axis:>8}" for axis in ("i", "j", "k", "1")), *lines))


def _technical(volume: Volume) -> tuple[Number, ...]:
    if not volume.dicom_headers:
        return ()
    header = volume.dicom_headers[0]
    said = {tag: header.get(tag) for tag in TECHNICAL}
    return tuple(
        Number(f"DICOM {tag}", _plainly(value), TECHNICAL[tag])
        for tag, value in said.items()
        if value not in (None, "")
    )


def _plainly(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def hounsfield_stage(moment: Moment, counts: NDArray[np.int64]) -> Content:
    """Show how many voxels are of what tissue; `counts` as `hu_histogram` gives them."""
    middles = LOWEST + STEP * (np.arange(len(counts)) + 0.5)
    numbers = tuple(
        Number(
            f"{name}, {_range(low, high)}",
            100 * float(counts[(middles >= low) & (middles < high)].sum() / counts.sum()),
            "%",
        )
        for name, low, high, _ in TISSUES
    )
    hu = moment.displayed(moment.volume.hu)
    extremes = (
        Number("Lowest in this slice", int(hu.min()), "HU"),
        Number("Highest in this slice", int(hu.max()), "HU"),
    )
    picture = lettered(upright(tissues(hu), moment.pixel_mm, smooth=False), "R", "A")
    caption = f"Slice {moment.z + 1}, each pixel in the color of its tissue"
    return Content((*numbers, *extremes), (Picture(caption, picture),))


def _range(low: int, high: int) -> str:
    if low < LOWEST:
        words = f"below {high} HU"
    else:
        words = f"from {low} HU" if high > HIGHEST else f"{low} to {high} HU"
    return words.replace("-", "−")


def tissues(hu: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Color a slice [rows, columns] by what its HU are typical of."""
    picture = np.zeros((*hu.shape, 3), np.uint8)
    for _, low, high, color in TISSUES:
        picture[(hu >= low) & (hu < high)] = color
    return picture


def window_stage(moment: Moment) -> Content:
    """Show what the window shows and what it hides."""
    window, gray = moment.settings.window, moment.gray
    hu = moment.displayed(moment.volume.hu)
    numbers = [
        Number("Level", window.level, "HU", 0),
        Number("Width", window.width, "HU", 0),
        Number("Black at and below", window.low, "HU", 0),
        Number("White at and above", window.high, "HU", 0),
        Number("One step of gray", window.width / 255, "HU", 2),
        Number("Of this slice black", 100 * float(np.mean(gray == 0)), "%"),
        Number("Of this slice white", 100 * float(np.mean(gray == 255)), "%"),
    ]
    if moment.result is not None:
        numbers.append(
            Number("The liver's median gray", moment.result.segmentation.liver_gray, "of 255", 0)
        )
    wide = apply_window(hu, WIDE)
    pictures = (
        Picture("A window of −1000 to 1000 HU", _axial(moment, wide)),
        Picture(_range(round(window.low), round(window.high)), _axial(moment, moment.gray)),
    )
    return Content(tuple(numbers), pictures)


def orientation_stage(moment: Moment) -> Content:
    """Show the same slice as the file stores it, in RAS+ and as displayed."""
    volume, window = moment.volume, moment.settings.window
    codes = volume.native.axis_codes
    native = apply_window(native_slice(volume, moment.z), window)
    ras = apply_window(volume.hu[..., moment.z], window)
    orientation = io_orientation(volume.native.affine)
    numbers = tuple(
        Number(
            f"File axis {axis + 1} points to {codes[axis]}",
            f"becomes {'XYZ'[int(to)]}" + (", turned around" if flip < 0 else ""),
        )
        for axis, (to, flip) in enumerate(orientation)
    )
    step = (_spacing_along(volume, 0), _spacing_along(volume, 1))
    pictures = (
        Picture(
            f"In the file: first axis down, second to the right ({codes})",
            lettered(upright(native, step), OPPOSITE[codes[1]], OPPOSITE[codes[0]]),
        ),
        Picture(
            "RAS+: X down, Y to the right",
            lettered(upright(ras, volume.spacing[:2]), "P", "L"),
        ),
        Picture("As displayed: as if seen from the feet", _axial(moment, moment.gray)),
    )
    return Content(numbers, pictures)


def native_slice(volume: Volume, z: int) -> NDArray[np.int16]:
    """Take the slice [I, J] of the file along its third axis that is axial slice `z` of `volume`.

    A file whose third axis does not run along the body has its middle slice shown.
    """
    axis = int(io_orientation(volume.native.affine)[2, 0])
    index = z if axis == 2 else volume.shape[axis] // 2
    slab = volume.hu[(slice(None),) * axis + (slice(index, index + 1),)]
    return to_native(slab, volume.native)[..., 0]


def _spacing_along(volume: Volume, axis: int) -> float:
    return float(np.linalg.norm(volume.native.affine[:3, axis]))


def slice_stage(moment: Moment) -> Content:
    """Show which slice is looked at, and where in the body it lies."""
    volume, z = moment.volume, moment.z
    x, y, count = volume.shape
    middle = volume.affine @ [(x - 1) / 2, (y - 1) / 2, z, 1]
    rows_mm, columns_mm = moment.pixel_mm
    numbers = [
        Number("Slice, from the feet", f"{z + 1} of {count}"),
        Number("Its height in the scanner", float(middle[2]), "mm"),
        Number("Thickness", volume.spacing[2], "mm", 2),
        Number("Pixels", f"{x} × {y}"),
        Number("Pixel", f"{columns_mm:.2f} × {rows_mm:.2f}", "mm"),
    ]
    if moment.result is not None:
        organ, tumor = moment.masks
        pixel_cm2 = rows_mm * columns_mm / 100
        numbers += [
            Number("Liver in it, as called", float(organ.sum() * pixel_cm2), "cm²"),
            Number("Tumor in it, as called", float(tumor.sum() * pixel_cm2), "cm²"),
        ]
    pictures = (
        Picture(f"Axial slice {z + 1} of {count}", _axial(moment, moment.gray)),
        Picture("The body from the front; the line is the slice", _coronal(moment, smooth=True)),
    )
    return Content(tuple(numbers), pictures)


def _axial(moment: Moment, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    across = moment.volume.shape[0] * moment.volume.spacing[0]
    return scaled(lettered(upright(gray, moment.pixel_mm), "R", "A"), across)


def _coronal(moment: Moment, *, smooth: bool) -> NDArray[np.uint8]:
    """Look at the middle of the body from the front, with a line at the axial slice."""
    volume = moment.volume
    x_mm, _, z_mm = volume.spacing
    gray = apply_window(
        slice_of(volume.hu, Plane.CORONAL, volume.shape[1] // 2), moment.settings.window
    )
    shown = tinted(gray, [(_row(moment, gray.shape), (255, 176, 32))]) if not smooth else gray
    picture = upright(shown, (z_mm, x_mm), smooth=smooth)
    if smooth:
        picture = lined(picture, 1 - (moment.z + 0.5) / volume.shape[2])
    return scaled(lettered(picture, "R", "S"), volume.shape[0] * x_mm)


def _row(moment: Moment, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    row = np.zeros(shape, bool)
    row[moment.volume.shape[2] - 1 - moment.z] = True
    return row
