"""A mask of the visitor's own takes the place of what the networks answer."""

import numpy as np
from streamlit.testing.v1 import AppTest

from tests import scene
from tests.pages.conftest import button, current, labels_of
from tests.pages.files import MIME, nifti


def bring(app: AppTest, labels: np.ndarray) -> AppTest:
    (uploader,) = [one for one in app.file_uploader if one.label.startswith("Labels")]
    return uploader.set_value(("total.nii", nifti(labels), MIME)).run()


def test_mask_of_another_tool_is_measured_and_shown(opened: AppTest) -> None:
    _, labels = scene.draw()
    drawn = np.select([labels == 1, labels == 2], [5, 99]).astype(np.uint8)
    drawn[0, 0, 0] = 1
    app = bring(opened, drawn)
    assert not app.exception
    liver, tumor = app.multiselect
    # TotalSegmentator's number of the liver; who drew the tumor chooses it.
    assert liver.value == [5]
    assert tumor.value == []
    app = tumor.set_value([99]).run()
    app = button(app, "Use this mask").click().run()
    case = current(app)
    assert case.segmentation.brought.meaning == "liver is 5, tumor is 99"
    assert np.count_nonzero(case.segmentation.labels == 2) == np.count_nonzero(labels == 2)
    assert any("brought in a file" in one.value for one in app.warning)
    # No threshold is offered where no network was asked; to ask one is.
    assert not any("probability" in one.label for one in app.slider)
    assert "Segment again" in labels_of(app)
    assert not app.exception


def test_mask_of_another_grid_is_refused_and_the_case_stays(segmented: AppTest) -> None:
    before = current(segmented).segmentation
    app = bring(segmented, np.ones((20, 20, 20), np.uint8))
    app = button(app, "Use this mask").click().run()
    assert "must lie on the grid of their scan" in app.error[0].value
    assert current(app).segmentation is before


def test_what_is_no_mask_is_refused_in_a_sentence(opened: AppTest) -> None:
    (uploader,) = [one for one in opened.file_uploader if one.label.startswith("Labels")]
    app = uploader.set_value(("notes.nii", b"liver", MIME)).run()
    assert "cannot be read as labels" in app.error[0].value
    assert not app.multiselect
