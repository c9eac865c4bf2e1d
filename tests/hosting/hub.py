"""A small server that speaks as much of the hub's API as an upload needs."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0" * 40


class Hub(ThreadingHTTPServer):
    """What was asked of the hub, and the files that it was given by their paths."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.made: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.stored: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def hub() -> Iterator[Hub]:
    """Serve for as long as the block takes."""
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def is_binary(sample: bytes) -> bool:
    return b"\0" in sample


class _Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        if "/tree/" in self.path:
            self._tell(
                [{"type": "file", "path": at, "size": 1, "oid": COMMIT} for at in self.server.files]
            )
        elif self.path.endswith("/refs") or "/spaces/" in self.path:
            siblings = [{"rfilename": at} for at in self.server.files]
            self._tell({"id": "user/name", "sha": COMMIT, "siblings": siblings, "private": False,
                        "tags": [], "likes": 0, "sdk": "docker"})  # fmt: skip
        else:
            self._tell({"name": "user", "type": "user"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path == "/api/repos/create":
            self.server.made.append(json.loads(body))
            self._tell({"url": f"{self.server.address}/spaces/user/name", "name": "user/name"})
        elif "/preupload/" in self.path:
            self._tell({"files": [self._mode(one) for one in json.loads(body)["files"]]})
        elif self.path.endswith("/info/lfs/objects/batch"):
            self._tell(
                {
                    "transfer": "basic",
                    "objects": [self._place(one) for one in json.loads(body)["objects"]],
                }
            )
        elif "/commit/" in self.path:
            self._commit([json.loads(line) for line in body.splitlines()])
        else:
            self._tell({})

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.stored[hashlib.sha256(content).hexdigest()] = content
        self._tell({})

    def _mode(self, told: dict[str, Any]) -> dict[str, Any]:
        large = is_binary(base64.b64decode(told["sample"]))
        return {
            "path": told["path"],
            "uploadMode": "lfs" if large else "regular",
            "shouldIgnore": False,
        }

    def _place(self, told: dict[str, Any]) -> dict[str, Any]:
        href = f"{self.server.address}/store/{told['oid']}"
        return {**told, "actions": {"upload": {"href": href, "header": {}}}}

    def _commit(self, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                content = base64.b64decode(value["content"])
                # As the hub does, which takes no binary file but by the other way.
                if is_binary(content):
                    self._tell({"error": "binary files must go to LFS"}, 400)
                    return
                self.server.files[value["path"]] = content
            elif line["key"] == "lfsFile":
                self.server.files[value["path"]] = self.server.stored[value["oid"]]
            elif line["key"] == "deletedFile":
                self.server.files.pop(value["path"], None)
        url = f"{self.server.address}/spaces/user/name/commit/{COMMIT}"
        self._tell({"commitUrl": url, "commitOid": COMMIT, "success": True})

    def _tell(self, told: Any, code: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""
