"""How scores are written."""


def number(value: float | None, digits: int = 3) -> str:
    """Write a score; a dash where it is not defined."""
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def with_interval(value: float, low: float, high: float, digits: int = 3) -> str:
    """Write a score with its interval, where there is one."""
    if low != low or value != value:
        return number(value, digits)
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
