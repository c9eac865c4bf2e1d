"""The long mode: ``python -m tests.fuzz --inputs 20000 --table docs/hostile.md``."""

import argparse
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from time import perf_counter

from core.provenance import commit
from tests.fuzz.campaign import FAULTS, SECONDS, Tried, campaign, seeds_of, summary
from tests.fuzz.entrances import ENTRANCES, hostile, written

HEAD = (
    "| entrance | inputs | taken | refused in a sentence | raw errors | over {seconds} s | "
    "over its memory | ended the process | slowest, s | most memory, MB | allowed, MB |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    """Try inputs of every entrance, print a table, keep what broke one."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="of all entrances together")
    parser.add_argument("--seed", type=int, default=0, help="number of the first")
    parser.add_argument("--only", choices=ENTRANCES, action="append", help="entrances to try")
    parser.add_argument(
        "--table", type=Path, help="file of which the part below a mark is replaced"
    )
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="for what broke one")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    names = arguments.only or list(ENTRANCES)
    each = -(-arguments.inputs // len(names))
    seeds = range(arguments.seed, arguments.seed + each)
    began = perf_counter()
    with ThreadPoolExecutor(arguments.workers) as pool:
        tried = dict(
            zip(names, pool.map(lambda name: list(campaign(name, seeds)), names), strict=True)
        )
    for name, found in tried.items():
        _keep(name, found, arguments.keep)
    table = "\n".join(
        [HEAD.format(seconds=SECONDS), *(_row(name, tried[name]) for name in names), _total(tried)]
    )
    minutes = (perf_counter() - began) / 60
    command = f"python -m tests.fuzz --inputs {arguments.inputs} --seed {arguments.seed}"
    told = f"Made by `{command}` at commit {commit()[:12]} in {minutes:.0f} minutes.\n\n{table}\n"
    print(told)
    if arguments.table:
        text = arguments.table.read_text()
        mark = "<!-- table -->\n"
        arguments.table.write_text(text[: text.index(mark) + len(mark)] + told)


def _row(name: str, tried: list[Tried]) -> str:
    counted, entrance = summary(tried), ENTRANCES[name]
    raw = counted["raw"] + counted["wordless"]
    cells = (
        entrance.what, len(tried), counted["taken"], counted["refused"], raw, counted["slow"],
        counted["memory"], counted["ended"], f"{max(one.seconds for one in tried):.1f}",
        f"{max(one.peak_mb for one in tried):.0f}", f"{entrance.memory_mb:.0f}",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _total(tried: dict[str, list[Tried]]) -> str:
    every = [one for found in tried.values() for one in found]
    counted = summary(every)
    cells = (
        "all", len(every), counted["taken"], counted["refused"],
        counted["raw"] + counted["wordless"], counted["slow"], counted["memory"], counted["ended"],
        f"{max(one.seconds for one in every):.1f}", f"{max(one.peak_mb for one in every):.0f}", "",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def _keep(name: str, tried: list[Tried], folder: Path) -> None:
    """Write down what broke an entrance, one of each kind, for the corpus."""
    faults = {one.told: one for one in tried if one.verdict in FAULTS}
    if not faults:
        return
    for one in islice(faults.values(), 40):
        print(f"{name} {one.seed}: {one.verdict} {one.told[:300]}")
        target = folder / name / str(one.seed)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        written(hostile(ENTRANCES[name], seeds_of(name), one.seed), target)


main()
