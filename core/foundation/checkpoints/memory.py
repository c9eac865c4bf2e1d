"""How much memory is free for a checkpoint, found out before it is loaded."""

from pathlib import Path

from core.errors import BadCheckpoint

MEMINFO = Path("/proc/meminfo")
# A container's own limit and use: version 2 of control groups, then version 1.
LIMITS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
MB = 1_000_000


def free_mb() -> float | None:
    """Memory that this process may still take, in 10⁶ bytes; None where nobody says."""
    found = [room for room in (_of_machine(), *(_of_group(*pair) for pair in LIMITS)) if room]
    return min(found) / MB if found else None


def check_room(needed_mb: float, name: str) -> None:
    """Refuse what does not fit.

    Raises BadCheckpoint, which says how much there is and what to do.
    """
    room = free_mb()
    if room is not None and room < needed_mb:
        raise BadCheckpoint(
            f"“{name}” needs about {needed_mb / 1000:.1f} GB of memory and {room / 1000:.1f} GB "
            "are free on this machine; choose a smaller checkpoint or free some memory."
        )


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
    return max(1, int(most) - int(used.read_text()))
