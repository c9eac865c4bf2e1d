"""Who goes first where there is more to do than processors."""

import os
import sys
import threading

# Of 19. Networks get a tenth of the share of what does not step back, a child that somebody waits
# for a third: pages are answered first, then files are read, then scans segmented.
NETWORKS, CHILD = 10, 5


def step_back(niceness: int) -> None:
    """Let the calling thread, and whatever it starts, have what the others leave (Linux).

    It only ever steps back further.
    """
    if sys.platform.startswith("linux"):
        number = threading.get_native_id()
        before = os.getpriority(os.PRIO_PROCESS, number)
        os.setpriority(os.PRIO_PROCESS, number, max(before, niceness))
