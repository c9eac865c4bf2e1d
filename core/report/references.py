"""Published values that a measurement is held against, each with its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A published range: mean plus and minus two standard deviations.

    Parameters
    ----------
    mean, sd : as published, in `unit`.
    source : authors, journal, year, and whom they measured.
    """

    mean: float
    sd: float
    unit: str
    source: str

    @property
    def low(self) -> float:
        """Two standard deviations below the mean."""
        return self.mean - 2 * self.sd

    @property
    def high(self) -> float:
        """Two standard deviations above the mean."""
        return self.mean + 2 * self.sd

    @property
    def shown(self) -> str:
        """The range in words."""
        return f"{self.low:,.0f} to {self.high:,.0f} {self.unit}"

    def judge(self, value: float) -> str:
        """Say where `value` lies."""
        if value < self.low:
            return "below the published range"
        return "above the published range" if value > self.high else "within the published range"


# Standard volumes by body surface area (Urata 1995, Vauthey 2002) would fit one person better,
# but a scan does not tell height and weight.
LIVER_ML = Reference(
    1510,
    250,
    "mL",
    "77 normal livers of adults on contrast-enhanced CT, mean ± 2 SD (Linguraru et al., Acad "
    "Radiol 2012, doi 10.1016/j.acra.2012.01.015); smaller people have smaller livers: 1,205 ± "
    "258 mL in 369 Chinese adults (Feng et al., World J Gastroenterol 2017, "
    "doi 10.3748/wjg.v23.i27.4968)",
)
UNENHANCED_HU = Reference(
    58.8,
    10.8,
    "HU",
    "3,357 adults without symptoms on CT without contrast agent, mean ± 2 SD; 40 HU and less "
    "meant moderate to severe steatosis (Boyce et al., AJR 2010)",
)
