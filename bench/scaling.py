"""How a cohort grows with workers: measured here, simulated beyond (SimPy).

Run from the repository: ``python -m bench.scaling``. Segments phantoms by 1, 2 and 4 workers on
this machine, of one thread each, and simulates the same: workers that take studies one after the
other, read them from a storage that serves a few at a time, and compute on as many cores as there
are. Beyond this machine the simulation has as many cores as workers need; it tells where the
storage becomes the limit, and what a million studies take.
"""

import argparse
import random
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

# How far single times lie from their mean, as a share of it.
SPREAD, SEED = 0.3, 0


@dataclass(frozen=True)
class Plant:
    """What studies are worked on by.

    Parameters
    ----------
    cores : for all workers together.
    megabytes_a_second, streams : of the storage, in all, and how many read at a time.
    megabytes, core_seconds : of one study.
    """

    workers: int
    cores: int
    megabytes_a_second: float
    streams: int
    megabytes: float
    core_seconds: float
    threads: int = 1


def simulated(plant: Plant, studies: int, seed: int = SEED) -> float:
    """Seconds that some studies take, by discrete events."""
    import simpy

    world, chance = simpy.Environment(), random.Random(seed)
    cores = simpy.Resource(world, max(1, plant.cores // plant.threads))
    storage = simpy.Resource(world, plant.streams)
    left = [studies]

    def varied(usual: float) -> float:
        return usual * max(0.1, chance.gauss(1, SPREAD))

    def worker() -> Generator[Any, Any, None]:
        while left[0]:
            left[0] -= 1
            with storage.request() as turn:
                yield turn
                rate = plant.megabytes_a_second / plant.streams
                yield world.timeout(varied(plant.megabytes) / rate)
            with cores.request() as turn:
                yield turn
                yield world.timeout(varied(plant.core_seconds) / plant.threads)

    for _ in range(plant.workers):
        world.process(worker())
    world.run()
    return float(world.now)


def measured(scans: Path, out: Path, preset: str, workers: int) -> tuple[float, float]:
    """Seconds that the scans of a folder take by so many workers, and the mean of one."""
    from core.cohort.cluster import local_workers, run_cohort
    from core.cohort.studies import find_items
    from core.cohort.work import Order

    items = find_items([str(scans)])
    with local_workers(workers, threads=1) as client:
        # The first of each worker loads the networks.
        run_cohort(items[:workers], Order.of(out / "first", preset), client)
        began = perf_counter()
        rows = run_cohort(items, Order.of(out / "all", preset), client)
        took = perf_counter() - began
    return took, mean(one["seconds"] for one in rows)


def main() -> None:
    """Measure, simulate, and print tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--scans", type=int, default=16)
    parser.add_argument("--preset", default="paper")
    parser.add_argument("--core-seconds", type=float, default=26.0, help="of a real study")
    parser.add_argument("--megabytes", type=float, default=45.0, help="of a real study")
    arguments = parser.parse_args()
    import os

    from core.phantom import write_phantoms
    from core.provenance import commit

    cores = os.cpu_count() or 1
    print(f"{arguments.scans} phantoms, {arguments.preset}, {cores} cores, commit {commit()}\n")
    print("| workers | measured, s | simulated, s |\n|---|---|---|")
    with TemporaryDirectory() as name:
        folder = Path(name)
        shape, spacing = (192, 192, 60), (1.8, 1.8, 3.0)
        write_phantoms(folder / "scans", arguments.scans, 40, shape=shape, spacing=spacing)
        alone = 0.0
        for workers in (1, 2, 4):
            took, each = measured(
                folder / "scans", folder / str(workers), arguments.preset, workers
            )
            # What a study takes of one core, while nobody else works.
            alone = alone or each
            here = Plant(workers, cores, 1e9, workers, 1.0, alone)
            print(f"| {workers} | {took:.0f} | {simulated(here, arguments.scans):.0f} |")
    print("\n| workers of 2 cores | storage, MB/s | studies an hour | a million, days |")
    print("|---|---|---|---|")
    for rate in (500.0, 2000.0):
        for workers in (10, 100, 500, 1000):
            plant = Plant(
                workers, 2 * workers, rate, 16, arguments.megabytes, arguments.core_seconds, 2
            )
            studies = 20 * workers
            hourly = 3600 * studies / simulated(plant, studies)
            print(f"| {workers} | {rate:.0f} | {hourly:,.0f} | {1e6 / hourly / 24:.1f} |")


if __name__ == "__main__":
    main()
