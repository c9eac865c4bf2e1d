"""How sure the networks are of each lesion, and lesions too small to be sure of."""

import numpy as np
import pytest

from core.cascade.findings import SPECK_MM
from core.cascade.measurement import measure
from core.cascade.sureness import lesion_probabilities
from core.volume import volume_from_array


def test_probability_of_a_lesion_is_the_mean_over_its_voxels() -> None:
    labels = np.ones((12, 10, 8), np.uint8)
    labels[1:4, 2, 2], labels[8, 8, 6] = 2, 2
    probability = np.zeros(labels.shape, np.uint8)
    probability[1:4, 2, 2] = 51, 102, 153
    probability[8, 8, 6] = 255
    assert lesion_probabilities(labels, probability) == pytest.approx((40.0, 100.0))
    assert lesion_probabilities(np.ones_like(labels), probability) == ()


def test_specks_are_counted_among_the_lesions() -> None:
    labels = np.ones((12, 10, 8), np.uint8)
    labels[1:7, 2:5, 2], labels[9, 8, 6] = 2, 2
    volume = volume_from_array(np.zeros(labels.shape, np.int16), np.eye(4), source="x", digest="x")
    findings = measure(volume, labels)
    (speck,) = findings.specks
    assert speck.longest_diameter_mm < SPECK_MM
    assert (findings.to_dict()["lesion_count"], findings.to_dict()["speck_count"]) == (2, 1)
