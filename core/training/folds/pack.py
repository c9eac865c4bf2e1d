"""Pack labelled slices for an accelerator: small enough to travel, complete enough to train on.

``python -m core.training.folds.pack PACK --data DATA/lits-b --data DATA/lits-a …``
"""

import argparse
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.looks import LIVER_HEIGHT_MM, liver_gray
from core.geometry.fits import Box, SliceFit, axial_view, box_around
from core.geometry.windows import LIVER_WINDOW, apply_window
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import patient_of
from core.labels import TUMOR
from core.models.unet import SLIM_DECODER, build_unet
from core.training.folds.recipe import DISTANCES_MM, MARGIN, SIDE, fold_of

QUALITY = 80
# Neighbours farther away than this are none: the slices between were left out of the data.
FARTHEST_MM = 16.0
# Covers are kept in 16 steps.
STEP = 17

Gray = NDArray[np.uint8]
Heights = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Packed:
    """The slices of one case.

    Parameters
    ----------
    images, organ, tumor : uint8 [N, SIDE, SIDE], greys and shares of each pixel.
    heights_mm : of each slice [N], by the liver's height where nobody wrote them down.
    """

    case: LabelledCase
    images: Gray
    organ: Gray
    tumor: Gray
    heights_mm: Heights


def packed(case: LabelledCase, boxes: dict[str, Box]) -> Packed:
    """Read a case and show the box of its liver; `boxes` keeps it for cases without the liver.

    A scan may be spread over two data sets of one numbering, its liver in the first of them.
    """
    volume, labels = case.read()
    x, y, z = volume.spacing
    shown = axial_view(labels)
    if (shown > 0).any():
        boxes[case.name] = box_around(shown > 0, MARGIN)
    fit = SliceFit.of(volume.shape[1], volume.shape[0], (y, x), SIDE, boxes.get(case.name))
    organ, tumor = (
        fit.shrink(np.where(mask, np.uint8(255), np.uint8(0)))
        for mask in (shown > 0, shown == TUMOR)
    )
    images = fit.shrink(apply_window(axial_view(volume.hu), LIVER_WINDOW))
    heights: Heights
    if case.spacing_known:
        heights = np.arange(len(images)) * np.float64(z)
    else:
        heights = _estimated(_numbers(case), np.asarray((organ >= 128).any((1, 2))))
    return Packed(case, images, organ, tumor, heights)


def _numbers(case: LabelledCase) -> NDArray[np.int64]:
    """Tell which slices of the scan a slice folder holds, by their files' names."""
    folder = next(place for place in case.places if place.is_dir())
    names = sorted(path.name for path in folder.glob("*_mask.png"))
    return np.array([int(name.split("_")[0]) for name in names])


def _estimated(numbers: NDArray[np.int64], liver: NDArray[np.bool_]) -> Heights:
    shows = numbers[liver]
    if len(shows) < 6:
        # A few slices of a case have no neighbours.
        return numbers * np.float64(FARTHEST_MM * 1e3)
    return numbers * np.float64(LIVER_HEIGHT_MM / (shows[-1] - shows[0] + 1))


def neighbours(heights_mm: Heights) -> NDArray[np.int32]:
    """Slices nearest to each distance below and above every slice: [N, distances, 2].

    The next slice at least, the slice itself where there is none.
    """
    count = len(heights_mm)
    beside = np.empty((count, len(DISTANCES_MM), 2), np.int32)
    for index, height in enumerate(heights_mm):
        for number, distance in enumerate(DISTANCES_MM):
            for side, way in enumerate((-1, 1)):
                found = int(np.argmin(np.abs(heights_mm - height - way * distance)))
                if found == index:
                    next_one = min(max(index + way, 0), count - 1)
                    near = abs(heights_mm[next_one] - height) <= FARTHEST_MM
                    found = next_one if near else index
                beside[index, number, side] = found
    return beside


def records_of(parts: Sequence[Packed]) -> dict[str, Any]:
    """Describe every slice of `parts`: whose it is, what it shows, its neighbours, its fold."""
    rows: dict[str, list[Any]] = {}
    first = 0
    for part in parts:
        count, patient = len(part.images), patient_of(part.case)
        facts: dict[str, Any] = {
            "patient": [patient] * count,
            "case": [f"{part.case.dataset}/{part.case.name}"] * count,
            "fold": [fold_of(patient)] * count,
            "labelled": [part.case.tumors_labelled] * count,
            "liver": (part.organ >= 128).any((1, 2)).tolist(),
            "has_tumor": (part.tumor >= 128).any((1, 2)).tolist(),
            "gray": [liver_gray(part.images, part.organ >= 128)] * count,
            "beside": (neighbours(part.heights_mm) + first).tolist(),
        }
        for name, values in facts.items():
            rows.setdefault(name, []).extend(values)
        first += count
    return {name: np.array(values) for name, values in rows.items()}


def write_pack(
    cases: Iterable[LabelledCase],
    encoder: Path | None,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
) -> None:
    """Write slices, records, the network's graph and its encoder's start into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    boxes: dict[str, Box] = {}
    parts = []
    for case in cases:
        report(f"packing {case.dataset}/{case.name}")
        parts.append(packed(case, boxes))
    np.savez_compressed(out / "records.npz", **records_of(parts))
    _write(out, "images", (part.images for part in parts), format="WEBP", quality=QUALITY)
    for name in ("organ", "tumor"):
        covers = (getattr(part, name) // STEP * STEP for part in parts)
        _write(out, name, covers, format="PNG")
    write_network(out, encoder)


def write_network(out: Path, encoder: Path | None) -> None:
    """Write the graph of the network and the weights that its encoder starts from."""
    model = build_unet(SIDE // 32 * 32, str(encoder) if encoder else None, SLIM_DECODER)
    (out / "unet.json").write_text(model.to_json())
    start = {
        weight.path: np.asarray(weight)
        for weight in model.weights
        if not weight.path.startswith(("decoder", "final"))
    }
    compact: dict[str, Any] = {
        name: array.astype(np.float16 if array.ndim >= 2 else np.float32)
        for name, array in start.items()
    }
    np.savez_compressed(out / "encoder.npz", **compact)


def _write(out: Path, name: str, stacks: Iterable[Gray], **how: Any) -> None:
    pictures = []
    for stack in stacks:
        for picture in stack:
            content = io.BytesIO()
            Image.fromarray(picture).save(content, **how)
            pictures.append(content.getvalue())
    np.save(out / f"{name}.offsets.npy", np.cumsum([0, *map(len, pictures)]))
    (out / f"{name}.bin").write_bytes(b"".join(pictures))


def main() -> None:
    """Read the command line and pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--encoder", type=Path, help="EfficientNet-Lite0 as a PyTorch file")
    given = parser.parse_args()
    cases = [case for root in given.data for case in find_cases(root, "train")]
    write_pack(cases, given.encoder, given.out, print)


if __name__ == "__main__":
    main()
