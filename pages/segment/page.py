"""Open a CT, segment it, look at it, measure it, take the result home."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.findings import Lesion
from core.cascade.looks import own_slice
from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation
from core.cascade.sureness import lesion_probabilities
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import LIVER_WINDOW, apply_window
from core.study import Study
from pages.common import jobs
from pages.common.decisions import lesion_actions, rejected_lesions
from pages.common.downloads import downloads
from pages.common.glossary import see
from pages.common.memory import Slot
from pages.common.method import segment_again, segment_button
from pages.common.notices import optional_parts_panel, quality_panel
from pages.common.opening import open_case, open_page
from pages.common.surface_view import surface_view
from pages.common.uncertainty_state import DOUBT_TAB, DOUBTS, content, with_lesions
from pages.common.widgets import show_picture
from pages.common.workspace import LOOK_AT
from pages.segment.compare_view import compare_view
from pages.segment.editing import corrections_view, editing_switch
from pages.segment.findings_view import DOUBT, PROBABILITY, headline, lesion_table, voxel_of
from pages.segment.own_mask import own_mask_panel
from pages.segment.provenance_view import provenance_view
from pages.segment.thresholds_view import steps_view, thresholds
from pages.segment.uncertainty_view import uncertainty_view
from pages.viewer import ViewerState, rearm, slice_viewer

VIEWER = "segment-viewer"
RESULT_TABS = "result-tabs"
# What a visitor comes back to: the tab, and the lesion picked in each labelling.
OPEN_TAB, FIRST_TAB = Slot[str]("result-tab"), Slot[str]("result-tab-first")
SURE = Slot[tuple[float, ...]]("lesion-probabilities")
PICKED = Slot[int | None]("lesion-picked", keep=4)


def page() -> None:
    open_page(
        "Liver and tumors in a CT",
        "Two neural networks outline the liver and the tumors in it. You see what they saw, "
        "measure what they found, and question it voxel by voxel.",
    )
    case = open_case()
    if case is not None:
        _with_case(case)
    optional_parts_panel()


def _with_case(case: Study) -> None:
    usable = quality_panel(case)
    if (job := jobs.running()) is not None:
        if not _shown_in_its_tab(job, case):
            jobs.show_progress()
    elif case.segmentation is None:
        segment_button(case, usable)
        own_mask_panel(case)
    if case.segmentation is None:
        so_far = _liver_so_far(job, case)
        if so_far is not None:
            liver = measure(case.volume, so_far.labels).liver_volume_ml
            st.caption(f"The liver is found: {liver:,.0f} mL. Tumors are being looked for in it.")
        slice_viewer(case.volume, so_far, key=VIEWER)
    else:
        _result(case, case.segmentation)


def _liver_so_far(job: jobs.Job | None, case: Study) -> Segmentation | None:
    """Give the liver where the running segmentation has found it already."""
    if job is None or not job.concerns(case) or not isinstance(job.so_far, Segmentation):
        return None
    return job.so_far


def _shown_in_its_tab(job: jobs.Job, case: Study) -> bool:
    if job.tab is None or case.segmentation is None:
        return False
    return job.concerns(case) and st.session_state.get(RESULT_TABS) == job.tab


def _result(case: Study, segmentation: Segmentation) -> None:
    # The picture first, on a phone too; its figures beside it where there is room.
    picture, beside = st.columns([9, 5], gap="medium")
    with beside:
        picked = _figures(case, segmentation)
    with picture:
        _picture(case, segmentation, picked)
    # The jump to a new result is over: picking the same lesion by hand is another one.
    if jobs.just_arrived(case):
        rearm(VIEWER)
    jobs.settle()
    labels = list(TABS)
    if RESULT_TABS not in st.session_state:
        # Tabs with another default are other tabs: it stays until the page is left.
        FIRST_TAB.put(OPEN_TAB.get() or labels[0])
    tabs = st.tabs(labels, on_change="rerun", key=RESULT_TABS, default=FIRST_TAB.get())
    for tab, (label, draw) in zip(tabs, TABS.items(), strict=True):
        if tab.open:
            OPEN_TAB.put(label)
            with tab:
                draw(case, segmentation)


def _figures(case: Study, segmentation: Segmentation) -> Lesion | None:
    """Show what was measured, and how it was called; returns the lesion that is picked."""
    assert case.findings is not None
    headline(case.findings, segmentation)
    of = _name(case, segmentation)
    sure = _sureness(case, segmentation)
    picked = lesion_table(case.findings, f"lesions-{of}", PICKED.get(case.id, of), sure)
    PICKED.put(picked.number if picked else None, case.id, of)
    rejected_lesions(case, segmentation, key="segment")
    if segmentation.brought is None:
        thresholds(case, segmentation)
    if jobs.running() is None:
        segment_again(case, segmentation)
        own_mask_panel(case)
    return picked


def _sureness(case: Study, segmentation: Segmentation) -> dict[str, Sequence[float]]:
    """Tell how sure the networks are of each lesion, as far as it was asked."""
    if segmentation.brought is not None:
        return {}
    found = SURE.made(
        case.id,
        _name(case, segmentation),
        lambda: lesion_probabilities(segmentation.labels, segmentation.tumor_probability),
    )
    sure: dict[str, Sequence[float]] = {PROBABILITY: found}
    doubt = DOUBTS.get(case.id)
    if doubt is not None and doubt.of == content(segmentation):
        lesions = with_lesions(case, segmentation, doubt).summary.lesions
        sure[DOUBT] = [lesion.mean_disagreement for lesion in lesions]
    return sure


def _picture(case: Study, segmentation: Segmentation, picked: Lesion | None) -> None:
    assert case.findings is not None
    lesions = case.findings.lesions
    # Below the picture, which comes first on a phone; but it decides what the picture can do.
    above = st.container()
    hand = editing_switch(case, VIEWER)
    place = LOOK_AT.pop(case.id)
    aim = lesions[0] if lesions and picked is None and jobs.just_arrived(case) else picked
    show_views = bool(st.session_state.get("network-views"))
    with above:
        slice_viewer(
            case.volume,
            segmentation,
            key=VIEWER,
            goto=place or (None if aim is None else voxel_of(aim)),
            selected=None if picked is None else picked.number,
            follow=lambda state: _at_the_crosshair(case, segmentation, state, show_views),
            hand=hand,
        )
    corrections_view(case, segmentation)
    st.toggle(
        "Show what the networks saw",
        key="network-views",
        help="Below the planes: the axial slice at the size, and with the mask, the networks got."
        + see("Preset", "Window"),
    )


def _at_the_crosshair(
    case: Study, segmentation: Segmentation, state: ViewerState, show_views: bool
) -> None:
    """Offer to decide on the lesion at the crosshair; show what the networks saw there."""
    assert case.findings is not None
    lesions = case.findings.lesions
    aimed = (one.number for one in lesions if voxel_of(one) == state.voxel)
    number = state.lesion or next(aimed, None)
    if number is not None:
        lesion_actions(case, segmentation, lesions[number - 1], key="segment-lesion")
    elif lesions:
        st.caption("Click a lesion in a plane, or pick its row, to reject or to confirm it.")
    if show_views:
        _network_views(case, segmentation, state)


def _surfaces(case: Study, segmentation: Segmentation) -> None:
    assert case.findings is not None
    picked = PICKED.get(case.id, _name(case, segmentation))
    surface_view(case, segmentation, case.findings.lesions, picked)


def _name(case: Study, segmentation: Segmentation) -> str:
    """Name a labelling: lesions of another one are others, though of the same number."""
    return f"{case.id}-{segmentation.called}"


def _network_views(case: Study, segmentation: Segmentation, state: ViewerState) -> None:
    z = state.voxel[2]
    looks, only = segmentation.looks(case.volume), slice(z, z + 1)
    liver_input = looks.liver.show(case.volume, only)[0]
    tumor_input = own_slice(looks.tumor.show(case.volume, only))[0]
    native = apply_window(slice_of(case.volume.hu, Plane.AXIAL, z), LIVER_WINDOW)
    captions = {
        f"Slice {z + 1} itself, {_size(native)}": native,
        f"What the liver network saw: {_size(liver_input)}": liver_input,
        f"What the tumor network saw: {_size(tumor_input)}, black but for the liver": tumor_input,
    }
    for column, (caption, image) in zip(st.columns(3), captions.items(), strict=True):
        show_picture(image, caption, at=column)


def _size(image: NDArray[np.uint8]) -> str:
    return f"{image.shape[1]} × {image.shape[0]} pixels"


TABS = {
    ":material/tune: Steps": steps_view,
    ":material/view_in_ar: 3D": _surfaces,
    DOUBT_TAB: uncertainty_view,
    ":material/compare: Other networks": compare_view,
    ":material/download: Download": downloads,
    ":material/history: Where it came from": provenance_view,
}

page()
