"""What explanations found: pictures, where the attribution lies, and how each fared when tested."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.colors import DIVERGING
from core.explainers.attribution import shares
from core.explainers.export import explanation_record, map_to_nifti
from core.explainers.pictures import draw, limit_of, native_map, sheet_png, signed
from core.explainers.registry import methods
from core.explainers.standing import Standing, standing
from core.record import to_json
from core.study import Study
from pages.common.charts import GRAY, axes, color_bar, color_of, framed
from pages.common.downloads import file_stem
from pages.common.explanations import Explained, Wish
from pages.common.glossary import see
from pages.common.widgets import PERCENT, download, show_figures, show_picture, show_table

if TYPE_CHECKING:
    import plotly.graph_objects as go

Known = Sequence[tuple[Wish, Explained]]

CALLED = "What was called: liver blue, tumor orange"
COLUMNS = {
    "In tumor": (PERCENT, "Share of |attribution| in called tumor."),
    "In liver": (PERCENT, "In the liver beside it."),
    "Outside": PERCENT,
    "Tumor's area": (
        PERCENT,
        "Of the liver in this slice: what a map without any idea has in the tumor.",
    ),
    "Does not add up by": (
        PERCENT,
        "Sum of the map against the difference it should share out. Methods that are not meant to "
        "add up have none.",
    ),
    "Seconds": "%.1f",
}


def result_view(case: Study, segmentation: Segmentation, known: Known) -> None:
    """Show what is known of the chosen explanations of one slice."""
    if len(known) == 1:
        _one(case, segmentation, *known[0])
    else:
        _side_by_side(case, segmentation, known)
    _verdicts(segmentation, known)
    _figures(known)
    tested = [(wish, one) for wish, one in known if one.curves is not None]
    if tested:
        _curves(tested)
    _downloads(case, segmentation, known)


def _one(case: Study, segmentation: Segmentation, wish: Wish, one: Explained) -> None:
    native = native_map(one.posed, one.found.values)
    pictures = draw(case.volume, segmentation.labels, wish.z, native)
    named = {
        f"Slice {wish.z + 1}": pictures.slice,
        CALLED: pictures.called,
        f"Attribution by {_named(wish, segmentation)}": pictures.map,
        "Both": pictures.fused,
    }
    for column, (caption, picture) in zip(st.columns(4, gap="small"), named.items(), strict=True):
        show_picture(picture, caption, at=column)
    limit = pictures.limit
    color_bar(DIVERGING, f"{signed(-limit)} lowers it", f"raises it {signed(limit)}")


def _side_by_side(case: Study, segmentation: Segmentation, known: Known) -> None:
    """Draw each map over the slice, every one on its own scale: methods differ in their units."""
    columns = st.columns(min(4, len(known) + 1), gap="small")
    for number, (wish, one) in enumerate(known):
        native = native_map(one.posed, one.found.values)
        pictures = draw(case.volume, segmentation.labels, wish.z, native, limit_of(native))
        if number == 0:
            show_picture(pictures.called, f"Slice {wish.z + 1}, as called", at=columns[0])
        place = columns[(number + 1) % len(columns)]
        show_picture(pictures.fused, _named(wish, segmentation), at=place)
    st.caption("Each map has a scale of its own: red raised the answer, blue lowered it.")


def _standing(wish: Wish, segmentation: Segmentation) -> Standing:
    return standing(wish.method, wish.background, wish.asked, segmentation.preset)


def _named(wish: Wish, segmentation: Segmentation) -> str:
    """Name the method with the verdict of the trial, for the caption of a map."""
    return f"{methods()[wish.method].title}, {_standing(wish, segmentation).words}"


def _verdicts(segmentation: Segmentation, known: Known) -> None:
    """Say of each map what the trial says of its method; loudly where it is not trusted."""
    for wish, _ in known:
        found = _standing(wish, segmentation)
        text = f"**{methods()[wish.method].title}**: {found.sentence}"
        if found.trusted:
            st.caption(text)
        else:
            st.warning(text, icon=":material/warning:")


def _figures(known: Known) -> None:
    """Show the number that was explained, and a row for each method."""
    first = known[0][1].found
    score = "Mean probability over the slice, or over the lesion: what the map shares out."
    plainly = "The same of the plain slice: one gray in the liver's outline, or a strong blur."
    figures = {
        "Explained": (f"{first.score:.4f}", score + see("Attribution", "Completeness")),
        "With nothing to see": (f"{first.plain_score:.4f}", plainly + see("Background")),
    }
    show_figures(figures)
    show_table([_row(wish, one) for wish, one in known], COLUMNS)


def _row(wish: Wish, one: Explained) -> dict[str, object]:
    spread = shares(one.found.values, one.posed.tumor, one.posed.organ)
    return {
        "Method": methods()[wish.method].title,
        "In tumor": spread and spread.tumor,
        "In liver": spread and spread.liver,
        "Outside": spread and spread.outside,
        "Tumor's area": spread and spread.tumor_area,
        "Does not add up by": one.found.completeness_error,
        "Seconds": one.found.seconds,
    }


def _curves(tested: Known) -> None:
    st.subheader("Put to the test", anchor=False)
    left, right = st.columns(2, gap="medium")
    for place, insert in ((left, False), (right, True)):
        place.plotly_chart(
            _chart(tested, insert=insert),
            key=f"explain-curve-{insert}",
            config={"displaylogo": False},
        )
    gains = "; ".join(
        f"{methods()[wish.method].title} {one.curves.deletion_gain:+.2f} and "
        f"{one.curves.insertion_gain:+.2f}"
        for wish, one in tested
        if one.curves is not None
    )
    st.caption(
        "Pixels with the highest values become plain first (left), or are the first that are not "
        "plain (right). The better the map, the faster the answer falls and rises; gray: pixels in "
        f"random order. Area gained on it, as a share of the whole change: {gains}."
    )


def _chart(tested: Known, *, insert: bool) -> "go.Figure":
    import plotly.graph_objects as go

    figure = go.Figure()
    for number, (wish, one) in enumerate(tested):
        curves = one.curves
        assert curves is not None
        y = curves.insertion if insert else curves.deletion
        name, color = methods()[wish.method].title, color_of(number)
        figure.add_scatter(x=curves.share, y=y, name=name, line={"color": color})
        if number == 0:
            y = curves.random_insertion if insert else curves.random_deletion
            dotted = {"color": GRAY, "dash": "dot"}
            figure.add_scatter(x=curves.share, y=y, name="random order", line=dotted)
    change = "shown" if insert else "painted over"
    figure = framed(axes(figure, f"Share of the pixels {change}", "Answer"), 320)
    return figure.update_xaxes(tickformat=".0%")


def _downloads(case: Study, segmentation: Segmentation, known: Known) -> None:
    titles = [methods()[wish.method].title for wish, _ in known]
    chosen = 0
    if len(known) > 1:
        picked = st.selectbox(
            "Take home", range(len(known)), format_func=titles.__getitem__, key="explain-taken"
        )
        chosen = int(picked or 0)
    wish, one = known[chosen]
    stem = f"{file_stem(case)}-{wish.method}"
    files = {
        "Pictures (PNG)": (f"{stem}.png", partial(_sheet, case, segmentation, wish, one)),
        "Map (NIfTI)": (f"{stem}.nii.gz", partial(_nifti, case, wish, one)),
        "Record (JSON)": (f"{stem}.json", partial(_record, case, segmentation, wish, one)),
    }
    with st.container(horizontal=True):
        for label, (name, make) in files.items():
            download(label, make, name, key=f"explain-{wish.method}-{label}")


def _sheet(case: Study, segmentation: Segmentation, wish: Wish, one: Explained) -> bytes:
    native = native_map(one.posed, one.found.values)
    pictures = draw(case.volume, segmentation.labels, wish.z, native)
    about = f"lesion {wish.lesion}" if wish.lesion else "the whole slice"
    note = (
        f"{methods()[wish.method].title} ({_standing(wish, segmentation).note}), {wish.asked} "
        f"network of {segmentation.preset}, slice {wish.z + 1}, {about}, answer "
        f"{one.found.score:.4f}"
    )
    return sheet_png(pictures, case.title, note)


def _nifti(case: Study, wish: Wish, one: Explained) -> bytes:
    return map_to_nifti(case.volume, one.posed, one.found, wish.z)


def _record(case: Study, segmentation: Segmentation, wish: Wish, one: Explained) -> bytes:
    asked = {
        "network": str(wish.asked),
        "slice": wish.z + 1,
        "lesion": wish.lesion,
        "background": str(wish.background),
    }
    spread = shares(one.found.values, one.posed.tumor, one.posed.organ)
    trial = _standing(wish, segmentation)
    record = explanation_record(
        case.volume, segmentation, one.found, spread, one.curves, asked, trial
    )
    return to_json(record).encode()
