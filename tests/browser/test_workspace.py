"""A case that is corrected in a host's workspace outlives the server that is killed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.phantom import make_phantom
from core.phantom.patient import SHAPE, SPACING_MM
from core.workspace.folder import entries, open_case, workspace_at
from pages.common.scan_source import DEMO_SEED
from tests.browser.conftest import ROOT, free_port, start_streamlit, wait_until_healthy
from tests.browser.test_editing import PATIENCE, lesions, settled, use
from tests.on_screen import Planes

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@contextmanager
def served(workspace: Path, log: Path) -> Iterator[str]:
    """Serve the app with a workspace; at the end the server is killed, not asked to stop."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HEPATOSCOPE_WORKSPACE": str(workspace),
    }
    server = start_streamlit(ROOT / "app.py", port, log, environment=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, server, log)
        yield url
    finally:
        server.kill()
        server.wait()


def count(page: Page) -> int:
    return int(lesions(page).inner_text().split()[-1])


def test_nothing_is_lost_when_the_server_is_killed(
    open_page: Open, screenshots: Path, tmp_path: Path
) -> None:
    folder, labels = tmp_path / "workspace", make_phantom(DEMO_SEED).labels
    with served(folder, tmp_path / "log-1") as url:
        page = open_page(url)
        page.get_by_role("button", name="Open the demo case").first.click(timeout=PATIENCE)
        page.get_by_test_id("stRadio").get_by_text("paper", exact=True).click(timeout=PATIENCE)
        page.get_by_role("button", name="Segment liver and tumors").click()
        expect(lesions(page)).to_be_visible(timeout=2 * PATIENCE)
        planes = Planes(page, SHAPE, SPACING_MM)
        planes.wait()
        switch = page.get_by_test_id("stCheckbox").filter(has_text="Correct by hand")
        switch.locator("label").first.click()
        expect(page.get_by_text("every correction is written")).to_be_visible(timeout=PATIENCE)
        use(page, "Brush")
        page.locator("[data-edit=radius]").fill("6")
        z = planes.index("axial")
        far = np.argwhere(labels[..., z] == 1)
        x, y = far[np.abs(far - far.mean(axis=0)).sum(axis=1).argmin()].tolist()
        planes.drag("axial", (x, y, z), (x + 6, y, z))
        planes.drag("axial", (x, y + 20, z), (x + 6, y + 20, z))
        settled(page)
        page.locator("[data-edit=undo]").click()
        settled(page)
        expect(page.get_by_text("(one edit)").first).to_be_visible(timeout=PATIENCE)
        drawn = count(page)
        page.close()
    place = workspace_at(folder)
    (entry,) = entries(place)
    study, history = open_case(place, entry.id)
    assert (len(history.done), len(history.undone)) == (1, 1)
    assert len(study.known.findings.lesions) == drawn
    assert study.known.findings.corrected is not None
    with served(folder, tmp_path / "log-2") as url:
        page = open_page(f"{url}/teach")
        expect(page.get_by_text("From 1 case of 1 patient")).to_be_visible(timeout=PATIENCE)
        page.screenshot(path=screenshots / "teach.png", full_page=True)
        # The table is a canvas: a click in its first row picks the case.
        table = page.get_by_test_id("stDataFrame").first
        table.click(position={"x": 120, "y": 52})
        page.get_by_role("button", name=f"Open {entry.title}").click(timeout=PATIENCE)
        expect(lesions(page)).to_contain_text(str(drawn), timeout=PATIENCE)
        expect(page.get_by_text("corrected by hand").first).to_be_visible(timeout=PATIENCE)
        switch = page.get_by_test_id("stCheckbox").filter(has_text="Correct by hand")
        switch.locator("label").first.click()
        planes = Planes(page, SHAPE, SPACING_MM)
        planes.wait()
        # What was undone can be made again, by another server.
        page.locator("[data-edit=redo]").click()
        expect(page.get_by_text("(2 edits)").first).to_be_visible(timeout=PATIENCE)
        page.screenshot(path=screenshots / "workspace.png", full_page=True)
        page.close()
    assert len(open_case(place, entry.id)[1].done) == 2
