"""What can be made worse about a scan, by how much, and what physics is behind it."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Stress:
    """How a scan is degraded; as it stands here, not at all.

    Parameters
    ----------
    dose : share of the scan's dose. Quantum noise grows as 1 / sqrt(dose).
    enhancement : share of the liver's contrast medium; 0 is an unenhanced liver.
    shift_hu : added to the liver alone.
    degrees : turn of the patient within the slice, counter-clockwise as displayed.
    slices : neighboring slices that are averaged to a thicker one; odd.
    blur_mm : full width at half maximum of a Gaussian within the slice.
    coarser : factor by which pixels are larger.
    """

    dose: float = 1.0
    enhancement: float = 1.0
    shift_hu: float = 0.0
    degrees: float = 0.0
    slices: int = 1
    blur_mm: float = 0.0
    coarser: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.dose <= 1:
            raise ValueError(f"expected a share of the dose above 0 and up to 1, got {self.dose}")
        if self.slices < 1 or self.slices % 2 == 0:
            raise ValueError(f"expected an odd number of slices, got {self.slices}")
        if self.enhancement < 0 or self.blur_mm < 0 or self.coarser < 1:
            raise ValueError(f"expected no negative stress, got {self}")


@dataclass(frozen=True)
class Knob:
    """One property of `Stress` that can be turned.

    Parameters
    ----------
    name : of the property.
    label, unit : to show.
    levels : to choose from and to sweep, in ascending order.
    physics : what it does and what it leaves out.
    """

    name: str
    label: str
    unit: str
    levels: tuple[float, ...]
    physics: str

    @property
    def none(self) -> float:
        """Level that changes nothing."""
        return float(getattr(Stress(), self.name))

    def at(self, level: float, stress: Stress | None = None) -> Stress:
        """Turn this knob alone to `level`."""
        turned: dict[str, Any] = {self.name: type(getattr(Stress(), self.name))(level)}
        return replace(stress or Stress(), **turned)

    def worded(self, level: float) -> str:
        """Write a level with its unit."""
        if self.unit == "%":
            return f"{level:.0%}"
        if self.unit == "slices" and level == 1:
            return "1 slice"
        return f"{level:g}{'' if self.unit == '°' else ' '}{self.unit}"


KNOBS = {
    knob.name: knob
    for knob in (
        Knob(
            "dose",
            "Dose",
            "%",
            (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
            "Quantum noise grows as 1/√dose. What is missing to that is added: noise with the "
            "band of frequencies of a soft-tissue kernel, of one size all over the slice, where a "
            "real scanner's depends on what the rays passed.",
        ),
        Knob(
            "enhancement",
            "Contrast medium in the liver",
            "%",
            (0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6),
            "What liver and its vessels have above 55 HU is taken for iodine and scaled; noise is "
            "not. Other organs keep theirs, which no phase of a real scan does.",
        ),
        Knob(
            "shift_hu",
            "Liver brighter or darker",
            "HU",
            (-60.0, -45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0),
            "Added to the liver with its lesions, as fat (darker) or iron and amiodarone "
            "(brighter) do, but to lesions alike.",
        ),
        Knob(
            "degrees",
            "Turn of the patient",
            "°",
            (-90.0, -45.0, -30.0, -20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0, 30.0, 45.0, 90.0),
            "About the middle of the slice, counter-clockwise; cubic interpolation, air from "
            "outside. The truth is turned too, to the nearest voxel.",
        ),
        Knob(
            "slices",
            "Slice thickness",
            "slices",
            (1, 3, 5, 7, 9, 13),
            "So many neighboring slices are averaged at every position: partial volume, and less "
            "noise. The grid stays, so the truth does.",
        ),
        Knob(
            "blur_mm",
            "Blur",
            "mm",
            (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0),
            "A Gaussian within the slice, of this full width at half maximum: a softer kernel or "
            "a larger focus. It smooths the noise too.",
        ),
        Knob(
            "coarser",
            "Pixels larger",
            "×",
            (1.0, 1.5, 2.0, 3.0, 4.0, 6.0),
            "Averaged to pixels so many times larger, and brought back to the grid by linear "
            "interpolation.",
        ),
    )
}
