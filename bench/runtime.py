"""How fast the networks predict: OpenVINO against Keras, in one run.

Run from the repository: ``python -m bench.runtime --preset focus``. Prints the median
milliseconds a slice of both, their ratio, and the largest difference in probability. The two
take turns, so that a busy machine slows both alike.
"""

import argparse
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from core.cascade.looks import liver_look, network_input
from core.models.runtime import Network, load_network
from core.models.store import load_unet, model_dir
from core.phantom import make_phantom
from core.presets import BEST, PRESETS, preset_named


def main() -> None:
    """Measure the liver network on slices of a phantom."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--preset", choices=list(PRESETS), default=BEST.name)
    arguments = parser.parse_args()

    preset = preset_named(arguments.preset)
    volume = make_phantom(0).volume
    look = liver_look(volume, preset)
    images = network_input(look.show(volume, slice(20, 20 + arguments.batch)))
    folder = model_dir(*preset.homes[preset.liver_networks[0]])
    keras_model: Any = load_unet(folder, preset.size)
    engines: dict[str, Network] = {
        "OpenVINO": load_network(folder, preset.size),
        "Keras predict": lambda batch: keras_model.predict(batch, verbose=0)[..., 0],
    }
    results = {name: engine(images) for name, engine in engines.items()}
    times: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(arguments.rounds):
        for name, engine in engines.items():
            began = perf_counter()
            engine(images)
            times[name].append((perf_counter() - began) / arguments.batch * 1000)
    for name, seen in times.items():
        print(f"{name}: {median(seen):.1f} ms a slice, batch {arguments.batch}")
    print(f"ratio {median(times['Keras predict']) / median(times['OpenVINO']):.1f}")
    print(f"largest difference {np.abs(results['OpenVINO'] - results['Keras predict']).max():.1e}")


if __name__ == "__main__":
    main()
