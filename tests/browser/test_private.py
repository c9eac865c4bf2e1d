"""A whole visit in which neither the server nor the page asks anybody else for anything."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import free_port, start_streamlit, wait_until_healthy
from tests.outside import ROOT, forbidden

pytestmark = pytest.mark.browser

PATIENCE, SEGMENTING = 60_000, 900_000
# Asks a server that is not there, and tells which part of the policy forbade it.
REFUSED = """() => new Promise(told => {
    document.addEventListener("securitypolicyviolation", event => told(event.effectiveDirective));
    fetch("http://127.0.0.1:9/").catch(() => setTimeout(() => told("asked"), 2000));
})"""
PAGES = ("Pipeline", "Explain", "Report", "Metrics", "Embeddings", "About", "Segment")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The app as the container serves it, to all addresses, and the file that tells who asked."""
    environment, told = forbidden(tmp_path)
    port, log = free_port(), tmp_path / "log"
    server = start_streamlit(
        ROOT / "serve.py", port, log, address="0.0.0.0", environment=environment
    )
    wait_until_healthy(f"http://127.0.0.1:{port}", server, log)
    yield f"http://127.0.0.1:{port}", told
    server.terminate()
    server.wait(20)


def test_visit_stays_between_browser_and_server(
    served: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    url, told = served
    page = open_page("about:blank")
    asked: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: refused.append(said.text) if _is_refusal(said.text) else None)
    page.goto(url)
    page.get_by_role("button", name="Open the demo case").click(timeout=PATIENCE)
    page.get_by_role("button", name="Segment liver and tumors").click(timeout=PATIENCE)
    metric = page.get_by_test_id("stMetric").filter(has_text="Liver volume")
    expect(metric).to_be_visible(timeout=SEGMENTING)
    for name in PAGES:
        page.get_by_role("link", name=name, exact=True).first.click()
        expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert not told.exists(), told.read_text()
    assert not refused, refused
    elsewhere = [one for one in asked if not re.match(f"({url}|data:|blob:|about:)", one)]
    assert asked
    assert not elsewhere


def _is_refusal(said: str) -> bool:
    return "Content Security Policy" in said


def test_page_is_served_with_headers_that_keep_it_safe(
    served: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    url, _ = served
    page = open_page("about:blank")
    response = page.goto(url)
    assert response is not None
    headers = response.headers
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    # What the page itself may ask for: its own server alone.
    assert page.evaluate(REFUSED) == "connect-src"


def test_server_is_not_answered_by_a_name_that_is_not_its_own(
    served: tuple[str, Path], open_page: Callable[..., Page]
) -> None:
    """A name made to lead to this machine (DNS rebinding) gets no session."""
    url, _ = served
    page = open_page(url)
    demo = page.get_by_role("button", name="Open the demo case")
    expect(demo).to_be_visible(timeout=PATIENCE)
    response = page.goto(url.replace("127.0.0.1", "elsewhere.localhost"))
    assert response is not None
    assert response.ok, "the frame of the page is public; a session is not"
    page.wait_for_timeout(5_000)
    expect(demo).to_have_count(0)
