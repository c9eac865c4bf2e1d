"""Are left and right swapped? A mirrored body shows the networks little of its liver."""

from dataclasses import replace

from core.cascade.asking import liver_seen
from core.cascade.networks import Networks
from core.presets import Preset
from core.quality import QualityFinding
from core.quality.finding import warning
from core.volume import Turn, Volume

CODE = Turn.LEFT_RIGHT
# Mirrored, 33 scans of patients show 0.16 to 0.92 of their liver (`bench.orientation`): one that
# shows clearly more than now was mirrored before.
MORE = 1.25
# What is no liver is taken for one here and there: up to 0.013 of slices without any.
LEAST = 0.02
SLICES = 12


def mirrored_findings(
    volume: Volume, preset: Preset, networks: Networks
) -> tuple[QualityFinding, ...]:
    """Ask the first liver network about some slices as they are and mirrored from left to right."""
    slices = range(0, volume.shape[2], max(1, volume.shape[2] // SLICES))
    other = replace(volume, hu=volume.hu[::-1])
    as_is, mirrored = (liver_seen(one, preset, networks, slices) for one in (volume, other))
    if mirrored < LEAST or mirrored < MORE * as_is:
        return ()
    times = f"{mirrored / as_is:.1f} times as much liver as" if as_is > 0 else "a liver, unlike"
    return (
        warning(
            CODE,
            f"Mirrored from left to right the scan shows {times} it does now: its left and right "
            "seem swapped.",
            "Check on which side liver and heart lie, unless the patient's are mirrored too; take "
            "an export that keeps the directions, or mend those of the file.",
        ),
    )
