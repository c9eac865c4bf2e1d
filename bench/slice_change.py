"""Time what Python does for a slice change of the viewer, and weigh what it sends.

Run from the repository: ``python -m bench.slice_change``. Times the whole answer (cutting the
slice and its three layers out of the volume, packing, header) without Streamlit's own overhead
of a few milliseconds a rerun.
"""

import argparse
import time
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from core.geometry.slices import Plane
from core.volume import Volume, volume_from_array
from pages.viewer.exchange import answer
from pages.viewer.scene import Scene

SHAPE = (512, 512, 300)
SPACING = (0.8, 0.8, 1.5)


@dataclass(frozen=True, eq=False)
class Layers:
    """What the viewer reads of a segmentation."""

    labels: NDArray[np.uint8]
    liver_probability: NDArray[np.uint8]
    tumor_probability: NDArray[np.uint8]
    liver_threshold: float = 0.5
    tumor_threshold: float = 0.5


def noisy_scan(shape: tuple[int, int, int]) -> Volume:
    """Make a body of soft tissue in air, with the correlated noise that makes CT hard to pack."""
    random = np.random.default_rng(0)
    x, y = np.ogrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    body = np.where((x / 0.8) ** 2 + (y / 0.6) ** 2 < 1, 50, -1000).astype(np.float32)
    sheets = [body + random.normal(0, 25, body.shape).astype(np.float32) for _ in range(8)]
    smooth = [np.rint(gaussian_filter(sheet, 0.7)).astype(np.int16) for sheet in sheets]
    hu = np.empty(shape, np.int16)
    for z in range(shape[2]):
        hu[:, :, z] = smooth[z % len(smooth)]
    return volume_from_array(hu, np.diag((*SPACING, 1)), source="bench", digest="bench")


def ball(shape: tuple[int, int, int]) -> Layers:
    """Make a liver-sized ball with a tumor in it, and probabilities that fade at the rim."""
    steps = [np.linspace(-1, 1, size, dtype=np.float32) ** 2 for size in shape]
    distance = np.sqrt(steps[0][:, None, None] + steps[1][:, None] + steps[2])
    liver = np.clip((0.6 - distance) * 1000 + 128, 0, 255).astype(np.uint8)
    tumor = np.clip((0.15 - distance) * 1000 + 128, 0, 255).astype(np.uint8)
    return Layers((liver > 127).astype(np.uint8) + (tumor > 127), liver, tumor)


def time_answers(volume: Volume, layers: Layers, plane: Plane, count: int) -> tuple[float, float]:
    """Median milliseconds and bytes of answers with one slice of `plane`."""
    scene = Scene.of(volume, layers)
    indices = np.random.default_rng(1).integers(50, volume.shape[plane.axis] - 50, count)
    times, sizes = [], []
    for index in indices.tolist():
        start = time.perf_counter()
        sizes.append(len(answer(volume, layers, scene, [(plane, index)], key="bench")))
        times.append(1000 * (time.perf_counter() - start))
    return median(times), median(sizes)


def main() -> None:
    """Print one line a plane."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="slices to time in each plane")
    count = parser.parse_args().count
    volume, layers = noisy_scan(SHAPE), ball(SHAPE)
    start = time.perf_counter()
    Scene.of(volume, layers)
    print(f"{SHAPE}: overview, once a segmentation: {time.perf_counter() - start:.2f} s")
    for plane in Plane:
        milliseconds, size = time_answers(volume, layers, plane, count)
        print(f"{plane:9} median {milliseconds:5.1f} ms, {size / 1024:6.1f} KiB")


if __name__ == "__main__":
    main()
