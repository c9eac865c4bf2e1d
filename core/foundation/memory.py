"""Whether a checkpoint fits into the memory that is free, found out before it is loaded."""

from core.errors import BadCheckpoint


def check_room(
    name: str, needed_mb: float, free_mb: float | None, *, how: str = "", place: str = "machine"
) -> None:
    """Refuse what does not fit; where nobody says how much is free, everything does.

    Parameters
    ----------
    name : of the checkpoint.
    needed_mb, free_mb : memory, 10⁶ bytes.
    how : in which it needs that much, such as “ in 4 bits”.
    place : whose memory it is.

    Raises
    ------
    BadCheckpoint
        Says how much there is and what to do.
    """
    if free_mb is not None and free_mb < needed_mb:
        raise BadCheckpoint(
            f"“{name}” needs about {needed_mb / 1000:.1f} GB of memory{how} and "
            f"{free_mb / 1000:.1f} GB are free on this {place}; choose a smaller checkpoint or "
            "free some memory."
        )
