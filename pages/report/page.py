"""A report of the case at hand: what was measured, in sentences that say where they come from."""

from pages.common.frame import errors_shown
from pages.common.opening import open_case, open_page, segmented_case
from pages.common.widgets import draw_view


def page() -> None:
    open_page(
        "Report",
        "What was measured, in sentences that each say where they come from. Read it beside the "
        "pictures, write over it, and take it home; whatever you or a model write is checked.",
    )
    case = open_case("A report is", "description")
    if case is None:
        return
    segmentation = segmented_case(case, "there is nothing to report")
    if segmentation is not None:
        with errors_shown():
            draw_view("report", ("view", "report_view"), case, segmentation)


page()
