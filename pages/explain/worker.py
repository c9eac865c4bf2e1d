"""The process that explains: one for the whole server."""

import threading
from contextlib import suppress

import streamlit as st

from core.errors import HepatoScopeError
from core.explainers.explain import prepare
from core.explainers.question import Question
from core.process import Worker


@st.cache_resource(show_spinner=False, on_release=lambda worker: worker.close())
def explainer() -> Worker:
    """Give the process that all visitors ask."""
    return Worker("explanation")


def warm_up(question: Question) -> None:
    """Let the process load TensorFlow and the network while the visitor still looks around."""
    threading.Thread(target=_prepare, args=(explainer(), question), daemon=True).start()


def _prepare(asked: Worker, question: Question) -> None:
    # Whoever asks in earnest is told what is wrong.
    with suppress(HepatoScopeError):
        asked.ask(prepare, question)
