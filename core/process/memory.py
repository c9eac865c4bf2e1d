"""How much memory is free on this machine, and what tells that it was too little."""

import re
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
# What libraries say where they were refused memory, each in a type of its own.
REFUSED = ("can't allocate", "cannot allocate", "unable to allocate", "bad_alloc", "oom when")


def free_mb() -> float | None:
    """Memory that may still be taken on this machine, in 10⁶ bytes; None where nobody says."""
    groups = (_of_group(GROUP / limit, GROUP / used) for limit, used in LIMITS)
    found = [room for room in (_of_machine(), *groups) if room]
    return min(found) / MB if found else None


def is_of_memory(error: Exception) -> bool:
    """Tell whether `error` says that memory was refused, whatever library raised it."""
    said = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, MemoryError) or any(words in said for words in REFUSED)


def _of_machine() -> int | None:
    if not MEMINFO.is_file():
        return None
    lines = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines() if ":" in line)
    kilobytes = lines.get("MemAvailable", "").split()
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
