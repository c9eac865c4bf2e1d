"""Score the case segmented on the Segment page against a ground truth of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.evaluation.own_case import PackedLabels, check_same_case, own_run, score_own
from core.evaluation.run import Run
from core.evaluation.score import CaseScore
from core.io.labels import read_truth
from core.study import Study
from pages.common.downloads import file_stem
from pages.common.frame import plain, show_error
from pages.common.memory import Slot, content
from pages.common.session import current_case
from pages.common.truth import TRUTHS, Truth
from pages.common.uploads import Files, saved, upload
from pages.metrics.own_scores import own_scores

KINDS = {
    True: "0 background, 1 liver, 2 tumor, as in LiTS",
    False: "0 background, 1 liver: tumors are not marked in it",
}
LIVER_ONLY = "With a mask of the liver alone only the liver is scored, tumors included in it."


IGNORE_PLACE_KEY = "metrics-own-ignore-place"


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of a case.

    Parameters
    ----------
    archive : the run as .zip.
    """

    scores: tuple[CaseScore, ...]
    run: Run
    archive: bytes


SCORED = Slot[Scored]("metrics-own-scores")
REFUSED = Slot[str]("metrics-own-refused")
UPLOAD = "metrics-own-upload"


def own_case_view(runs: Sequence[Run]) -> None:
    """Take a ground truth for the current case and show its scores; needs no run."""
    case = current_case()
    if case is None or case.segmentation is None:
        _nothing_to_score(case)
        return
    st.markdown(
        f"The case is **{plain(case.title)}**, labelled by "
        f"{case.segmentation.maker} at thresholds {case.segmentation.liver_threshold:g} and "
        f"{case.segmentation.tumor_threshold:g}. Bring its ground truth: a NIfTI file on the grid "
        "of your scan. It stays in this browser session."
    )
    tumors_labelled = _ask(case, case.segmentation)
    if message := REFUSED.pop():
        show_error(message)
    truth = TRUTHS.get(case.id)
    if truth is not None:
        for note in truth.notes:
            st.info(plain(note), icon=":material/align_vertical_center:")
        scored = _scored(case, case.segmentation, truth, tumors_labelled)
        own_scores(case, truth.name, truth.labels, scored.scores, scored.run, scored.archive)


def _nothing_to_score(case: Study | None) -> None:
    todo = "No scan is open" if case is None else f"{plain(case.title)} is not segmented yet"
    st.info(
        f"{todo}. Open and segment one on the Segment page, then come back with its ground truth: "
        "you get its scores, its lesions one by one, and the slice with most errors.",
        icon=":material/biotech:",
    )
    st.page_link(
        "pages/segment/page.py", label="Go to the Segment page", icon=":material/arrow_back:"
    )


def _ask(case: Study, found: Segmentation) -> bool:
    """Offer the upload; returns whether tumors are marked in the truth."""
    what, file = st.columns(2, gap="large")
    with what:
        tumors_labelled: bool = st.radio(
            "Its labels",
            list(KINDS),
            format_func=KINDS.__getitem__,
            key="metrics-own-kind",
            persist_state="session",
        )
        st.caption(LIVER_ONLY)
        st.checkbox(
            "Ignore the position in its header",
            key=IGNORE_PLACE_KEY,
            persist_state="session",
            help="Lays it on your scan voxel by voxel. Some files of LiTS have wrong headers.",
        )
    with file:
        take = partial(_take, case, found)
        kinds = ["nii", "gz"]
        upload("Ground truth (.nii, .nii.gz)", UPLOAD, take, REFUSED.put, type=kinds)
    return tumors_labelled


def _take(case: Study, found: Segmentation, files: Files) -> None:
    """Check an uploaded truth; one that is refused leaves the one before in place."""
    name, ignore_place = files[0].name, bool(st.session_state.get(IGNORE_PLACE_KEY))
    notes: list[str] = []
    with saved(files) as (path,):
        labels = read_truth(
            path, case.volume, name=name, ignore_place=ignore_place, tell=notes.append
        )
    check_same_case(labels, found.labels, name, case.title)
    TRUTHS.put(Truth(name, PackedLabels.of(labels), tuple(notes)), case.id)


def _scored(case: Study, found: Segmentation, truth: Truth, tumors_labelled: bool) -> Scored:
    """Score the case, once for each labelling and truth."""

    def score() -> Scored:
        with st.spinner("Comparing the segmentation with the truth"):
            labels = truth.labels.whole()
            scores = score_own(case.volume, labels, found, file_stem(case), tumors_labelled)
            return Scored(tuple(scores), *own_run(scores, found))

    return SCORED.made(case.id, (truth, tumors_labelled, content(case, found)), score)
