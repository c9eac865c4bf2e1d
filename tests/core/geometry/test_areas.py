"""The overview leads to the lesions."""

import numpy as np

from core.geometry.areas import axial_areas, largest_lesion


def test_areas_count_the_tumor_as_part_of_the_organ() -> None:
    labels = np.zeros((6, 6, 3), np.uint8)
    labels[1:5, 1:5, 1] = 1
    labels[2:4, 2:4, 1] = 2
    organ, tumor = axial_areas(labels, (0.5, 2.0, 5.0))
    assert organ.tolist() == [0, 16, 0]
    assert tumor.tolist() == [0, 4, 0]


def test_largest_lesion_wins_over_a_wider_but_thinner_one() -> None:
    labels = np.zeros((30, 30, 12), np.uint8)
    labels[1:11, 1:11, 2] = 2
    labels[20:25, 20:25, 4:10] = 2
    labels[19:26, 19:26, 7] = 2
    assert largest_lesion(labels, np.eye(4)) == (22, 22, 7)


def test_middle_of_a_ring_is_moved_onto_the_lesion() -> None:
    labels = np.zeros((9, 9, 3), np.uint8)
    labels[2:7, 2:7, 1] = 2
    labels[3:6, 3:6, 1] = 1
    found = largest_lesion(labels, np.eye(4))
    assert found is not None
    assert labels[found] == 2


def test_without_tumor_there_is_no_lesion() -> None:
    assert largest_lesion(np.ones((4, 4, 4), np.uint8), np.eye(4)) is None
