"""The measurements of a case as figures and as a table that leads to the lesions."""

from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from core.cascade.burden import burden_range
from core.cascade.findings import SPECK_MM, Findings, Lesion
from core.cascade.segmentation import Segmentation
from pages.common.frame import plain
from pages.common.glossary import see
from pages.common.widgets import show_figures, show_table

Voxel = tuple[int, int, int]
# Of Streamlit's table. More rows scroll, so that the planes stay in sight.
ROW_PIXELS, MOST_ROWS = 35, 5

NONE = "No tumor was found at this threshold."
PROBABILITY, DOUBT = "Probability (%)", "Doubt"
COLUMNS = {
    "Volume (mL)": "%.2f",
    "Longest (mm)": ("%.1f", "Longest extent in any axial slice."),
    "Short axis (mm)": ("%.1f", "Longest extent at right angles to it in the same slice."),
    "Mean HU": "%.0f",
    "SD HU": "%.0f",
    "Slice": ("%d", "Of the longest extent, from the feet."),
    "Slices": ("%d", "How many the lesion goes through; one alone is doubtful."),
    PROBABILITY: (
        "%.0f",
        "Mean of the tumor networks' probability over the lesion; not a chance of disease.",
    ),
    DOUBT: (
        "%.2f",
        "How far the answers spread over several views (standard deviation, 0 to 0.5), once "
        "Doubt was measured.",
    ),
    "Real (%)": (
        "%.0f",
        "Chance that it is a lesion at all, judged as a whole by its size, height, depth and "
        "contrast." + see("Chance to be real"),
    ),
}


def headline(findings: Findings, segmentation: Segmentation) -> None:
    """Show the four figures that matter first, and what speaks against them."""
    percent = findings.tumor_burden_percent
    burden = "Tumor volume in percent of the liver volume, tumors included." + see("Tumor burden")
    pieces = "Connected pieces of tumor; voxels that meet at a corner belong together."
    figures = {
        ":blue[■] Liver volume": f"{findings.liver_volume_ml:,.0f} mL",
        ":orange[■] Tumor volume": f"{findings.tumor_volume_ml:,.1f} mL",
        "Tumor burden": ("–" if percent is None else f"{percent:.1f} %", burden),
        "Lesions": (str(len(findings.lesions)), pieces + see("Lesion", "Longest diameter")),
    }
    show_figures(figures, across=2)
    if trust := " ".join(_trust(findings, segmentation)):
        st.caption(trust, help=see("Conformal range", "Agreement").strip())
    for warning in findings.warnings:
        st.warning(plain(warning), icon=":material/warning:")


def _trust(findings: Findings, segmentation: Segmentation) -> Iterator[str]:
    """Say how far these figures can be trusted, where that is known."""
    found = burden_range(findings.tumor_burden_percent, segmentation.preset)
    judged = segmentation.chances is not None and not segmentation.corrections
    if found is not None and judged:
        yield (
            f"Going by {found.patients} patients whom the networks had not seen, the true burden "
            f"lies between {found.low:.1f} and {found.high:.1f} % in "
            f"{100 * found.confidence:.0f} % of cases."
        )
    if segmentation.agreement is not None:
        yield f"The tumor networks agree with each other to a Dice of {segmentation.agreement:.2f}."


def lesion_table(
    findings: Findings, key: str, before: int | None, sure: Mapping[str, Sequence[float]]
) -> Lesion | None:
    """List the lesions; returns the one that is picked: by a click anywhere in its row.

    Parameters
    ----------
    before : number of the one that was picked when the page was left.
    sure : further figures of each lesion, by the name of their column.
    """
    if not findings.lesions:
        none = (
            "No lesion is left." if findings.rejected else "No tumor was found at this threshold."
        )
        st.info(none, icon=":material/search_off:")
        return None
    shown = _without_specks(findings, key)
    row = next((at for at, lesion in enumerate(shown) if lesion.number == before), None)
    picked = show_table(
        [_row(lesion, sure) for lesion in shown],
        COLUMNS,
        height=ROW_PIXELS * (min(len(shown), MOST_ROWS) + 1) + 2,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        selection_default=None if row is None else {"selection": {"rows": [row]}},
        key=key,
    )
    st.caption("Click a row to jump to that lesion. Sizes are those of the mask.")
    clicked = [row for row, _ in picked["selection"]["cells"]]
    rows = clicked or picked["selection"]["rows"]
    return shown[rows[0]] if rows and rows[0] < len(shown) else None


def _without_specks(findings: Findings, key: str) -> Sequence[Lesion]:
    """Fold specks away under their count, unless they are all there is."""
    specks = findings.specks
    if not specks or len(specks) == len(findings.lesions):
        return findings.lesions
    told = f"Also list {len(specks)} below {SPECK_MM:g} mm"
    if st.checkbox(told, key=f"{key}-specks"):
        return findings.lesions
    return [lesion for lesion in findings.lesions if lesion not in specks]


def _row(lesion: Lesion, sure: Mapping[str, Sequence[float]]) -> dict[str, object]:
    real = {} if lesion.real_percent is None else {"Real (%)": lesion.real_percent}
    return {
        "Lesion": lesion.number,
        "Volume (mL)": lesion.volume_ml,
        "Longest (mm)": lesion.longest_diameter_mm,
        **real,
        "You": "confirmed" if lesion.confirmed else None,
        "Slice": lesion.axial_slice + 1,
        "Slices": lesion.last_slice - lesion.first_slice + 1,
        **{name: figures[lesion.number - 1] for name, figures in sure.items()},
        "Short axis (mm)": lesion.short_diameter_mm,
        "Mean HU": lesion.mean_hu,
        "SD HU": lesion.sd_hu,
        "Where": lesion.location,
    }


def voxel_of(lesion: Lesion) -> Voxel:
    """Name the voxel (x, y, z) in the middle of the longest diameter."""
    (x0, y0), (x1, y1) = lesion.longest_endpoints_voxel
    return round((x0 + x1) / 2), round((y0 + y1) / 2), lesion.axial_slice
