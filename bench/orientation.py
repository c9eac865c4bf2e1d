"""How much of its liver a scan shows to the networks when it is mirrored from left to right.

``python -m bench.orientation SCAN_OR_LITS_FOLDER…`` prints, for each scan, the share of the slices
that the first liver network calls liver as they are and mirrored, and what
`core.cascade.orientation` says of the scan in both states.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.cascade.asking import liver_seen
from core.cascade.networks import load_networks
from core.cascade.orientation import SLICES, mirrored_findings
from core.errors import BadDataset
from core.io import read
from core.io.datasets import find_cases
from core.presets import PAPER
from core.volume import Volume


def scans(paths: list[Path]) -> Iterator[tuple[str, Volume]]:
    """Read single scans, and those of labelled folders."""
    for path in paths:
        try:
            cases = find_cases(path) if path.is_dir() else []
        except BadDataset:
            cases = []
        for case in cases:
            yield f"{path.name}/{case.name}", case.read()[0]
        if not cases:
            yield path.name, read(path)


def main() -> None:
    """Print a line for each scan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scans", type=Path, nargs="+")
    networks = load_networks(PAPER)
    print("scan: liver as it is, mirrored, their ratio; said as it is, said when mirrored")
    for name, volume in scans(parser.parse_args().scans):
        other = replace(volume, hu=np.ascontiguousarray(volume.hu[::-1]))
        slices = range(0, volume.shape[2], max(1, volume.shape[2] // SLICES))
        as_is, mirrored = (liver_seen(one, PAPER, networks, slices) for one in (volume, other))
        said = [bool(mirrored_findings(one, PAPER, networks)) for one in (volume, other)]
        ratio = mirrored / as_is if as_is else float("nan")
        print(f"{name}: {as_is:.3f}, {mirrored:.3f}, {ratio:.2f}; {said[0]}, {said[1]}", flush=True)


if __name__ == "__main__":
    main()
