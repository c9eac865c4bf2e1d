"""What every browser test needs: a served script, Chromium, and a place for screenshots."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ROOT = Path(__file__).parents[2]
START_SECONDS = 60

Serve = Callable[[Path], str]
OpenPage = Callable[..., Page]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_streamlit(
    script: Path,
    port: int,
    log: Path,
    *,
    address: str = "127.0.0.1",
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = environment or {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )


def wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"Streamlit did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serve a Streamlit script on a free loopback port; each script once a session."""
    servers: dict[Path, tuple[str, subprocess.Popen[bytes]]] = {}

    def url_of(script: Path) -> str:
        if script not in servers:
            port, log = free_port(), tmp_path_factory.mktemp("streamlit") / "log"
            url = f"http://127.0.0.1:{port}"
            servers[script] = url, start_streamlit(script, port, log)
            wait_until_healthy(url, servers[script][1], log)
        return servers[script][0]

    yield url_of
    for _, server in servers.values():
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """Headless Chromium. Where there is none, tests skip, but not in continuous integration."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and browser tests must run in CI")
        pytest.skip(reason)
    browser = playwright_driver.chromium.launch(
        executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS, headless=True
    )
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open pages in a fresh profile, of any width and theme; a script error fails the test."""
    contexts = []
    errors: list[str] = []

    def open_at(
        url: str,
        *,
        width: int = 1440,
        height: int = 1000,
        theme: str = "light",
        touch: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            has_touch=touch,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Folder for pictures: the one named by SCREENSHOTS, else a temporary one."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
