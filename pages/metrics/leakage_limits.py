"""What the comparison of two splits cannot tell apart from leakage, and the counts behind it."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.leakage import Promise
from pages.common.frame import plain
from pages.common.widgets import show_table

EASIER = (
    "Validation has it easier than the test, with both splits alike: it judges slices at the "
    "network’s size, with the true liver given to the tumor network, where the test runs the whole "
    "cascade on whole scans."
)
CLEANER = (
    "The cleaner comparison follows one line of the chart: a network’s own validation against the "
    "test patients, who are the same for both."
)
ABOUT_AS_MANY = 0.95


def limits(promises: Sequence[Promise]) -> None:
    """Say what else than leakage is in the figures."""
    for promise in promises:
        if known := promise.known_test_patients:
            st.warning(
                f"The {promise.network} network of the split by {promise.split} met "
                f"{plain(', '.join(sorted(known)))} before, so its test tells nothing of new "
                "patients.",
                icon=":material/warning:",
            )
    less = _less_to_learn(promises)
    tested = {patient for promise in promises for patient in promise.test_patients}
    few = f"There are {len(tested)} test patients: few, so read tenths and not hundredths."
    notes = [f"- {note}" for note in (less, EASIER, few if tested else "") if note]
    st.info("\n".join(["**Not all of this is leakage.**\n", *notes]), icon=":material/balance:")
    with st.expander("The slices and patients behind it", icon=":material/table_rows:"):
        show_table([_row(promise) for promise in promises])


def _less_to_learn(promises: Sequence[Promise]) -> str:
    """Compare what the two tumor networks learned from and are validated on."""
    tumor = {promise.split: promise for promise in promises if promise.network == "tumor"}
    if set(tumor) != {"slice", "patient"}:
        return ""
    by_slice, by_patient = tumor["slice"], tumor["patient"]
    left, usual = by_patient.training.slices_with_tumor, by_slice.training.slices_with_tumor
    if left >= ABOUT_AS_MANY * usual:
        return (
            f"The two tumor networks learned from about as many slices with tumor ({usual} and "
            f"{left}), but are validated on different ones: some patients are harder than others. "
            f"{CLEANER}"
        )
    away = by_patient.validation
    return (
        f"By chance the patients held out ({plain(', '.join(sorted(away.patients, key=_natural)))})"
        f" have {away.slices_with_tumor} of the {left + away.slices_with_tumor} slices with tumor, "
        f"which leaves {left} to learn tumors from where slices drawn at random leave {usual}. "
        "Part of what parts the two tumor networks is therefore less data, and they are validated "
        f"on different slices too. {CLEANER}"
    )


def _natural(patient: str) -> tuple[str, int]:
    name, _, count = patient.rpartition("-")
    return (name, int(count)) if count.isdecimal() else (patient, 0)


def _row(promise: Promise) -> dict[str, object]:
    training, validation = promise.training, promise.validation
    return {
        "Network": promise.network.capitalize(),
        "Split": {"slice": "Slices at random", "patient": "Patients held out"}[promise.split],
        "Training slices": training.slices,
        "with tumor": training.slices_with_tumor,
        "Validation slices": validation.slices,
        "with tumor ": validation.slices_with_tumor,
        "Validation patients": len(validation.patients),
        "of them also trained on": promise.shared_patients,
        "Test patients": len(promise.test_patients),
    }
