"""The process that decompresses DICOM pixels; `core.io.dicom_pixels` starts it.

``python -m core.io.dicom_decoder JOBS.json HU.npy``
"""

import json
import sys
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from core.io.dicom_pixels import decode_into

MEMORY_BYTES = 6 * 2**30


def limit_memory(most: int = MEMORY_BYTES) -> None:
    """Let this process have no more than `most` bytes of memory, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


def main(order: Path, result: Path) -> None:
    """Decode the slices listed in `order` into the array file `result`."""
    limit_memory()
    task = json.loads(order.read_text())
    hu = open_memmap(result, mode="w+", dtype=np.int16, shape=tuple(task["shape"]))
    decode_into([(path, frame, slope, inter) for path, frame, slope, inter in task["jobs"]], hu)
    hu.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
