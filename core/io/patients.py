"""Who is who: scans of one patient must never stand on both sides of a split."""

import random
from collections.abc import Iterable, Sequence

from core.errors import BadDataset
from core.io.datasets import LabelledCase

# LiTS scans that look like one patient each.
SAME_PATIENT = (
    ("volume-0", "volume-1"),
    ("volume-6", "volume-7", "volume-8", "volume-9", "volume-10"),
    ("volume-14", "volume-15"),
)

# Decathlon slices renumbered from LiTS, found by matching images: for these cases the
# best correlation with a LiTS slice (48x48 pixels) has a median above 0.95; no other case
# had a median above 0.9 with most of its slices in one LiTS volume.
RENUMBERED = {
    "case-10001": "volume-0", "case-10002": "volume-1", "case-10003": "volume-10",
    "case-10012": "volume-11", "case-10023": "volume-12", "case-10034": "volume-14",
    "case-10035": "volume-15", "case-10036": "volume-16", "case-10038": "volume-18",
    "case-10040": "volume-2", "case-10043": "volume-22", "case-10050": "volume-29",
    "case-10051": "volume-3", "case-10054": "volume-32", "case-10056": "volume-34",
    "case-10061": "volume-39", "case-10062": "volume-4", "case-10065": "volume-42",
    "case-10066": "volume-43", "case-10073": "volume-5", "case-10074": "volume-50",
    "case-10084": "volume-6", "case-10095": "volume-7", "case-10106": "volume-8",
    "case-10115": "volume-9",
}  # fmt: skip

# The Decathlon's own archive, Task03_Liver, numbers its cases as LiTS does.
_LITS_FAMILY = ("lits", "msd", "task03")


def patient_of(case: LabelledCase) -> str:
    """Name the patient of `case`, the same for every scan and data set that shows them."""
    if case.patient is not None:
        return case.patient
    if not case.dataset.casefold().startswith(_LITS_FAMILY):
        return f"{case.dataset}/{case.name}"
    name = RENUMBERED.get(case.name, case.name.replace("liver_", "volume-"))
    for scans in SAME_PATIENT:
        if name in scans:
            return scans[0]
    return name


def split_by_patient(
    cases: Sequence[LabelledCase],
    *,
    fraction: float = 0.15,
    seed: int = 0,
    validation_patients: Iterable[str] = (),
) -> tuple[list[LabelledCase], list[LabelledCase]]:
    """Part cases into training and validation so that no patient stands on both sides.

    Parameters
    ----------
    fraction : share of the patients drawn for validation.
    validation_patients : names that replace the draw.

    Raises
    ------
    BadDataset
        A named patient is not there, or one side stays empty.
    """
    patients = sorted({patient_of(case) for case in cases})
    chosen = set(validation_patients)
    if missing := chosen - set(patients):
        raise BadDataset(f"No case belongs to the validation patients {sorted(missing)}.")
    if not chosen:
        count = max(1, round(fraction * len(patients)))
        chosen = set(random.Random(seed).sample(patients, count))
    validation = [case for case in cases if patient_of(case) in chosen]
    training = [case for case in cases if patient_of(case) not in chosen]
    if not training or not validation:
        raise BadDataset(f"{len(patients)} patient(s) are too few to hold some out for validation.")
    refuse_leaks(training, validation)
    return training, validation


def refuse_leaks(training: Iterable[LabelledCase], held_out: Iterable[LabelledCase]) -> None:
    """Raise BadDataset where a patient stands on both sides."""
    both = {patient_of(case) for case in training} & {patient_of(case) for case in held_out}
    if both:
        raise BadDataset(
            f"Patient(s) {', '.join(sorted(both))} stand both in training and among the held-out "
            "cases; split by patient."
        )
