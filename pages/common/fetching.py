"""A checkpoint that is not on this machine: what it needs, and the job that fetches it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.foundation.hub import DOWNLOADS_OFF, Hub, HubFacts, downloads_allowed
from core.process.progress import Progress
from core.study import Study
from pages.common import jobs
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.common.widgets import pick

STAGES = ("Asking the hub", "Downloading")
FACTS = Slot[HubFacts]("hub-facts", keep=16)


@dataclass(frozen=True)
class Typed:
    """A field for the name or the folder of a checkpoint that is not among those we know."""

    label: str
    key: str
    placeholder: str


def ask_for_checkpoint(
    titles: Mapping[str, str], typed: Mapping[str, Typed], key: str, beside: Any = st
) -> str:
    """Ask for a checkpoint by name or folder; empty while that is not typed yet.

    Parameters
    ----------
    titles : of the checkpoints that we know, by name.
    typed : what is chosen instead, with its field. Not where nothing may be fetched: a public host
        offers what it has, and tells nobody which folders there are.
    beside : where that field stands.
    """
    typed = typed if downloads_allowed() else {}
    chosen = pick("Checkpoint", {**titles, **{other: other for other in typed}}, key)
    if chosen not in typed:
        return chosen
    field = typed[chosen]
    place = beside.text_input(
        field.label, key=field.key, placeholder=field.placeholder, persist_state="session"
    )
    return str(place or "").strip()


def facts_of(name: str) -> HubFacts | None:
    """Give what the hub said of a checkpoint, where it was asked in this session."""
    return FACTS.get(of=name)


def offer(case: Study, name: str, hub: Hub[Any], tab: str, text: str, *, known: bool) -> None:
    """Fetch the checkpoint `name` when asked to; first say what it needs, unless that is `known`.

    Parameters
    ----------
    hub : of the kind of model.
    tab : that shows the progress.
    text : says what is missing without it.
    """
    if not downloads_allowed():
        st.info(
            f"These weights are not on this machine. {DOWNLOADS_OFF} Choose a checkpoint that is "
            "here, or ask who hosts this page for one.",
            icon=":material/cloud_off:",
        )
        return
    st.info(text, icon=":material/cloud_download:")
    if known or facts_of(name) is not None:
        label, key = "Download it from the Hugging Face Hub", f"{tab}-download"
        jobs.offer(label, "download", begin, case, name, hub, tab, key=key)
    else:
        label, key = "Ask the hub what it needs", f"{tab}-look-up"
        jobs.offer(label, "search", _look_up, case, name, hub, tab, type="secondary", key=key)


def _look_up(case: Study, name: str, hub: Hub[Any], tab: str) -> None:
    def work(progress: Progress, cancelled: Callable[[], bool]) -> HubFacts:
        progress(STAGES[0], 0.0)
        return hub.look_up(name)

    def keep(facts: HubFacts) -> None:
        FACTS.put(facts, of=name)

    title = f"Asking what {name} needs"
    jobs.begin(jobs.Job(title, STAGES[:1], work, keep, Uses.CONNECTION, case, tab))


def begin(case: Study, name: str, hub: Hub[Any], tab: str) -> None:
    """Begin to fetch the checkpoint `name` in the background."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Any:
        progress(STAGES[0], 0.0)
        facts = hub.look_up(name)
        progress(STAGES[0], 1.0)
        return hub.download(facts, lambda done: progress(STAGES[1], done), cancelled)

    def keep(_: Any) -> None:
        """Nothing: the name finds it from now on."""

    jobs.begin(jobs.Job(f"Fetching {name}", STAGES, work, keep, Uses.CONNECTION, case, tab))
