"""What the tumor network would learn from corrected cases: begun, watched, measured, offered."""

from collections.abc import Sequence
from dataclasses import asdict
from json import dumps

import streamlit as st

from core.training.lesson import Lesson
from core.workspace.folder import Entry
from pages.common import jobs
from pages.common.charts import COLORS, axes, framed, show
from pages.common.widgets import download, show_table
from pages.teach.state import COURSE, begin_teaching

WHAT = (
    "The tumor network of `focus` learns on, from the cases that were corrected or confirmed, "
    "mixed with synthetic scans (and with labelled patients where the host has some) that it must "
    "not forget. Of several patients a quarter is held out. What was held out is segmented whole "
    "before and after, and the new network is offered only if it does no worse. It takes some "
    "minutes and runs beside the page. A few cases teach little: expect small changes."
)
LOSS = (
    "Loss by epoch: of the slices that it learns from, and of synthetic scans that it does not "
    "see. Nothing is chosen by it."
)
NONE_DONE = (
    "No case was corrected or confirmed yet. On the Segment page, switch on “Correct by hand” and "
    "draw; the case appears here."
)
EVERY = "2s"
COLUMNS = {"Dice before": "%.3f", "Dice after": "%.3f"}


def lesson_view(known: Sequence[Entry], before: Sequence[Lesson]) -> None:
    """Offer to teach, show how far it is, and what came of it."""
    st.markdown(WHAT)
    done = [one for one in known if one.done]
    if jobs.running() is not None:
        jobs.show_progress()
        st.fragment(_losses, run_every=EVERY)()
    elif not done:
        st.info(NONE_DONE, icon=":material/edit:")
    else:
        patients = len({one.patient for one in done})
        jobs.offer(
            "Try what the network would learn", "model_training", begin_teaching, key="teach-begin"
        )
        st.caption(f"From {_count(len(done), 'case')} of {_count(patients, 'patient')}.")
    for number, lesson in enumerate(before):
        _lesson(lesson, expanded=number == 0)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _losses() -> None:
    course = COURSE.get()
    if course is None or not course.told or not course.told[-1].losses:
        return
    import plotly.graph_objects as go

    losses = course.told[-1].losses
    epochs = list(range(1, len(losses) + 1))
    figure = go.Figure()
    for at, name in enumerate(("Learned from", "Synthetic, not seen")):
        values = [one[at] for one in losses]
        figure.add_scatter(
            x=epochs, y=values, mode="lines+markers", name=name, line={"color": COLORS[at]}
        )
    figure.update_xaxes(dtick=1)
    figure.update_yaxes(rangemode="tozero")
    show(framed(axes(figure, "Epoch", "Loss"), 280), "teach-loss", LOSS)


def _lesson(lesson: Lesson, *, expanded: bool) -> None:
    icon = ":material/check_circle:" if lesson.offered else ":material/block:"
    told = f"{lesson.written[:16].replace('T', ' ')} UTC, {_count(len(lesson.learned), 'case')}"
    with st.expander(f"Taught {told}", icon=icon, expanded=expanded):
        st.markdown(lesson.sentence)
        if lesson.offered:
            st.markdown(
                f"Choose **{lesson.preset}** where networks are chosen on the Segment page."
            )
        show_table(
            [
                {
                    "Measured on": group.name,
                    "Cases": len(group.cases),
                    "Dice before": group.before.tumor_dice,
                    "Dice after": group.after.tumor_dice,
                    "Lesions found before": f"{group.before.found} of {group.before.true}",
                    "Found after": f"{group.after.found} of {group.after.true}",
                    "Invented before": group.before.invented,
                    "Invented after": group.after.invented,
                }
                for group in lesson.groups
            ],
            COLUMNS,
        )
        st.caption(
            f"Mean tumor Dice of whole cases; lesions touched, and called where there is none. "
            f"It took {lesson.seconds / 60:.1f} minutes (seed {lesson.plan.seed}, commit "
            f"{lesson.commit})."
        )
        download(
            "What was measured (JSON)",
            lambda: dumps(asdict(lesson), indent=2).encode(),
            f"{lesson.preset}.json",
            key=f"download-{lesson.preset}",
        )
