"""Work in a child process: with a limit on memory and time, progress, and a way to stop it.

`run` starts a process for one call; a `Worker` keeps its process, so that what it loaded stays
loaded. Both begin with a fresh interpreter and end with the one that asked.
"""

from core.process.worker import Unwanted, Worker, never, run

__all__ = ["Unwanted", "Worker", "never", "run"]
