"""A mask of the visitor's own for the starting point, in place of what the networks answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import streamlit as st

from core.cascade.labelled import Brought
from core.errors import HepatoScopeError
from core.io.structures import Choice, Structure, guess, labels_from, structures_in
from core.models.store import first_preset
from core.study import Study, labelled_by
from pages.common.answers import keep_answer
from pages.common.frame import plain
from pages.common.memory import Slot
from pages.common.session import cases, notify, store_result
from pages.common.uploads import Files, UploadedStudy, upload

WHAT = (
    "A file of labels on the grid of this scan takes the place of what the networks would answer: "
    "LiTS labels, those of another program such as TotalSegmentator, or a DICOM segmentation. It "
    "is measured, corrected and reported alike."
)
KINDS = ["nii", "gz", "dcm"]
MOST_LETTERS = 80


@dataclass(frozen=True, eq=False)
class Given:
    """An uploaded file of labels, and what it marks."""

    files: UploadedStudy
    name: str
    structures: tuple[Structure, ...]


GIVEN = Slot[Given]("own-mask")


def own_mask_panel(case: Study) -> None:
    """Offer to take a mask of one's own for the labels of a case."""
    with st.expander("Start from a mask of your own", icon=":material/upload_file:"):
        st.caption(WHAT)
        upload(
            "Labels (.nii, .nii.gz) or DICOM SEG (.dcm)",
            "own-mask-upload",
            partial(_take, case),
            type=KINDS,
        )
        given = GIVEN.get(case.id)
        if given is not None:
            _choose(case, given)


def _take(case: Study, files: Files) -> None:
    name = files[0].name[:MOST_LETTERS]
    study = UploadedStudy.of(files)
    path = study.paths[0]
    structures = structures_in(path)
    GIVEN.put(Given(study, name, structures), case.id)


def _choose(case: Study, given: Given) -> None:
    guessed = guess(given.structures)
    st.markdown(f"**{plain(given.name)}** marks {_counted(given.structures)}.")
    liver = _pick("Of these the liver", given, guessed.liver, "own-mask-liver")
    tumor = _pick("And the tumors", given, guessed.tumor, "own-mask-tumor")
    ignore = st.checkbox(
        "Ignore the position in its header",
        key="own-mask-ignore-place",
        help="Lays a NIfTI file on your scan voxel by voxel. Some headers of LiTS are wrong.",
    )
    st.button(
        "Use this mask",
        type="primary",
        icon=":material/check:",
        key="own-mask-use",
        disabled=not (liver or tumor),
        on_click=_use,
        args=(case.id, given, Choice(liver, tumor), ignore),
    )


def _pick(label: str, given: Given, guessed: frozenset[int], key: str) -> frozenset[int]:
    named = {one.number: one.label for one in given.structures}
    chosen = st.multiselect(
        label,
        list(named),
        default=sorted(guessed),
        format_func=named.__getitem__,
        key=f"{key}-{given.files.paths[0].parent.name}",
    )
    return frozenset(chosen)


def _counted(structures: Sequence[Structure]) -> str:
    return "one structure" if len(structures) == 1 else f"{len(structures)} structures"


def _use(case_id: str, given: Given, choice: Choice, ignore_place: bool) -> None:
    case = cases().get(case_id)
    if case is None:
        return
    path, notes = given.files.paths[0], list[str]()
    try:
        labels = labels_from(
            path,
            case.volume,
            choice,
            name=given.name,
            ignore_place=ignore_place,
            tell=notes.append,
        )
    except HepatoScopeError as error:
        notify(str(error))
        return
    keep_answer(case)
    digest = sha256(path.read_bytes()).hexdigest()
    brought = Brought(digest, choice.words)
    store_result(labelled_by(case, labels, brought, first_preset()))
    GIVEN.drop(case_id)
    for note in notes:
        notify(note, error=False)
