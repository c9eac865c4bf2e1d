"""Labels of a scan, and how they came about."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.decisions import Decision
from core.cascade.postprocessing import Step
from core.editing.edits import Correction
from core.editing.file import key_of
from core.presets import Preset, preset_named

# Who made labels that were brought.
BROUGHT = "a mask of one's own"


@dataclass(frozen=True)
class Brought:
    """Where labels came from that no network of ours made.

    Parameters
    ----------
    digest : SHA-256 of the file; its name may be a patient's.
    meaning : which of its structures were taken for what.
    """

    digest: str
    meaning: str

    @property
    def sentence(self) -> str:
        """Say that labels were brought."""
        return (
            f"The labels were brought in a file (SHA-256 {self.digest[:8]}; {self.meaning}); no "
            "network found them."
        )


@dataclass(frozen=True)
class Made:
    """How labels were made.

    Parameters
    ----------
    preset : name of the preset; of labels that were brought, the one whose networks can be asked.
    liver_threshold, tumor_threshold : probabilities at which voxels were called.
    models : SHA-256 of the weights by the network's part in the cascade.
    seconds : time spent by stage.
    steps : the post-processing, with what each step changed; none where nobody kept them.
    decisions : of a reader on lesions, the latest last; the labels follow them.
    corrections : made by hand afterwards, the latest last; the labels follow them too.
    brought : where the labels came from if not from the networks; None where they made them.
    """

    preset: str
    liver_threshold: float
    tumor_threshold: float
    models: dict[str, str]
    seconds: dict[str, float]
    steps: tuple[Step, ...]
    decisions: tuple[Decision, ...] = field(default=(), kw_only=True)
    corrections: tuple[Correction, ...] = field(default=(), kw_only=True)
    brought: Brought | None = field(default=None, kw_only=True)

    @property
    def maker(self) -> str:
        """Name who made the labels: the preset, or whoever brought them."""
        return self.preset if self.brought is None else BROUGHT

    @property
    def used(self) -> Preset:
        """The preset, at the thresholds of these labels."""
        return replace(
            preset_named(self.preset),
            liver_threshold=self.liver_threshold,
            tumor_threshold=self.tumor_threshold,
        )

    @property
    def called(self) -> tuple[Hashable, ...]:
        """Name how labels were called: thresholds, decisions, corrections, the file they are of."""
        decided = tuple(decision.key for decision in self.decisions)
        own = None if self.brought is None else (self.brought.digest, self.brought.meaning)
        return self.liver_threshold, self.tumor_threshold, decided, key_of(self.corrections), own


@dataclass(frozen=True, eq=False)
class Labelled(Made):
    """Labels of a scan.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of the Volume: 0 background, 1 liver, 2 tumor.
    """

    labels: NDArray[np.uint8]
