"""Score the case segmented on the Segment page against a ground truth of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.errors import HepatoScopeError
from core.evaluation.own_case import PackedLabels, own_run, score_own
from core.evaluation.own_truth import check_same_case, read_truth
from core.evaluation.run import Run
from core.evaluation.score import CaseScore
from core.study import Study
from pages.common.downloads import file_stem
from pages.common.frame import plain
from pages.common.session import MAX_CASES, cases, current_case
from pages.metrics.own_scores import own_scores

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KINDS = {
    True: "0 background, 1 liver, 2 tumor, as in LiTS",
    False: "0 background, 1 liver: tumors are not marked in it",
}
LIVER_ONLY = "With a mask of the liver alone only the liver is scored, tumors included in it."


class Key:
    """Keys of what this view keeps for one visitor."""

    TRUTHS = "metrics-own-truths"
    SCORED = "metrics-own-scored"
    UPLOADS = "metrics-own-uploads-taken"
    REFUSED = "metrics-own-refused"
    KIND = "metrics-own-kind"
    IGNORE_PLACE = "metrics-own-ignore-place"


@dataclass(frozen=True)
class Truth:
    """A ground truth that was accepted for a case."""

    name: str
    labels: PackedLabels


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of a case, and what they hold for.

    Parameters
    ----------
    of : what the scores were made of; other labels or another truth need new ones.
    archive : the run as .zip.
    """

    of: tuple[object, ...]
    scores: tuple[CaseScore, ...]
    run: Run
    archive: bytes


def own_case_view(runs: Sequence[Run]) -> None:
    """Take a ground truth for the current case and show its scores; needs no run."""
    case = current_case()
    if case is None or case.segmentation is None:
        _nothing_to_score(case)
        return
    st.markdown(
        f"The case is **{plain(case.title)}**, segmented with the preset "
        f"{case.segmentation.preset} at thresholds {case.segmentation.liver_threshold:g} and "
        f"{case.segmentation.tumor_threshold:g}. Bring its ground truth: a NIfTI file on the grid "
        "of your scan. It stays in this browser session."
    )
    tumors_labelled = _ask(case)
    if message := st.session_state.pop(Key.REFUSED, None):
        st.error(plain(message), icon=":material/error:")
    truth = _truths().get(case.id)
    if truth is not None:
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


def _ask(case: Study) -> bool:
    """Offer the upload; returns whether tumors are marked in the truth."""
    what, file = st.columns(2, gap="large")
    with what:
        tumors_labelled: bool = st.radio(
            "Its labels",
            list(KINDS),
            format_func=KINDS.__getitem__,
            key=Key.KIND,
            persist_state="session",
        )
        st.caption(LIVER_ONLY)
        st.checkbox(
            "Ignore the position in its header",
            key=Key.IGNORE_PLACE,
            persist_state="session",
            help="Lays it on your scan voxel by voxel. Some files of LiTS have wrong headers.",
        )
    with file:
        key = f"metrics-own-upload-{st.session_state.setdefault(Key.UPLOADS, 0)}"
        st.file_uploader(
            "Ground truth (.nii, .nii.gz)",
            type=["nii", "gz"],
            key=key,
            on_change=_take_upload,
            args=(key, case),
        )
    return tumors_labelled


def _take_upload(key: str, case: Study) -> None:
    """Check an uploaded truth; one that is refused leaves the one before in place."""
    file: UploadedFile | None = st.session_state.get(key)
    if file is None or case.segmentation is None:
        return
    st.session_state[Key.UPLOADS] += 1
    try:
        with TemporaryDirectory(prefix="hepatoscope-upload-") as folder:
            path = Path(folder) / "truth"
            path.write_bytes(file.getbuffer())
            ignore_place = bool(st.session_state.get(Key.IGNORE_PLACE))
            labels = read_truth(path, case.volume, name=file.name, ignore_place=ignore_place)
        check_same_case(labels, case.segmentation.labels, file.name, case.title)
    except HepatoScopeError as error:
        st.session_state[Key.REFUSED] = str(error)
        return
    kept = _truths()
    kept.pop(case.id, None)
    kept[case.id] = Truth(file.name, PackedLabels.of(labels))
    _trim(kept)


def _truths() -> dict[str, Truth]:
    found: dict[str, Truth] = st.session_state.setdefault(Key.TRUTHS, {})
    return found


def _scored(case: Study, found: Segmentation, truth: Truth, tumors_labelled: bool) -> Scored:
    """Score the case, once for each labelling and truth."""
    kept: dict[str, Scored] = st.session_state.setdefault(Key.SCORED, {})
    thresholds = (found.liver_threshold, found.tumor_threshold)
    of = (truth, tumors_labelled, found.preset, thresholds, tuple(found.models.items()))
    if case.id not in kept or kept[case.id].of != of:
        with st.spinner("Comparing the segmentation with the truth"):
            labels = truth.labels.whole()
            name = file_stem(case)
            scores = score_own(case.volume, labels, found, name, tumors_labelled)
            kept.pop(case.id, None)
            kept[case.id] = Scored(of, tuple(scores), *own_run(scores, found))
        _trim(kept)
    return kept[case.id]


def _trim(kept: dict[str, Truth] | dict[str, Scored]) -> None:
    """Forget what belongs to cases that are gone, and never keep more than there may be cases."""
    for case_id in [case_id for case_id in kept if case_id not in cases()]:
        del kept[case_id]
    while len(kept) > MAX_CASES:
        del kept[next(iter(kept))]
