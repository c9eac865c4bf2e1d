"""What SAM answered, beside our networks: pictures, figures, files."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.canvas import png
from core.draw.colors import RGB
from core.draw.sheet import sheet
from core.foundation.sam.automatic import Settings
from core.foundation.sam.compare import (
    Labels,
    Row,
    compare,
    compare_ours,
    labels_of,
    mask_rows,
)
from core.foundation.sam.display import gray_slice, laid_down, pixel_mm, upright
from core.foundation.sam.picture import colored, labelled
from core.io.export import slice_to_nifti, table_to_csv
from core.metrics.overlap import Overlap
from core.study import Study
from pages.common.downloads import file_stem
from pages.common.frame import plain
from pages.common.truth import truth_of
from pages.common.widgets import choose, download, show_picture
from pages.explain.sam_prompts import shown_mask
from pages.explain.sam_state import MASK_KEY, WINDOWS, Answer

ALL, BEST = "All its masks", "Its best for liver and tumor"
ORACLE = (
    "SAM does not say which of its masks is the liver. For each row the one was taken that fits "
    "{what} best: a choice that nobody can make who does not have it already, so this is the "
    "most SAM could reach here."
)
DIGITS = {
    "Dice, truth": 3, "IoU, truth": 3, "Dice, our result": 3, "IoU, our result": 3,
    "SAM expects": 2, "Seconds": 2,
}  # fmt: skip
TIPS = {
    "Fragments": "Connected pieces of the mask.",
    "SAM expects": "IoU that SAM itself expects of its mask.",
    "Mask": "Its number among SAM's masks, the best rated first.",
    "Seconds": "For this slice: SAM's look at it and its answer; of our networks the time of the "
    "whole scan, divided by its slices.",
}
NO_MASKS = (
    "SAM found no mask here that it is sure enough of. Loosen the two limits under “How they are "
    "found”, or take another slice, window or checkpoint."
)


def result_view(case: Study, segmentation: Segmentation, shown: Answer, *, current: bool) -> None:
    """Show an answer; `current`: to what is asked above, else it says what it answers."""
    question = shown.question
    prompted = not isinstance(question.about, Settings)
    st.subheader("What SAM answered", anchor=False)
    if not current:
        st.info(
            f"This is the last answer, about slice {question.z + 1} in the window "
            f"“{question.window}” ({'a prompt' if prompted else 'automatic masks'}, "
            f"{plain(shown.checkpoint)}); what is chosen above was not asked yet.",
            icon=":material/history:",
        )
    if not len(shown.found):
        st.warning(NO_MASKS, icon=":material/search_off:")
        return
    ours = upright(segmentation.labels[..., question.z])
    known = truth_of(case)
    truth = None if known is None else upright(known.axial(question.z))
    index = _choose_mask(shown) if prompted else None
    rows = compare(shown.found, ours, truth, index)
    pictures = _pictures(case, shown, rows, ours, prompted)
    for column, (name, picture) in zip(st.columns(len(pictures)), pictures.items(), strict=True):
        show_picture(picture, name, at=column)
    _table(segmentation, shown, rows, ours, truth, case.volume.shape[2])
    if not prompted:
        st.caption(ORACLE.format(what="our result" if truth is None else "the truth"))
    _downloads(case, shown, rows, pictures, (ours, truth), prompted)


def _choose_mask(shown: Answer) -> int:
    count = len(shown.found)
    if count == 1:
        return 0
    if int(st.session_state.get(MASK_KEY) or 0) >= count:
        st.session_state[MASK_KEY] = 0
    chosen = st.segmented_control(
        "Three masks for a vague prompt, the one SAM rates highest first",
        list(range(count)),
        default=0,
        format_func=lambda at: f"Mask {at + 1} · expects IoU {shown.found.rated[at]:.2f}",
        required=True,
        key=MASK_KEY,
    )
    return int(chosen or 0)


def _pictures(
    case: Study, shown: Answer, rows: tuple[Row, ...], ours: Labels, prompted: bool
) -> dict[str, RGB]:
    z, pixel = shown.question.z, pixel_mm(case.volume)
    gray = gray_slice(case.volume, z, WINDOWS[shown.question.window])
    found = shown.found
    if prompted:
        only = found.chosen(np.array([shown_mask(found)]))
        mine = {f"SAM: its mask, slice {z + 1}": colored(gray, only, pixel)}
    else:
        what = choose("Show", [ALL, BEST], "sam-shown", hidden=True)
        if what == BEST:
            mine = {f"SAM: {BEST.lower()}": labelled(gray, labels_of(rows), pixel)}
        else:
            mine = {f"SAM: {_count(len(found))}, slice {z + 1}": colored(gray, found, pixel)}
    return {**mine, "Our networks: liver blue, tumor orange": labelled(gray, ours, pixel)}


def _table(
    segmentation: Segmentation,
    shown: Answer,
    rows: tuple[Row, ...],
    ours: Labels,
    truth: Labels | None,
    slices: int,
) -> None:
    seconds = shown.look_seconds + shown.ask_seconds
    table = [_line("SAM", row, seconds) for row in rows]
    if truth is not None:
        each = sum(segmentation.seconds.values()) / slices
        name = f"Our networks ({segmentation.preset})" if segmentation.models else "Your mask"
        table += [_line(name, row, each) for row in compare_ours(ours, truth)]
    frame = pd.DataFrame(table).dropna(axis="columns", how="all")
    digits: dict[Any, Any] = {
        name: f"{{:.{count}f}}" for name, count in DIGITS.items() if name in frame
    }
    st.dataframe(
        frame.style.format(digits, na_rep="–"),
        placeholder="–",
        hide_index=True,
        column_config={
            name: st.column_config.Column(help=tip) for name, tip in TIPS.items() if name in frame
        },
    )
    st.caption(
        f"{plain(shown.checkpoint)}: {shown.look_seconds:.1f} s to take the slice in, once, and "
        f"{shown.ask_seconds:.1f} s to answer. Dice and IoU of this slice alone."
    )


def _count(masks: int) -> str:
    return "one mask" if masks == 1 else f"{masks} masks"


def _line(who: str, row: Row, seconds: float) -> dict[str, Any]:
    return {
        "Masks of": who,
        "Target": row.target,
        **_scores(row.with_truth, "truth"),
        **_scores(row.with_ours, "our result"),
        "Fragments": row.fragments,
        "SAM expects": row.rated,
        "Mask": None if row.index is None else str(row.index + 1),
        "Seconds": seconds,
    }


def _scores(fit: Overlap | None, whose: str) -> dict[str, float]:
    dice, iou = (float("nan"),) * 2 if fit is None else (fit.dice, fit.iou)
    return {f"Dice, {whose}": dice, f"IoU, {whose}": iou}


def _downloads(
    case: Study,
    shown: Answer,
    rows: tuple[Row, ...],
    pictures: dict[str, RGB],
    labels: tuple[Labels, Labels | None],
    prompted: bool,
) -> None:
    z = shown.question.z
    stem = f"{file_stem(case)}-sam-slice-{z + 1}"
    note = f"{case.title} · slice {z + 1} · window {shown.question.window} · {shown.checkpoint}"
    part = rows[0].mask.astype(np.uint8) if prompted else labels_of(rows)
    what = "1 SAM's mask" if prompted else "SAM's best, 1 liver 2 tumor"
    offered = (
        ("Pictures (PNG)", lambda: png(sheet(list(pictures.items()), note)), f"{stem}.png"),
        ("Masks (CSV)", partial(_csv, case, shown, labels), f"{stem}.csv"),
        (
            "Mask (NIfTI)",
            partial(slice_to_nifti, case.volume, laid_down(part), z, f"HepatoScope: {what}"),
            f"{stem}.nii.gz",
        ),
    )
    with st.container(horizontal=True):
        for label, make, name in offered:
            download(label, make, name, key=f"download-sam-{label}")
    st.caption(
        "The NIfTI lies on the grid of your file and marks this slice alone: "
        + ("1 is SAM's mask." if prompted else "1 and 2 are SAM's best masks for liver and tumor.")
    )


def _csv(case: Study, shown: Answer, labels: tuple[Labels, Labels | None]) -> bytes:
    rows = mask_rows(shown.found, *labels, pixel_mm(case.volume))
    return table_to_csv(pd.DataFrame(rows))
