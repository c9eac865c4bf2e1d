"""The hub: offline by default, fetched on request, and told in one sentence where it fails."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import BadCheckpoint, Cancelled
from core.foundation.hub import HubFacts
from core.foundation.llava import checkpoint as llava
from core.foundation.sam.checkpoint import download, fetched, find, look_up

constants = pytest.importorskip(
    "huggingface_hub.constants", reason="huggingface_hub is not installed"
)

SAM_FILES = {
    "config.json": b'{"model_type": "sam"}',
    "model.safetensors": b"0" * 300_000,
    "processor_config.json": b"{}",
}
PARTS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
INDEX = {"weight_map": {"a": PARTS[0], "b": PARTS[1], "c": PARTS[0]}}
LLAVA_FILES = {
    "config.json": b'{"model_type": "llava"}',
    "model.safetensors.index.json": json.dumps(INDEX).encode(),
    PARTS[0]: b"0" * 2000,
    PARTS[1]: b"1" * 1000,
    "tokenizer.json": b"{}",
    "processor_config.json": b"{}",
}
NAME, COMMIT = "someone/tiny-sam", "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub's library, and a hub that cannot be reached."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    return tmp_path / "cache"


def handler(files: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    """The little of the hub's interface that is asked."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET(body=False)

        def do_GET(self, body: bool = True) -> None:
            path = self.path.split("?")[0]
            content = files.get(path.rsplit("/", 1)[-1])
            if path == f"/api/models/{NAME}":
                siblings = [{"rfilename": name, "size": len(data)} for name, data in files.items()]
                said = {"id": NAME, "sha": COMMIT, "siblings": siblings}
                self.answer(json.dumps({**said, "cardData": {"license": "mit"}}).encode(), body)
            elif path.startswith(f"/{NAME}/resolve/") and content is not None:
                self.answer(content, body)
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def answer(self, content: bytes, body: bool) -> None:
            self.send_response(200)
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("ETag", f'"{hash(content) & 0xFFFFFFFF:08x}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Hub


@pytest.fixture
def tiny_folder(tmp_path: Path) -> Path:
    """A SAM as far as can be seen without loading it."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, content in SAM_FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(SAM_FILES)


@pytest.fixture
def served(
    cache: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, bytes]]:
    """A hub on this machine that has a SAM, whose files may be changed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(files))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    yield files
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_to_find_out_that_nothing_is_here(cache: Path) -> None:
    assert find("facebook/sam-vit-huge") is None
    assert not cache.exists()


def test_folder_is_found_as_it_is(cache: Path, tiny_folder: Path) -> None:
    found = find(str(tiny_folder))
    assert found is not None
    assert (found.name, found.folder) == (tiny_folder.name, tiny_folder)


@pytest.mark.parametrize("name", ["no-owner", "/nowhere/at/all", "a/b/c", "a/..", "a b/c", ""])
def test_what_is_no_name_is_refused(cache: Path, name: str) -> None:
    with pytest.raises(BadCheckpoint, match=r"neither a folder .* nor a name"):
        find(name)


def test_hub_that_cannot_be_reached_is_one_sentence(cache: Path) -> None:
    with pytest.raises(BadCheckpoint, match="does not answer this machine, so “someone/tiny-sam”"):
        look_up(NAME)


def test_offline_mode_is_one_sentence_too(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(BadCheckpoint, match="does not answer"):
        download(HubFacts(NAME, {"config.json": 10}, "mit"))


def test_size_and_licence_are_known_before_anything_is_fetched(
    served: dict[str, bytes], cache: Path
) -> None:
    facts = look_up(NAME)
    assert facts.licence == "mit"
    assert facts.download_mb == pytest.approx(sum(map(len, served.values())) / 1e6)
    assert not cache.exists()


def test_fetched_checkpoint_is_found_by_name_afterwards(
    served: dict[str, bytes], cache: Path
) -> None:
    told: list[float] = []
    checkpoint = download(look_up(NAME), told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert checkpoint.weights[0].read_bytes() == served["model.safetensors"]
    again = find(NAME)
    assert again is not None
    assert (again.name, again.folder) == (NAME, checkpoint.folder)


def test_download_stops_when_asked_to(served: dict[str, bytes], cache: Path) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled, match="download was cancelled"):
        download(look_up(NAME), told.append, lambda: len(told) > 1)
    assert find(NAME) is None


def test_model_of_another_kind_is_told_before_its_weights_are_fetched(
    served: dict[str, bytes], cache: Path
) -> None:
    served["config.json"] = b'{"model_type": "bert"}'
    with pytest.raises(BadCheckpoint, match="“someone/tiny-sam” is no SAM"):
        download(look_up(NAME))
    assert not list(cache.rglob("*.safetensors"))
    del served["model.safetensors"]
    with pytest.raises(BadCheckpoint, match="is no SAM that can be loaded"):
        look_up(NAME)


def test_unknown_name_is_told(served: dict[str, bytes]) -> None:
    with pytest.raises(BadCheckpoint, match="knows no model “nobody/nothing”"):
        look_up("nobody/nothing")


def test_full_disk_is_told_before_fetching(cache: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"is 1,000,000,000 MB and [\d,]+ MB are free"):
        download(HubFacts(NAME, {"config.json": 10**15}, "mit"))


def test_command_line_fetches_only_where_it_may(served: dict[str, bytes], cache: Path) -> None:
    with pytest.raises(BadCheckpoint, match="fetch it with --download"):
        fetched(NAME, None)
    lines: list[str] = []
    assert fetched(NAME, lines.append).name == NAME
    assert "licence mit" in lines[0]
    assert fetched(NAME, None).name == NAME


def test_weights_in_several_files_are_fetched_with_the_tokenizer_and_nothing_else(
    served: dict[str, bytes], cache: Path
) -> None:
    served.clear()
    served.update(LLAVA_FILES)
    served.update({"README.md": b"read me", "pytorch_model-00001-of-00002.bin": b"2" * 50})
    facts = llava.look_up(NAME)
    assert set(facts.files) == set(LLAVA_FILES)
    checkpoint = llava.download(facts)
    assert checkpoint.weights_mb == pytest.approx(0.003)
    assert llava.find(NAME) == checkpoint
    assert llava.must_find(NAME) == checkpoint


def test_checkpoint_that_came_in_part_is_not_here_yet(
    served: dict[str, bytes], cache: Path
) -> None:
    served.clear()
    served.update(LLAVA_FILES)
    facts = llava.look_up(NAME)
    with pytest.raises(Cancelled):
        llava.download(facts, cancelled=lambda: bool(list(cache.rglob(PARTS[0]))))
    assert list(cache.rglob("model.safetensors.index.json"))
    assert llava.find(NAME) is None
    with pytest.raises(BadCheckpoint, match="is not on this machine; download it first"):
        llava.must_find(NAME)
    assert llava.download(facts).name == NAME


def test_list_of_weights_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(LLAVA_FILES["config.json"])
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": 7}')
    with pytest.raises(BadCheckpoint, match=r"model\.safetensors\.index\.json .* is damaged"):
        llava.find(str(tmp_path))
