"""Painted lesions to be looked at: in healthy slices of the liver, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.draw.colors import AMBER
from core.errors import HepatoScopeError
from core.labels import TUMOR, organ_mask
from core.presets import PAPER
from core.training.gallery import painted_slices, pictures
from core.training.lesions import Painting
from core.volume import Volume

HOW = Painting(radius=(4.0, 8.0))


@pytest.fixture
def found(scan: Volume, networks: Networks) -> Segmentation:
    return segment(scan, PAPER, networks=networks)


def test_lesions_are_painted_into_liver_without_a_called_tumor(
    scan: Volume, found: Segmentation
) -> None:
    painted = painted_slices(scan, found, 3, 0, HOW)
    assert 0 < len(painted) <= 3
    for one in painted:
        assert not (found.labels[..., one.z] == TUMOR).any()
        inside = found.looks(scan).tumor.inside(slice(one.z, one.z + 1))[0]
        assert one.cover.max() >= 0.5
        assert not (one.cover >= 0.5)[~inside].any()
        np.testing.assert_array_equal(one.after[~inside], one.before[~inside])
        assert (one.after != one.before).any()


def test_seed_decides_what_is_painted(scan: Volume, found: Segmentation) -> None:
    first, again, other = (painted_slices(scan, found, 2, seed, HOW) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0].after, again[0].after)
    assert (first[0].after != other[0].after).any()


def test_bright_lesions_are_brighter(scan: Volume, found: Segmentation) -> None:
    bright = replace(HOW, bright_share=1.0, brighter=(50.0, 50.0))
    (one, *_) = painted_slices(scan, found, 1, 0, bright)
    lesion = one.cover > 0.9
    assert one.after[lesion].mean() > one.before[lesion].mean() + 20


def test_outline_is_drawn_on_the_painted_slice_alone(scan: Volume, found: Segmentation) -> None:
    (one, *_) = painted_slices(scan, found, 1, 0, HOW)
    before, after = pictures(one, outlined=True)
    assert (after == AMBER).all(axis=-1).any()
    assert not (before == AMBER).all(axis=-1).any()
    assert not (pictures(one, outlined=False)[1] == AMBER).all(axis=-1).any()


def test_liver_full_of_tumors_has_no_slice_to_paint(scan: Volume, found: Segmentation) -> None:
    labels = np.where(organ_mask(found.labels), np.uint8(TUMOR), np.uint8(0))
    with pytest.raises(HepatoScopeError, match="no healthy one to paint"):
        painted_slices(scan, replace(found, labels=labels), 2, 0, HOW)
