import numpy as np

from core.atlas.marking import CHOSEN_RGB, CLICKED_RGB, LINE, marked, overlaid
from core.atlas.patches import PATCH

GRAY = np.full((96, 96), 50, np.uint8)


def test_frame_goes_around_the_patch_and_leaves_its_inside() -> None:
    picture = marked(GRAY, [(32, 64)])
    assert tuple(picture[32, 64]) == CHOSEN_RGB
    assert tuple(picture[32 + LINE, 64 + LINE]) == (50, 50, 50)
    framed = PATCH**2 - (PATCH - 2 * LINE) ** 2
    assert (picture != 50).any(axis=2).sum() == framed


def test_clicked_lies_on_top_of_chosen_and_colors_below_stay() -> None:
    colors = np.full((96, 96, 3), (1, 2, 3), np.uint8)
    picture = marked(colors, [(0, 0)], [(0, 0)])
    assert tuple(picture[0, 0]) == CLICKED_RGB
    assert tuple(picture[80, 80]) == (1, 2, 3)
    assert tuple(colors[0, 0]) == (1, 2, 3)


def test_overlay_is_as_strong_as_its_share() -> None:
    share = np.zeros((96, 96))
    share[0], share[1] = 1, 0.5
    picture = overlaid(GRAY, share, (250, 0, 0))
    assert tuple(picture[0, 0]) == (250, 0, 0)
    assert tuple(picture[1, 0]) == (150, 25, 25)
    assert tuple(picture[2, 0]) == (50, 50, 50)
