"""An environment in which nobody outside can be asked, and which tells who tried."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Loaded by every Python that starts: whoever asks for a name or another machine is written down.
FORBIDDING = """
import os, socket, sys

def told(what):
    with open(os.environ["ASKED"], "a") as file:
        file.write(f"{sys.argv} {what}\\n")
    raise OSError(f"forbidden: {what}")

def here(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost", "")

_look_up, _connect, _send = socket.getaddrinfo, socket.socket.connect, socket.socket.sendto

def look_up(host, *rest, **more):
    if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):
        told(f"looked up {host}")
    return _look_up(host, *rest, **more)

class Socket(socket.socket):
    def connect(self, address):
        return _connect(self, address) if here(address) else told(f"connected to {address}")
    def sendto(self, data, *rest):
        return _send(self, data, *rest) if here(rest[-1]) else told(f"sent to {rest[-1]}")

socket.getaddrinfo, socket.socket = look_up, Socket
"""


def forbidden(folder: Path) -> tuple[dict[str, str], Path]:
    """Give such an environment, made in `folder`, and the file in which attempts are told."""
    (folder / "forbid").mkdir()
    (folder / "forbid" / "sitecustomize.py").write_text(FORBIDDING)
    told = folder / "asked"
    path = os.pathsep.join([str(folder / "forbid"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "ASKED": str(told)}, told
