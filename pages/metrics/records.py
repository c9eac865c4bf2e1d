"""The record of one case or slice: all its figures, its lesions, and its images if at hand."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.evaluation import Run
from core.evaluation.averages import score_values
from core.evaluation.cases import Place, rows_of
from core.evaluation.error_picture import FOUND, INVENTED, MISSED
from core.evaluation.images import pictures, telling_error
from pages.common.charts import GRAY, TARGETS, color_of, framed
from pages.common.frame import plain
from pages.common.numbers import number
from pages.common.widgets import show_figures, show_picture, show_table
from pages.metrics.pictures import RECORD, draw_later, images_of, record_job
from pages.metrics.state import SCORES

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAIN_SCORES = ("dice", "iou", "precision", "recall")
FURTHER = {
    "specificity": "Specificity",
    "accuracy": "Accuracy",
    "relative_volume_difference": "Relative volume difference",
    "volume_difference_ml": "Volume difference (mL)",
    "hd95_mm": "HD95 (mm)",
    "assd_mm": "ASSD (mm)",
    "surface_dice": "Surface Dice",
    "surface_tolerance_mm": "Tolerance of surface Dice (mm)",
    "expected_dice": "Dice that the network expected",
    "true_positive": "Voxels found",
    "false_negative": "Voxels missed",
    "false_positive": "False voxels",
    "voxels": "Voxels in all",
    "voxel_ml": "Volume of a voxel (mL)",
    "seconds": "Seconds to segment",
}
LESION = {
    "truth": "Lesion of",
    "number": "No.",
    "voxels": "Voxels",
    "diameter_mm": "Diameter (mm)",
    "volume_ml": "Volume (mL)",
    "best_dice": "Best Dice",
    "touched": "Touched",
    "matched": "IoU ≥ 0.5",
    "probability_max": "Peak probability",
}


def open_record(run: Run, place: Place) -> None:
    """Open the record over the page."""
    RECORD.put((run, place))
    _dialog(run, place)


@st.dialog("Record", width="large", icon=":material/lab_profile:", on_dismiss=RECORD.drop)
def _dialog(run: Run, place: Place) -> None:
    record(run, place)


def record(run: Run, place: Place) -> None:
    """Write the record of `place`; a case leads on to each of its slices."""
    case = rows_of(run.cases, place).iloc[0]
    slices = rows_of(run.slices, place)
    st.markdown(
        f"**{plain(place.case)}** of {plain(place.dataset)} · {TARGETS[place.target]} · run "
        f"{plain(run.name)} · patient {plain(str(case.get('patient', 'not named')))}"
    )
    if place.slice is None:
        _figures(rows_of(run.cases, place))
        index = _slice_slider(run, place, slices, None)
    else:
        index = _slice_slider(run, place, slices, place.slice)
        _figures(slices[slices["slice"] == index])
    st.plotly_chart(
        _profile(slices, index),
        key="record-profile",
        config={"displayModeBar": False},
        alt="Dice and true and predicted area of every slice of the case",
    )
    _images(run, place, index)
    _lesions(run, place)


def _slice_slider(run: Run, place: Place, slices: pd.DataFrame, start: int | None) -> int:
    """Choose the slice that is drawn: at first the one asked for, or the one with most errors."""
    wrong = (slices["false_positive"] + slices["false_negative"]).to_numpy()
    first = int(slices["slice"].iloc[int(wrong.argmax())]) if start is None else start
    last = int(slices["slice"].max())
    if len(slices) == 1:
        return first
    if len(slices) <= last:
        return int(
            st.select_slider(
                "Slice, of those that were scored",
                slices["slice"].tolist(),
                first,
                format_func=lambda index: str(index + 1),
                key=f"record-slice-{run.digest[:12]}-{place}",
            )
        )
    shown = st.slider(
        f"Slice of {last + 1}, from the feet",
        1,
        last + 1,
        first + 1,
        key=f"record-slice-{run.digest[:12]}-{place}",
    )
    return shown - 1


def _figures(row: pd.DataFrame) -> None:
    """Show four scores large, and everything else that the run knows in a table."""
    values = {score: float(score_values(row, score)[0]) for score in MAIN_SCORES}
    show_figures({SCORES[score]: number(value) for score, value in values.items()})
    found = row.iloc[0]
    rows = [
        {"Figure": name, "Value": _written(found[column])}
        for column, name in FURTHER.items()
        if column in found.index and pd.notna(found[column])
    ]
    with st.expander("All its figures"):
        show_table(rows)


def _written(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def _profile(slices: pd.DataFrame, index: int) -> "go.Figure":
    """Draw Dice, true and predicted area along the slices of the case."""
    import plotly.graph_objects as go

    z = slices["slice"] + 1
    areas = {
        "true area": (slices["true_positive"] + slices["false_negative"], GRAY),
        "predicted area": (slices["true_positive"] + slices["false_positive"], color_of(1)),
    }
    most = max(1, *(int(area.max()) for area, _ in areas.values()))
    figure = go.Figure()
    for name, (counts, color) in areas.items():
        figure.add_scatter(
            x=z, y=counts, name=name, yaxis="y2", line={"color": color, "width": 1.5}
        )
    figure.add_scatter(
        x=z, y=score_values(slices, "dice"), name="Dice", mode="lines+markers",
        marker={"size": 4}, line={"color": color_of(0), "width": 2},
    )  # fmt: skip
    figure.add_vline(x=index + 1, line_dash="dot", line_color=GRAY)
    figure.update_layout(
        yaxis={"title": "Dice", "range": [-0.03, 1.03]},
        yaxis2={
            "overlaying": "y", "side": "right", "title": "pixels", "showgrid": False,
            "range": [-0.03 * most, 1.03 * most], "tickvals": [0, most // 2, most],
        },
        xaxis={"title": "slice from the feet"}, hovermode="x unified",
    )  # fmt: skip
    return framed(figure, 260)


def _images(run: Run, place: Place, index: int) -> None:
    found = images_of(run, place)
    if found is None:
        draw_later(run, (place,), record_job, "record")
        return
    images, reason = found
    if images is None:
        st.info(plain(reason), icon=":material/hide_image:")
        return
    if reason:
        st.info(f"No prediction: {plain(reason)}", icon=":material/info:")
    drawn = pictures(images, place.target, index)
    for column, (name, picture) in zip(st.columns(3), drawn.items(), strict=False):
        show_picture(picture, f"{name.capitalize()}, slice {index + 1}", at=column)
    legend = "Liver blue, tumor orange."
    if "errors" in drawn:
        legend += " Errors: " + " ".join(
            f'<span style="color:rgb{color}">■</span> {name}'
            for name, color in (("found", FOUND), ("missed", MISSED), ("false", INVENTED))
        )
    st.html(f'<div style="font-size:0.875rem">{legend}</div>')
    most = telling_error(images, place.target) + 1
    what = "truth lies" if images.labels is None else "errors lie"
    st.caption(f"Most {what} in slice {most}. The patient's right is on the left, front is up.")


def _lesions(run: Run, place: Place) -> None:
    if place.target != "tumor":
        return
    lesions = rows_of(run.lesions, place)
    if lesions.empty:
        st.caption("Neither truth nor prediction has a lesion in this case.")
        return
    shown = lesions[list(LESION)].assign(
        truth=lesions["truth"].map({True: "truth", False: "prediction"})
    )
    figures = ("Diameter (mm)", "Volume (mL)", "Best Dice", "Peak probability")
    st.markdown("**Lesions of the case**")
    show_table(shown.rename(columns=LESION), dict.fromkeys(figures, "%.2f"))
