"""What a visitor is told of their scan's whereabouts, and how they are rid of it."""

from streamlit.testing.v1 import AppTest

from pages.common.server import KEPT_SECONDS
from tests.pages.conftest import button, memory_of


def test_scan_is_forgotten_with_all_that_was_made_of_it(segmented: AppTest) -> None:
    app = segmented.switch_page("pages/segment/page.py").run()
    told = "\n".join(text.value for text in app.markdown)
    assert f"until {KEPT_SECONDS // 60} minutes after the tab is closed" in told
    gone = button(app, "Forget this scan").click().run()
    assert not gone.exception
    assert not memory_of(gone).cases
    assert not [key for key in memory_of(gone).kept if key[1]]
    assert "gone from the server" in gone.info[0].value
    assert button(gone, "Open the demo case")
