"""Take one scan from its file to labels on disk, as a peer does: ``python -m bench.peers.ask``.

Tells on its last line, as JSON, what it took that cannot be seen from outside: the windows that the
scan has, those that were asked about, and seconds a window. A network in three dimensions may be
asked about a few windows only; what the others would take is their number times that.
"""

import argparse
import itertools
import json
import math
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from bench.peers.shapes import NOTEBOOK, SHAPES, Shape

# Of CT, in HU; what a notebook and these networks are given.
LOW, HIGH = -40, 160


def starts(size: int, patch: int, overlap: float) -> list[int]:
    """Where windows begin along an axis, evenly, as nnU-Net lays them."""
    if size <= patch:
        return [0]
    count = math.ceil((size - patch) / (patch * (1 - overlap))) + 1
    return [round(index * (size - patch) / (count - 1)) for index in range(count)]


def ask_windows(path: Path, out: Path, shape: Shape, most: int) -> dict[str, Any]:
    """Slide a network over a scan, for `most` windows; the rest of the work is done whole."""
    import torch
    from torch.nn.functional import interpolate

    torch.manual_seed(0)
    network = shape.build(shape).eval()
    image = nib.Nifti1Image.from_filename(path)
    hu = np.asarray(image.dataobj, np.float32)
    scaled = np.clip((hu - LOW) / (HIGH - LOW), 0, 1)
    zooms = image.header.get_zooms()[:3]
    size = [
        max(1, round(n * here / there))
        for n, here, there in zip(hu.shape, zooms, shape.spacing, strict=True)
    ]
    whole = interpolate(torch.from_numpy(scaled)[None, None], size, mode="trilinear")
    spare = [max(0, patch - n) for patch, n in zip(shape.patch, size, strict=True)]
    whole = torch.nn.functional.pad(whole, [side for n in reversed(spare) for side in (0, n)])
    places = list(
        itertools.product(
            *(
                starts(n, patch, shape.overlap)
                for n, patch in zip(whole.shape[2:], shape.patch, strict=True)
            )
        )
    )
    sums = torch.zeros((shape.classes, *whole.shape[2:]), dtype=torch.float16)
    seconds, worked = [], process_time()
    with torch.inference_mode():
        for place in places[:most]:
            began = perf_counter()
            here = tuple(
                slice(first, first + side) for first, side in zip(place, shape.patch, strict=True)
            )
            sums[(slice(None), *here)] += network(whole[(slice(None), slice(None), *here)])[
                0
            ].half()
            seconds.append(perf_counter() - began)
        worked = (process_time() - worked) / len(seconds)
        # Slice by slice, for there may be many classes.
        called = torch.stack([sums[..., z].float().argmax(0) for z in range(sums.shape[-1])], -1)
    called = called[tuple(slice(n) for n in size)]
    labels = interpolate(called[None, None].float(), hu.shape, mode="nearest")[0, 0].byte()
    nib.save(nib.Nifti1Image(labels.numpy(), image.affine), out)
    each = median(seconds[1:] or seconds)
    left = len(places) * shape.networks - len(seconds)
    return {
        "windows": len(places) * shape.networks,
        "asked": len(seconds),
        "more": left * each,
        "more_cpu": left * worked,
    }


def ask_slices(path: Path, out: Path) -> dict[str, Any]:
    """Predict slice by slice with Keras, as in a student's notebook: liver, then tumor."""
    from PIL import Image

    from core.models.store import load_unet, model_dir

    networks = [load_unet(model_dir("paper", part), 128) for part in ("liver", "tumor")]
    image = nib.Nifti1Image.from_filename(path)
    volume = np.asarray(image.get_fdata())
    labels = np.zeros(volume.shape, np.uint8)
    for z in range(volume.shape[2]):
        gray = np.clip((volume[..., z] - LOW) / (HIGH - LOW), 0, 1)
        small = np.asarray(Image.fromarray((gray * 255).astype(np.uint8)).resize((128, 128)))
        liver = _answer(networks[0], small) >= 0.5
        tumor = _answer(networks[1], small * liver) >= 0.5
        called = liver + (liver & tumor).astype(np.uint8)
        side = volume.shape[1], volume.shape[0]
        labels[..., z] = np.asarray(Image.fromarray(called).resize(side, Image.Resampling.NEAREST))
    nib.save(nib.Nifti1Image(labels, image.affine), out)
    return {"windows": volume.shape[2], "asked": volume.shape[2], "more": 0.0, "more_cpu": 0.0}


def _answer(network: Any, gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    given = np.repeat(gray[None, ..., None], 3, axis=-1).astype(np.float32) / 255
    answer: NDArray[np.float32] = network.predict(given, verbose=0)[0, ..., 0]
    return answer


def main() -> None:
    """Do it, and tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers.ask", description=__doc__)
    parser.add_argument("peer", choices=[NOTEBOOK, *SHAPES])
    parser.add_argument("scan", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--windows", type=int, default=3, help="to ask about at most")
    given = parser.parse_args()
    if given.peer == NOTEBOOK:
        told = ask_slices(given.scan, given.out)
    else:
        told = ask_windows(given.scan, given.out, SHAPES[given.peer], given.windows)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
