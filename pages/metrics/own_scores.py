"""The scores of one case of one's own: figures, lesions, errors on a slice, files to take home."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluation.error_picture import FOUND, INVENTED, MISSED, error_picture
from core.evaluation.own_case import PackedLabels, worst_slice
from core.evaluation.run import Run
from core.evaluation.score import TARGETS as MASKS
from core.evaluation.score import CaseScore
from core.metrics.lesions import LesionRecord
from core.metrics.surface import Comparable
from core.study import Study
from pages.common.charts import TARGETS
from pages.common.frame import plain
from pages.common.numbers import number
from pages.common.widgets import download, show_figures, show_table
from pages.metrics.runs import keep_run

# Below this the truth of the same scan is hard to believe.
DOUBTFUL_DICE = 0.5
NO_SURFACE = {
    Comparable.BOTH_EMPTY: "neither the truth nor the segmentation marks any",
    Comparable.ONE_EMPTY: "only one of the two marks any, so there is no distance between them",
    Comparable.NO_SPACING: "the size of a voxel is not known",
}
LEGEND = {"found": FOUND, "missed": MISSED, "false": INVENTED}


def own_scores(
    case: Study,
    truth_name: str,
    truth: PackedLabels,
    scores: Sequence[CaseScore],
    run: Run,
    archive: bytes,
) -> None:
    """Show the scores of `case` against the truth called `truth_name`."""
    st.subheader(f"Against {plain(truth_name)}", anchor=False)
    _remarks(scores)
    for score in scores:
        _figures(score)
    st.dataframe(
        pd.DataFrame([_row(score) for score in scores]).set_index("What").T, placeholder="–"
    )
    _errors(case, truth, scores)
    lesions = [lesion for score in scores for lesion in score.lesions]
    if lesions:
        _lesions(lesions)
    _take_home(run, archive)


def _remarks(scores: Sequence[CaseScore]) -> None:
    organ = scores[0].whole
    if organ.dice < DOUBTFUL_DICE:
        st.warning(
            f"The liver has a Dice of {organ.dice:.3f} only: unless the segmentation failed, this "
            "is the ground truth of another case.",
            icon=":material/warning:",
        )
    for score in scores[1:]:
        if score.whole.defined and not score.whole.truth_voxels:
            st.info(
                "The truth marks no tumor, so all tumor found counts as false; if tumors are "
                "just not marked in it, choose so above."
            )


def _figures(score: CaseScore) -> None:
    whole, surface = score.whole, score.surface
    name = TARGETS[score.target]
    figures = {
        f"{name}: Dice": number(whole.dice),
        "HD95": _mm(surface.hd95_mm),
        "Mean surface distance": _mm(surface.assd_mm),
        f"Surface Dice at {surface.tolerance_mm:g} mm": number(surface.surface_dice),
    }
    show_figures(figures)
    if surface.comparable is not Comparable.YES:
        st.caption(f"{name}: no surface distances, because {NO_SURFACE[surface.comparable]}.")


def _mm(value: float) -> str:
    return f"{value:.1f} mm" if value == value else "–"


def _row(score: CaseScore) -> dict[str, str]:
    whole, volume = score.whole, score.voxel_ml or float("nan")
    return {
        "What": TARGETS[score.target],
        "Dice": number(whole.dice),
        "IoU": number(whole.iou),
        "Precision": number(whole.precision),
        "Recall": number(whole.recall),
        "True volume": f"{whole.truth_voxels * volume:,.1f} mL",
        "Volume found": f"{whole.predicted_voxels * volume:,.1f} mL",
        "Voxels found": f"{whole.true_positive:,}",
        "Voxels missed": f"{whole.false_negative:,}",
        "False voxels": f"{whole.false_positive:,}",
    }


def _errors(case: Study, truth: PackedLabels, scores: Sequence[CaseScore]) -> None:
    """Draw the slice with most errors, and let the visitor move on from it."""
    assert case.segmentation is not None
    st.subheader("Where the errors are", anchor=False)
    by_name = {TARGETS[score.target]: score for score in scores}
    name = st.segmented_control(
        "Errors of", list(by_name), default=next(iter(by_name)), required=True, key="metrics-own-of"
    )
    score = by_name[str(name)]
    worst = worst_slice(score)
    choice = st.slider(
        f"Axial slice; {worst + 1} has most errors",
        1,
        len(score.slices),
        worst + 1,
        # A new labelling may have another worst slice, and begins there.
        key=f"metrics-own-slice-{case.id[:8]}-{score.target}-{worst}",
    )
    index, mask = choice - 1, MASKS[score.target]
    x, y, _ = case.volume.spacing
    picture = error_picture(
        case.volume.hu[:, :, index],
        mask(truth.axial(index)),
        mask(case.segmentation.labels[:, :, index]),
        (x, y),
    )
    part = score.slices[index]
    shown, words = st.columns(2, gap="medium", vertical_alignment="center")
    shown.image(picture, width="stretch", alt=f"Errors of slice {choice}")
    with words:
        st.html(_legend(part.true_positive, part.false_negative, part.false_positive))
        st.caption(
            f"Dice of this slice {number(part.dice)}. Front is up, the patient's right is on the "
            "left of the picture."
        )


def _legend(found: int, missed: int, invented: int) -> str:
    counts = (found, missed, invented)
    return "".join(
        f'<p style="margin:0 0 .4rem"><span style="display:inline-block;width:.9em;height:.9em;'
        f'border-radius:2px;background:rgb{color};margin-right:.5em"></span>'
        f"{count:,} voxels {name}</p>"
        for (name, color), count in zip(LEGEND.items(), counts, strict=True)
    )


def _lesions(lesions: Sequence[LesionRecord]) -> None:
    st.subheader("Lesion by lesion", anchor=False)
    rows = [
        {
            "Lesion of": "the truth" if lesion.truth else "the segmentation",
            "Volume (mL)": lesion.volume_ml,
            "Diameter (mm)": lesion.diameter_mm,
            "Touched": lesion.touched,
            "IoU ≥ 0.5": lesion.matched,
            "Best Dice": lesion.best_dice,
            "Peak probability": lesion.probability_max,
        }
        for lesion in lesions
    ]
    volume, dice = {"Volume (mL)": "%.2f", "Diameter (mm)": "%.1f"}, {"Best Dice": "%.3f"}
    show_table(rows, {**volume, **dice, "Peak probability": "%.2f"})
    st.caption(
        "A lesion of the truth that nothing touches was missed; one of the segmentation that "
        "touches nothing is false. Diameters are of spheres of the same volume."
    )


def _take_home(run: Run, archive: bytes) -> None:
    with st.container(horizontal=True):
        download("Download as a run (.zip)", archive, f"{run.name}.zip", key="metrics-own-download")
        st.button(
            "Open among the runs of this page",
            on_click=keep_run,
            args=(run,),
            icon=":material/add_chart:",
            key="metrics-own-open",
        )
    st.caption("run.json and four Parquet tables: figures only, no image of the scan.")
