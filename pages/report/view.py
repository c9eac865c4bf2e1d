"""The report of a segmented case: choices, text beside pictures, signature and files."""

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.report.check import Verdict
from core.report.composite import Palette, Picture
from core.report.composite import pictures as draw_pictures
from core.report.draft import Draft, draft_of_facts, draft_of_model
from core.report.fact import Facts
from core.report.facts import collect_facts
from core.report.followup import Comparison
from core.report.screen import Shown, on_screen, slice_on_screen
from core.report.text import Edition
from core.report.written import Place
from core.study import Examined, Study
from pages.common import uncertainty_state as doubts
from pages.common.decisions import every_lesion
from pages.common.memory import Slot, content
from pages.common.saved import GENERATED
from pages.common.widgets import choose, show_picture
from pages.report.choices import Choices, choices
from pages.report.earlier import earlier_panel
from pages.report.edit import editor, verdicts
from pages.report.finish import finish
from pages.report.preview import preview
from pages.report.state import FACTS, LLAVA, edits, kept

MODES = {"read": "Read", "edit": "Edit"}
Printed = tuple[tuple[Picture, ...], tuple[Shown, ...]]

FOUND = Slot[Facts]("report-facts", keep=4)
PICTURES = Slot[Printed]("report-pictures", keep=3)
SLICE = Slot[int]("report-slice")
LOOKED_AT = Slot[Shown]("report-looked-at")


@dataclass(frozen=True, eq=False)
class Pictured:
    """What can be looked at beside the text.

    Parameters
    ----------
    of : names scan and result.
    shown : the pictures of the report.
    """

    study: Examined
    of: tuple[object, ...]
    palette: Palette
    shown: tuple[Shown, ...]


def report_view(case: Study, segmentation: Segmentation) -> None:
    """Ask what is wanted, and show it."""
    study = case.known
    chosen = choices(case, segmentation)
    comparison = earlier_panel(case, study)
    every_lesion(case, segmentation, key="report-decisions")
    facts = _facts(case, study, chosen, comparison)
    printed, shown = _pictures(case, study, chosen)
    place = Place(case.id, FACTS, chosen.edition)
    draft: Draft | None = draft_of_facts(facts, chosen.edition, edits(place), kept(place))
    if chosen.writer == LLAVA:
        from pages.report.llava import llava_panel

        llava_panel(case, facts, printed[0])
        place = Place(case.id, LLAVA, Edition.CLINICAL)
        draft = _by_model(case, facts, place)
    if draft is None:
        st.caption("LLaVA has written nothing about this scan yet; the report by facts is ready.")
    else:
        pictured = Pictured(study, content(case, segmentation), chosen.palette, shown)
        _text(draft, place, facts, pictured)
        st.divider()
        finish(case, study, facts, printed, draft, place)


def _facts(case: Study, study: Examined, chosen: Choices, comparison: Comparison | None) -> Facts:
    """Collect the facts, with the doubt that was measured of this very result."""
    assert case.segmentation is not None
    segmentation = case.segmentation
    doubt = doubts.DOUBTS.get(case.id)
    if doubt is not None and doubt.of != doubts.content(segmentation):
        doubt = None
    summary = None if doubt is None else doubts.with_lesions(case, segmentation, doubt).summary
    explained = chosen.explained
    known = (content(case, segmentation), summary, explained and explained[0], comparison)
    with st.spinner("Collecting the facts"):
        return FOUND.made(
            case.id,
            known,
            lambda: collect_facts(
                study.volume,
                case.quality,
                segmentation,
                study.findings,
                doubt=summary,
                explanation=explained and explained[1].summary,
                earlier=comparison,
            ),
        )


def _pictures(case: Study, study: Examined, chosen: Choices) -> Printed:
    explained, palette = chosen.explained, chosen.palette
    known = (content(case, study.segmentation), palette.name, explained and explained[0])

    def draw() -> Printed:
        drawn = draw_pictures(
            study.volume,
            study.segmentation,
            study.findings,
            attribution=explained and explained[1].signed,
            axial_slice=explained and explained[1].summary.axial_slice,
            palette=palette,
        )
        return drawn, tuple(on_screen(picture) for picture in drawn)

    with st.spinner("Drawing the pictures"):
        return PICTURES.made(case.id, known, draw)


def _by_model(case: Study, facts: Facts, place: Place) -> Draft | None:
    found = GENERATED.get(case.id)
    if found is None:
        return None
    return draft_of_model(facts, found.text, found.checkpoint, edits(place), kept(place))


def _text(
    draft: Draft,
    place: Place,
    facts: Facts,
    pictured: Pictured,
) -> None:
    mode = choose("Text", MODES, "report-mode", hidden=True)
    if mode == "edit":
        left, right = st.columns(2, gap="large")
        with left:
            editor(draft, place)
        for picture in pictured.shown:
            show_picture(picture.webp, picture.caption, at=right, alt=picture.alternative)
        return
    st.caption(
        "Point at a sentence: its lesion is framed in the pictures. Click it: the facts it was "
        "made of open below, and its slice beside."
    )
    _read(draft, facts, pictured)
    _check(draft, place)


@st.fragment
def _read(draft: Draft, facts: Facts, pictured: Pictured) -> None:
    """Show text and pictures, the slice of the chosen sentence first."""
    case_id = pictured.study.volume.digest
    z = SLICE.get(case_id)
    pictures = pictured.shown
    if z is not None and 0 <= z < pictured.study.volume.shape[2]:
        known = (*pictured.of, z, pictured.palette.name)
        slice_ = LOOKED_AT.made(
            case_id, known, lambda: slice_on_screen(pictured.study, z, pictured.palette)
        )
        pictures = (slice_, *pictures)

    preview(
        draft.narrative,
        facts,
        draft.own,
        pictures,
        key=f"report-preview-{case_id[:8]}",
        on_slice=lambda chosen: SLICE.put(chosen, case_id),
    )


def _check(draft: Draft, place: Place) -> None:
    """Tell what became of sentences that are not ours."""
    checked = draft.all_checked
    if not checked:
        return
    out = len(draft.left_out(kept(place)))
    counts = Counter(one.verdict for one in checked if not one.hanging)
    alone = sum(one.hanging for one in checked)
    hanging = f", {alone} left hanging" if alone else ""
    title = (
        f"Checked: {counts[Verdict.SUPPORTED]} supported, {counts[Verdict.UNSUPPORTED]} not "
        f"supported, {counts[Verdict.CONTRADICTED]} contradicted{hanging}, {out} left out"
    )
    with st.expander(title, icon=":material/fact_check:", expanded=out > 0):
        verdicts(checked, place)
