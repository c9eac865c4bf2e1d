"""The job that segments an earlier study as the present one was."""

from collections.abc import Callable

from core.cascade.measurement import measure
from core.cascade.segmentation import STAGES, Progress, relabel, segment
from core.cohort.one_by_one import refuse_unusable
from core.presets import preset_named
from core.quality import check
from core.report.earlier import PackedStudy
from core.report.followup import Study
from core.report.followup.refusals import refuse_other_patient
from core.volume import Volume
from pages.common import jobs
from pages.common.session import Case
from pages.report.state import REPORT_TAB, keep_earlier


def begin_earlier(case: Case, study: Study, earlier: Volume) -> None:
    """Begin to segment `earlier` in the background, with the settings of `study`.

    Raises HepatoScopeError at once where the two are no studies of one patient, or where the
    earlier one is no scan that can be segmented.
    """
    refuse_other_patient(study.volume, earlier)
    refuse_unusable(check(earlier))
    settings = study.segmentation

    def work(progress: Progress, cancelled: Callable[[], bool]) -> PackedStudy:
        preset = preset_named(settings.preset)
        found = segment(earlier, preset, progress=progress, cancelled=cancelled)
        thresholds = settings.liver_threshold, settings.tumor_threshold
        if thresholds != (found.liver_threshold, found.tumor_threshold):
            found = relabel(earlier, found, *thresholds)
        return PackedStudy.of(Study(earlier, found, measure(earlier, found.labels)))

    def keep(packed: PackedStudy) -> None:
        keep_earlier(case.id, packed)

    title = f"Segmenting the earlier study {earlier.source}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, case, REPORT_TAB))
