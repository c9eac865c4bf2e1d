"""Left and right, told by what the first liver network sees."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.cascade.orientation import mirrored_findings
from core.presets import FOCUS, PAPER, Preset
from core.study import opened, segmented
from core.volume import Volume


def left_handed(networks: Networks) -> Networks:
    """Networks that know a liver on the left half of their square alone, as shown."""

    def half(images: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = networks.liver(images)  # type: ignore[operator]
        found[..., found.shape[2] // 2 :] = 0
        return found

    return replace(networks, liver=half, finder=half)


def mirrored(volume: Volume) -> Volume:
    return replace(volume, hu=np.ascontiguousarray(volume.hu[::-1]))


@pytest.mark.parametrize("preset", [PAPER, FOCUS], ids=lambda preset: preset.name)
def test_mirrored_scan_is_told(scan: Volume, networks: Networks, preset: Preset) -> None:
    known = left_handed(networks)
    if preset is PAPER:
        known = replace(known, finder=None)
    assert mirrored_findings(scan, preset, known) == ()
    (finding,) = mirrored_findings(mirrored(scan), preset, known)
    assert finding.code == "left-to-right"
    assert "seem swapped" in finding.reason


def test_networks_that_see_both_sides_alike_accuse_nobody(scan: Volume, networks: Networks) -> None:
    for volume in (scan, mirrored(scan)):
        assert mirrored_findings(volume, PAPER, networks) == ()


def test_study_carries_the_finding_once_however_often_it_is_segmented(
    scan: Volume, networks: Networks
) -> None:
    known = replace(left_handed(networks), finder=None)
    study = opened(mirrored(scan))
    for _ in range(2):
        study = segmented(study, PAPER, networks=known)
        assert [finding.code for finding in study.quality].count("left-to-right") == 1


@pytest.mark.slow
def test_shipped_network_tells_a_mirrored_phantom() -> None:
    from core.cascade.networks import load_networks
    from core.phantom import make_phantom

    known, volume = load_networks(PAPER), make_phantom(7).volume
    assert mirrored_findings(volume, PAPER, known) == ()
    assert mirrored_findings(mirrored(volume), PAPER, known)
