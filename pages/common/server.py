"""What the server does between visits: it forgets who left, and gives their memory back.

Streamlit keeps a session without a browser until another one comes or goes, and never tells the
files that were uploaded in it. All that is asked of its inner parts is asked here.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime

from core.models.runtime import forget
from core.process.memory import give_back, keep_little
from core.process.scratch import clear_left
from pages.common.jobs import Job
from pages.common.memory import EVERY
from pages.common.queues import lines
from pages.common.sam import sam_process

LOG = logging.getLogger(__name__)
# How long what a visitor has outlives the tab; the page says so.
KEPT_SECONDS = 120
# More at once, and a new one is asked to come later.
MOST_VISITORS = 60
LOOK_SECONDS = 5
# Seconds after which a thread that computes lets another go on: the event loop takes part in each
# answer of the server, and waited so long for each of many visitors.
TURN_SECONDS = 0.001
# How long nobody must have worked before the networks are let go.
IDLE_SECONDS = 90


class Housekeeping:
    """Who left, since when, and what is to be tidied up.

    Parameters
    ----------
    manager : of Streamlit's sessions; looked at on its own event loop alone.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._left: dict[str, float] = {}
        # Whether something was let go since it was collected last, and whether networks are loaded.
        self._untidy = self._loaded = False
        self._worked = monotonic()

    def close_left(self, now: float) -> None:
        """Close sessions that have had no browser for `KEPT_SECONDS`, with all that they hold."""
        stored = {info.session.id: info.session for info in self._manager._session_storage.list()}
        self._left = {name: self._left.get(name, now) for name in stored}
        for name, since in self._left.items():
            if now - since >= KEPT_SECONDS:
                self._manager.close_session(name)
                # Streamlit's loop holds the session that it looked at last, until another comes.
                stored[name].session_state.clear()
                for one in [one for one in EVERY if one.session == name]:
                    one.empty()
                self._untidy = True

    def cancel_left(self, now: float) -> bool:
        """Cancel work of those who left; returns whether there is work at all."""
        jobs = [one for line in lines().values() for one in line.members() if isinstance(one, Job)]
        for job in jobs:
            job.cancel_if_left(now)
        return bool(jobs)

    def tidy(self, now: float, *, works: bool) -> None:
        """Give memory back where somebody left and nobody works, and networks that nobody needs.

        Once for each, since a collection stops all visitors for a moment.
        """
        if works:
            self._worked, self._untidy, self._loaded = now, True, True
            return
        needed = now - self._worked < IDLE_SECONDS or any(one.cases for one in list(EVERY))
        if not needed:
            sam_process.clear()
        if self._loaded and not needed:
            forget()
            self._loaded, self._untidy = False, True
        if self._untidy:
            self._untidy = False
            give_back()


@st.cache_resource(show_spinner=False)
def housekeeping() -> threading.Thread | None:
    """Begin to keep house, once for the server; None where no server runs."""
    clear_left()
    server = _server()
    if server is None:
        return None
    keep_little()
    sys.setswitchinterval(TURN_SECONDS)
    keep_to_the_page()
    loop, manager = server._get_async_objs().eventloop, server._session_mgr
    thread = threading.Thread(
        target=_keep_house, args=(Housekeeping(manager), loop), daemon=True, name="housekeeping"
    )
    thread.start()
    return thread


def is_full() -> bool:
    """Whether more visitors are here than the host is made for."""
    server = _server()
    return server is not None and len(server._session_mgr.list_active_sessions()) > MOST_VISITORS


def keep_to_the_page() -> None:
    """Drop requests of a part of a page that was left already.

    A fragment asks for its rerun by the name of its page. Asked while the next page is still being
    drawn, Streamlit takes that name for the one that is wanted: the next page is lost, or an empty
    one stays. (`ScriptRequests.request_rerun` takes over the newest `page_script_hash`.)
    """
    if getattr(AppSession, "_keeps_to_the_page", False):
        return
    ask: Callable[[AppSession, Any], None] = AppSession.request_rerun

    def asked(self: AppSession, state: Any) -> None:
        if state is not None and not state.fragment_id:
            self._wanted_page = state.page_script_hash  # type: ignore[attr-defined]
        elif state is not None and is_left(getattr(self, "_wanted_page", ""), state):
            LOG.info("dropped a request of a page that was left")
            return
        ask(self, state)

    AppSession.request_rerun = asked  # type: ignore[assignment, method-assign]
    AppSession._keeps_to_the_page = True  # type: ignore[attr-defined]


def is_left(wanted: str, state: Any) -> bool:
    """Whether a request of a fragment is of another page than the one that was `wanted` last."""
    # A visit begins without the name of a page.
    return bool(wanted) and bool(state.page_script_hash) and state.page_script_hash != wanted


def _server() -> Runtime | None:
    # A page that is tested without a server has something else in its place.
    server = runtime.get_instance() if runtime.exists() else None
    return server if type(server) is Runtime else None


def _keep_house(house: Housekeeping, loop: asyncio.AbstractEventLoop) -> None:
    while not loop.is_closed():
        sleep(LOOK_SECONDS)
        now = monotonic()
        try:
            loop.call_soon_threadsafe(house.close_left, now)
            house.tidy(now, works=house.cancel_left(now))
        # The server goes on without, and its log says why.
        except Exception:
            LOG.exception("housekeeping")
