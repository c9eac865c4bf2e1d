"""The job that segments an earlier study as the present one was."""

from collections.abc import Callable

from core.cascade.segmentation import STAGES
from core.presets import preset_named
from core.process.progress import Progress
from core.report.earlier import PackedStudy
from core.report.followup.refusals import refuse_other_patient
from core.study import Examined, Study, called_at, opened, refuse_unusable, segmented
from core.volume import Volume
from pages.common import jobs
from pages.common.queues import Uses
from pages.report.state import EARLIER, REPORT_TAB


def begin_earlier(case: Study, study: Examined, earlier: Volume) -> None:
    """Begin to segment `earlier` in the background, with the settings of `study`.

    Raises HepatoScopeError at once where the two are no studies of one patient, or where the
    earlier one is no scan that can be segmented.
    """
    refuse_other_patient(study.volume, earlier)
    opening = opened(earlier)
    refuse_unusable(opening.quality)
    settings = study.segmentation

    def work(progress: Progress, cancelled: Callable[[], bool]) -> PackedStudy:
        preset = preset_named(settings.preset)
        found = segmented(opening, preset, progress=progress, cancelled=cancelled)
        found = called_at(found, settings.liver_threshold, settings.tumor_threshold)
        return PackedStudy.of(found.known)

    def keep(packed: PackedStudy) -> None:
        EARLIER.put(packed, case.id)

    title = f"Segmenting the earlier study {earlier.source}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.NETWORKS, case, REPORT_TAB))
