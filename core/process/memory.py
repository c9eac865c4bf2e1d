"""How much memory is free on this machine, and what tells that it was too little."""

import ctypes
import gc
import re
import sys
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")
# A container's own limit and use: version 2 of control groups, then version 1.
LIMITS = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
# Of what counts as used: files that were read once, which give way.
CACHE = re.compile(r"^(?:total_)?inactive_file (\d+)$", re.MULTILINE)
MB = 1_000_000
# Of glibc's mallopt.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
# What libraries say where they were refused memory, each in a type of its own.
REFUSED = ("can't allocate", "cannot allocate", "unable to allocate", "bad_alloc", "oom when")


def free_mb() -> float | None:
    """Memory that may still be taken on this machine, in 10⁶ bytes; None where nobody says."""
    groups = (_of_group(GROUP / limit, GROUP / used) for limit, used in LIMITS)
    found = [room for room in (_of_machine(), *groups) if room]
    return min(found) / MB if found else None


def whole_mb() -> float | None:
    """Memory of this machine, or of the container, in 10⁶ bytes; None where nobody says."""
    limits = [path for path in (GROUP / limit for limit, _ in LIMITS) if path.is_file()]
    told = [path.read_text().strip() for path in limits]
    found = [int(one) for one in told if one.isdigit() and int(one) < 1 << 50]
    total = _meminfo("MemTotal")
    return min([*found, *([total] if total else [])], default=0) / MB or None


def give_back() -> None:
    """Collect garbage, and return freed memory to the system where glibc keeps it."""
    gc.collect()
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def keep_little() -> None:
    """Let glibc give large arrays back as they are freed, whichever thread had them.

    It raises the size from which it does so with each large array that is freed, and has a heap
    for each of many threads, unless told otherwise.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(M_MMAP_THRESHOLD, 1 << 20)
        libc.mallopt(M_ARENA_MAX, 2)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None


def is_of_memory(error: Exception) -> bool:
    """Tell whether `error` says that memory was refused, whatever library raised it."""
    said = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or any(words in said for words in REFUSED)


def _of_machine() -> int | None:
    return _meminfo("MemAvailable")


def _meminfo(name: str) -> int | None:
    if not MEMINFO.is_file():
        return None
    lines = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines() if ":" in line)
    kilobytes = lines.get(name, "").split()
    return int(kilobytes[0]) * 1024 if kilobytes else None


def _of_group(limit: Path, used: Path) -> int | None:
    if not limit.is_file() or not used.is_file():
        return None
    most = limit.read_text().strip()
    # “max”, or in version 1 a number beyond any machine.
    if not most.isdigit() or int(most) > 1 << 50:
        return None
    stat = used.with_name("memory.stat")
    cached = [int(size) for size in CACHE.findall(stat.read_text())] if stat.is_file() else []
    return max(1, int(most) - int(used.read_text()) + max(cached, default=0))
