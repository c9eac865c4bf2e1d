"""The present answer beside that of other networks to the same scan."""

import streamlit as st

from core.cascade.findings import Findings
from core.cascade.segmentation import Segmentation
from core.evaluation.error_picture import error_picture
from core.evaluation.score import TARGETS
from core.evaluation.two_answers import Agreement, agreement_of, slice_of_dispute
from core.study import Study
from pages.common.answers import Answer, others_than
from pages.common.memory import Slot, content
from pages.common.widgets import choose, choose_slice, show_picture, show_table

NAMES = {"organ": "Liver", "tumor": "Lesions"}
NONE = (
    "Segment this scan with other networks (beside the thresholds): the answer that stands now is "
    "kept, and both are compared here."
)
COMPARED = Slot[tuple[dict[str, Agreement], dict[str, int]]]("answers-compared", keep=3)
COLUMNS = {
    "Liver (mL)": "%.0f",
    "Tumor (mL)": "%.1f",
    "Burden (%)": "%.1f",
}
AGREED = {"Dice": "%.3f", "Both (mL)": "%.1f"}


def compare_view(case: Study, segmentation: Segmentation) -> None:
    """Set two answers beside each other, and draw where they differ."""
    assert case.findings is not None
    others = others_than(case)
    if not others:
        st.info(NONE, icon=":material/compare:")
        return
    name = choose("Compare with", list(others), f"answers-{case.id[:8]}")
    other, mine = others[name], segmentation.maker
    found, disputed = _compared(case, segmentation, other)
    left, right = st.columns(2, gap="large")
    with left:
        show_table([_row(mine, case.findings), _row(name, other.findings)], COLUMNS)
        show_table(
            [
                {
                    "": NAMES[target],
                    "Dice": one.dice,
                    "Both (mL)": one.both_ml,
                    f"Only {mine} (mL)": one.only_second_ml,
                    f"Only {name} (mL)": one.only_first_ml,
                }
                for target, one in found.items()
            ],
            {**AGREED, f"Only {mine} (mL)": "%.1f", f"Only {name} (mL)": "%.1f"},
        )
    with right:
        target = choose("Of", NAMES, f"answers-of-{case.id[:8]}", default="tumor")
        last = case.volume.shape[2] - 1
        z = choose_slice("Axial slice", f"answers-slice-{target}", 0, last, disputed[target])
        _picture(case, segmentation, other, target, z)


def _compared(
    case: Study, segmentation: Segmentation, other: Answer
) -> tuple[dict[str, Agreement], dict[str, int]]:
    def compare() -> tuple[dict[str, Agreement], dict[str, int]]:
        theirs = other.labels.whole()
        places = {target: slice_of_dispute(theirs, segmentation.labels, target) for target in NAMES}
        return agreement_of(theirs, segmentation.labels, case.volume.voxel_ml), places

    with st.spinner("Comparing both answers"):
        return COMPARED.made(case.id, (content(case, segmentation), other.preset), compare)


def _picture(case: Study, segmentation: Segmentation, other: Answer, target: str, z: int) -> None:
    of = TARGETS[target]
    drawn = error_picture(
        case.volume.hu[..., z],
        of(other.labels.axial(z)),
        of(segmentation.labels[..., z]),
        case.volume.spacing[:2],
    )
    told = f"green: both; blue: only {other.preset}; orange: only {segmentation.maker}"
    show_picture(drawn, f"{NAMES[target]} on slice {z + 1}, {told}")


def _row(name: str, findings: Findings) -> dict[str, object]:
    return {
        "Networks": name,
        "Liver (mL)": findings.liver_volume_ml,
        "Tumor (mL)": findings.tumor_volume_ml,
        "Burden (%)": findings.tumor_burden_percent,
        "Lesions": len(findings.lesions),
    }
