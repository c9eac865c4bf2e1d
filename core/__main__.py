"""``python -m core``."""

import signal
import sys
from types import FrameType

from core.cli import main


def end(number: int, _: FrameType | None) -> None:
    """Leave as an error would: what is half written is taken away on the way out."""
    sys.exit(128 + number)


signal.signal(signal.SIGTERM, end)
sys.exit(main())
