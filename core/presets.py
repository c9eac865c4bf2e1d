"""The ways we know to segment a scan, each a frozen set of choices."""

from dataclasses import dataclass

from core.errors import HepatoScopeError
from core.preprocessing import LIVER_WINDOW, Window


@dataclass(frozen=True)
class Preset:
    """Everything that training and prediction must agree on.

    Parameters
    ----------
    liver_from : preset whose liver network this one uses; None if it has its own.
    size, tumor_size : side in pixels of the square the liver and the tumor network see.
    tumor_margin : the tumor network sees the liver's bounding box, widened on each side by this
        share of it; None shows it the whole slice.
    window : HU range mapped on 8 bits.
    liver_threshold, tumor_threshold : probability at which a voxel is called.
    liver_temperature, tumor_temperature : above 1 softens probabilities, below 1 sharpens them.
    min_lesion_ml : tumor components smaller than this are dropped.
    """

    name: str
    summary: str
    liver_from: str | None = None
    size: int = 128
    tumor_size: int = 128
    tumor_margin: float | None = None
    window: Window = LIVER_WINDOW
    liver_threshold: float = 0.5
    tumor_threshold: float = 0.5
    liver_temperature: float = 1.0
    tumor_temperature: float = 1.0
    min_lesion_ml: float = 0.0

    def home_of(self, network: str) -> str:
        """Name of the preset below whose weights `network` lies."""
        return self.liver_from if self.liver_from and network == "liver" else self.name


PAPER = Preset(
    "paper",
    "The published setting: 128x128, one slice on three channels, two independent networks.",
)
FOCUS = Preset(
    "focus",
    "Ours: the tumor network looks at the liver's box alone, in twice the detail.",
    liver_from="paper",
    tumor_size=160,
    tumor_margin=0.1,
    tumor_threshold=0.2,
)
PRESETS = {preset.name: preset for preset in (PAPER, FOCUS)}


def preset_named(name: str) -> Preset:
    """Look a preset up; HepatoScopeError names the known ones."""
    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise HepatoScopeError(f"There is no preset “{name}”; choose one of: {known}.")
    return PRESETS[name]
