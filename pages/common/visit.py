"""A visit that outlives a reload: the tab names itself, and finds its memory again.

Streamlit begins a new session where a page is loaded anew, and keeps the old one for
`server.disconnectedSessionTTL` seconds. For as long the memory of the old session is alive, and
this is how the new one gets it. Nothing is kept any longer for it.
"""

import re
import threading
from pathlib import Path
from weakref import WeakValueDictionary

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.common import inline
from pages.common.memory import NAME, Memory, memory

KEY = "visit"
TOKEN = re.compile(r"[0-9a-f]{32}")

_component = st.components.v2.component(
    "hepatoscope_visit", js=inline.text(Path(__file__).parent / "assets", "visit.js")
)


class Visits:
    """The memories of visits by the names of their tabs; holds none of them alive."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[str, Memory] = WeakValueDictionary()
        self._lock = threading.Lock()

    def claim(self, name: str, own: Memory) -> Memory | None:
        """Give the memory of the visit `name`: `own` for a new one, None where another tab has it.

        A memory that holds something already stays, whatever there was before.
        """
        with self._lock:
            before = self._known.get(name)
            if before is not None and before is not own:
                if is_active(before.session):
                    return None
                if not own.cases:
                    return before
            self._known[name] = own
            return own


@st.cache_resource
def visits() -> Visits:
    """All visits to this server."""
    return Visits()


def come_back(page: str) -> None:
    """Let the tab say which visit it is; after a reload take over what that visit had.

    Parameters
    ----------
    page : that is shown.
    """
    own = memory()
    own.session = session_id()
    name = (st.session_state.get(KEY) or {}).get("name")
    taken = None
    if isinstance(name, str) and TOKEN.fullmatch(name):
        found = visits().claim(name, own)
        if found is None:
            taken = name
        elif found is not own:
            found.session = own.session
            st.session_state[NAME] = found
    told = {"known": name, "taken": taken, "page": page}
    _component(key=KEY, data=told, on_name_change=_rerun_is_enough)


def session_id() -> str:
    """Name Streamlit's session; empty outside of a server."""
    context = get_script_run_ctx()
    return "" if context is None else context.session_id


def is_active(session: str) -> bool:
    """Whether a session has a browser at this moment."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def _rerun_is_enough() -> None:
    """Declare the name as state of the component; the rerun itself reads it."""
