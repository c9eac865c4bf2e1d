"""What a scan costs from file to labels, and how that grows with its slices.

Run from the repository: ``python -m bench.growth --preset focus``. Draws phantoms of 512×512 with
so many slices, and takes each from the compressed file to the compressed labels in a process of
its own: seconds on the clock by stage, processor seconds, and most memory. The median of the rounds
counts; sizes take turns, so that a busy machine slows all alike. ``--repository FOLDER`` measures
another checkout in turn with this one, and tells the ratio.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
HEIGHT_MM = 300.0
# Runs in either checkout, with what both have.
CHILD = """
import json, sys
from pathlib import Path
from time import perf_counter, process_time
from core.cascade.networks import load_networks
from core.cascade.segmentation import segment
from core.io.apart import read_apart
from core.io.export import labels_to_nifti
from core.presets import preset_named
from core.study import opened, with_result
preset = preset_named(sys.argv[2])
networks = load_networks(preset)
took, cpu, began = {}, process_time(), perf_counter()
def lap(name):
    global began
    took[name] = perf_counter() - began
    began = perf_counter()
volume = read_apart(Path(sys.argv[1])); lap("read")
study = opened(volume); lap("check")
found = segment(volume, preset, networks=networks); lap("segment")
with_result(study, found); lap("measure")
Path(sys.argv[3]).write_bytes(labels_to_nifti(volume, found.labels)); lap("write")
took["cpu"] = process_time() - cpu
# Of this program alone: what began it had memory of its own.
status = Path("/proc/self/status").read_text()
took["peak_mb"] = int(status.split("VmHWM:")[1].split()[0]) / 1000
print(json.dumps(took))
"""
STAGES = ("read", "check", "segment", "measure", "write")


def measured(repository: Path, scan: Path, preset: str, out: Path) -> dict[str, float]:
    """Take one scan from file to labels in a fresh process of a checkout."""
    command = [sys.executable, "-c", CHILD, str(scan), preset, str(out)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    told["all"] = sum(told[stage] for stage in STAGES)
    return told


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--preset", default="focus")
    parser.add_argument("--slices", type=int, nargs="+", default=[60, 150, 300])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repository", type=Path, help="another checkout to compare with")
    arguments = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from core.phantom import write_phantoms
    from core.provenance import commit

    places = {"here": ROOT}
    if arguments.repository:
        places["there"] = arguments.repository.resolve()
    with TemporaryDirectory() as name:
        folder, scans = Path(name), {}
        for count in arguments.slices:
            spacing = (0.75, 0.75, HEIGHT_MM / count)
            scans[count] = write_phantoms(
                folder / str(count), 1, 3, shape=(512, 512, count), spacing=spacing
            )[0]
        seen: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for _ in range(arguments.rounds):
            for count, scan in scans.items():
                for place, root in places.items():
                    told = measured(root, scan, arguments.preset, folder / "labels.nii.gz")
                    seen.setdefault((place, count), []).append(told)
    print(f"`{arguments.preset}` at {commit()}, medians of {arguments.rounds}, seconds:\n")
    heads = ("checkout", "slices", *STAGES, "all", "CPU", "peak MB")
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for (place, count), rounds in sorted(seen.items(), key=lambda one: (one[0][1], one[0][0])):
        cells = [f"{median(one[name] for one in rounds):.1f}" for name in (*STAGES, "all", "cpu")]
        peak = f"{median(one['peak_mb'] for one in rounds):,.0f}"
        print(f"| {place} | {count} | " + " | ".join([*cells, peak]) + " |")
    if arguments.repository:
        for count in scans:
            here, there = (
                median(one["all"] for one in seen[place, count]) for place in ("here", "there")
            )
            print(f"\n{count} slices: {there / here:.2f} times as fast as there")


if __name__ == "__main__":
    main()
