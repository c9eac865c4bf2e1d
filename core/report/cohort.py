"""Reports on a whole cohort: one beside the labels of every case, written by the workers."""

from dataclasses import dataclass, replace
from pathlib import Path

from core.cohort.one_by_one import in_a_sentence
from core.cohort.rows import DONE, FAILED, Row
from core.cohort.studies import Item
from core.cohort.work import Order as CohortOrder
from core.cohort.work import finished, read_item, segment_item
from core.errors import HepatoScopeError
from core.report.case_folder import read_case
from core.report.command import Order, report_on


@dataclass(frozen=True)
class Reports:
    """What is done with each scan of a cohort, to be handed to the workers.

    Parameters
    ----------
    order : what kind of report; its `out` names the file in the folder of a case.
    """

    order: Order

    def known(self, item: Item, how: CohortOrder) -> Row | None:
        """Give the row of a scan that was segmented and reported on before."""
        row = finished(item, how)
        if row is None or (row["state"] == DONE and not self._file(item, how).is_file()):
            return None
        return row

    def work(self, item: Item, order: CohortOrder) -> Row:
        """Segment a scan where that was not done, and report on it; gives its row."""
        row = segment_item(item, order)
        if row["state"] != DONE:
            return row
        file = self._file(item, order)
        try:
            study = read_case(file.parent, read_item(item, order))
            report_on(study, None, replace(self.order, out=file), lambda told: None)
        except (HepatoScopeError, OSError) as error:
            # The case stays done: only its report is tried again by the next run.
            return row | {"state": FAILED, "reason": in_a_sentence(error)}
        return row

    def _file(self, item: Item, how: CohortOrder) -> Path:
        return Path(how.out) / item.name / self.order.out
