"""Let coverage guide the search: ``python -m tests.fuzz.guided ENTRANCE [options of libFuzzer]``.

Needs atheris (``pip install atheris``, Linux). The bytes that it makes are the first file of a
valid input. What it finds is written to the working folder, as libFuzzer does.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["core", "pages", "pydicom", "nibabel"]):
    from tests.fuzz.campaign import FAULTS, seeds_of, try_one
    from tests.fuzz.entrances import ENTRANCES, without_processes


def main() -> None:
    """Fuzz one entrance until told otherwise."""
    name, *options = sys.argv[1:]
    entrance, valid = ENTRANCES[name], seeds_of(name)[0]
    first = next(iter(valid))
    start = Path(tempfile.mkdtemp(prefix="fuzz-start-"))
    for number, files in enumerate(seeds_of(name)):
        (start / str(number)).write_bytes(next(iter(files.values())))

    def once(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place, without_processes():
            verdict, told = try_one(entrance, valid | {first: data}, Path(place) / "input")
        if verdict in FAULTS:
            raise AssertionError(f"{verdict}: {told}")

    atheris.Setup([sys.argv[0], *options, str(start)], once)
    atheris.Fuzz()


main()
