"""What a browser says was drawn."""

from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import current

VIEWER = "segment-viewer.component"
PEN = {"target": "tumor", "erase": False, "outside": False}


def say(app: AppTest, *edits: Any) -> AppTest:
    """Say it as the browser would: all that it does not know to be taken, in a list."""
    # AppTest's state has no `get`.
    known = app.session_state[VIEWER] if VIEWER in app.session_state else None  # noqa: SIM401
    app.session_state[VIEWER] = {**(known or {}), "edits": list(edits)}
    return app.run()


def stroke(app: AppTest, serial: float, at: tuple[int, int, int], **more: Any) -> dict[str, Any]:
    what = {"pen": PEN, "path": [list(at)], "radius_mm": 10, "plane": None}
    told = {"serial": serial, "of": current(app).id, "do": "edit", "kind": "stroke", "what": what}
    return {**told, **more}


def in_the_liver(app: AppTest) -> tuple[int, int, int]:
    labels = current(app).segmentation.labels
    lesion = np.argwhere(labels == 2).mean(axis=0)
    liver = np.argwhere(labels == 1)
    x, y, z = liver[np.argmax(np.abs(liver - lesion).sum(axis=1))].tolist()
    return x, y, z
