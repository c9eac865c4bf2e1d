"""The ways we know to segment a scan, each a frozen set of choices."""

import re
from dataclasses import dataclass, replace

from core.errors import HepatoScopeError
from core.geometry.windows import LIVER_WINDOW, Window


@dataclass(frozen=True)
class Preset:
    """Everything that training and prediction must agree on.

    Parameters
    ----------
    finder : preset whose liver network finds the liver first, so that the networks of this one
        can look closer; the two probabilities of liver are averaged. None if its own liver
        network sees the whole slice.
    liver_from : preset whose liver networks these are; None where it has its own.
    size, tumor_size : side in pixels of the square the liver and the tumor network see.
    liver_margin, tumor_margin : the network sees the bounding box of the liver as known by then,
        widened on each side by this share of it; None shows it the whole slice.
    window : HU range mapped on 8 bits.
    liver_threshold, tumor_threshold : probability at which a voxel is called.
    min_lesion_ml : tumor components smaller than this are dropped.
    liver_networks, tumor_networks : names of the networks below the preset's folder; the answers
        of several are averaged.
    liver_neighbours_mm, tumor_neighbours_mm : the networks see the slices so far below and above on
        the channels around the slice's own; None repeats the slice on all three.
    tumor_context : share of its gray that the tumor network sees of what is not liver.
    liver_smoothing_mm, tumor_smoothing_mm : a probability is smoothed along Z by so much (sigma)
        before it is called.
    tumor_seed : a lesion is called only where its probability reaches this somewhere; None: where
        it reaches the threshold.
    """

    name: str
    summary: str
    finder: str | None = None
    liver_from: str | None = None
    size: int = 128
    tumor_size: int = 128
    liver_margin: float | None = None
    tumor_margin: float | None = None
    window: Window = LIVER_WINDOW
    liver_threshold: float = 0.5
    tumor_threshold: float = 0.5
    min_lesion_ml: float = 0.0
    liver_networks: tuple[str, ...] = ("liver",)
    tumor_networks: tuple[str, ...] = ("tumor",)
    liver_neighbours_mm: float | None = None
    tumor_neighbours_mm: float | None = None
    tumor_context: float = 0.0
    liver_smoothing_mm: float = 0.0
    tumor_smoothing_mm: float = 0.0
    tumor_seed: float | None = None
    lesion_chance: float | None = None

    def networks(self, part: str) -> tuple[str, ...]:
        """Names of the networks for the liver, or for tumors."""
        return self.liver_networks if part == "liver" else self.tumor_networks

    @property
    def sees_neighbours(self) -> bool:
        """Whether a network sees slices beside the one that it is asked about."""
        return not (self.liver_neighbours_mm is None and self.tumor_neighbours_mm is None)

    @property
    def homes(self) -> dict[str, tuple[str, str]]:
        """Each network by its part in the cascade: whose it is, and what it is called there."""
        own = {name: (self.liver_from or self.name, name) for name in self.liver_networks}
        own |= {name: (self.name, name) for name in self.tumor_networks}
        if self.finder is None:
            return own
        first = preset_named(self.finder).liver_networks
        return {name.replace("liver", "finder"): (self.finder, name) for name in first} | own


PAPER = Preset(
    "paper",
    "The published setting: 128x128, one slice on three channels, two independent networks.",
)
FOCUS = Preset(
    "focus",
    "Ours: once the liver is found, both networks look at its box alone, in twice the detail.",
    finder="paper",
    size=160,
    tumor_size=160,
    liver_margin=0.15,
    tumor_margin=0.1,
    tumor_threshold=0.2,
)
ENSEMBLE = Preset(
    "ensemble",
    "Ours: five tumor networks vote, which see neighbouring slices; the liver as in focus.",
    finder="paper",
    liver_from="focus",
    size=160,
    tumor_size=192,
    liver_margin=0.15,
    tumor_margin=0.1,
    tumor_threshold=0.25,
    tumor_networks=tuple(f"tumor-{fold}" for fold in range(1, 6)),
    tumor_neighbours_mm=5.0,
    tumor_context=0.35,
    liver_smoothing_mm=2.5,
    tumor_smoothing_mm=4.0,
    tumor_seed=0.6,
    lesion_chance=0.5,
)
PRESETS = {preset.name: preset for preset in (PAPER, FOCUS, ENSEMBLE)}
# What measures best on patients held out: used wherever nobody chose another.
BEST = ENSEMBLE


# What `core.training.teaching` names by the digest of its weights.
TAUGHT = re.compile(r"taught-[0-9a-f]{12}")


def is_taught(name: str) -> bool:
    """Whether a preset is one whose tumor network was taught by readers."""
    return TAUGHT.fullmatch(name) is not None


def preset_named(name: str) -> Preset:
    """Look a preset up; HepatoScopeError names the known ones."""
    if is_taught(name):
        summary = "As focus, with a tumor network that was taught on corrected cases."
        return replace(FOCUS, name=name, summary=summary, liver_from=FOCUS.name)
    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise HepatoScopeError(f"There is no preset “{name}”; choose one of: {known}.")
    return PRESETS[name]
