"""The job that segments an earlier study as the present one was."""

from collections.abc import Callable

from core.cascade.labelled import Labelled
from core.cascade.segmentation import STAGES
from core.presets import preset_named
from core.process.progress import Progress
from core.report.earlier import PackedStudy
from core.report.followup.refusals import refuse_other_patient
from core.study import Examined, Study, called_at, opened, refuse_unusable, segmented
from core.volume import Volume
from pages.common import jobs
from pages.common.queues import Uses
from pages.common.session import cases
from pages.report.state import EARLIER, REPORT_TAB


def begin_earlier(case: Study, study: Examined, earlier: Volume) -> None:
    """Begin to segment `earlier` in the background, with the settings of `study`.

    Where the visitor has it open, segmented by the same networks, that result is taken.

    Raises HepatoScopeError at once where the two are no studies of one patient, or where the
    earlier one is no scan that can be segmented.
    """
    refuse_other_patient(study.volume, earlier)
    settings = study.segmentation
    if (known := _open_already(earlier, settings)) is not None:
        EARLIER.put(PackedStudy.of(known), case.id)
        return
    opening = opened(earlier)
    refuse_unusable(opening.quality)

    def work(progress: Progress, cancelled: Callable[[], bool]) -> PackedStudy:
        preset = preset_named(settings.preset)
        found = segmented(opening, preset, progress=progress, cancelled=cancelled)
        found = called_at(found, settings.liver_threshold, settings.tumor_threshold)
        return PackedStudy.of(found.known)

    def keep(packed: PackedStudy) -> None:
        EARLIER.put(packed, case.id)

    title = f"Segmenting the earlier study {earlier.source}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.NETWORKS, case, REPORT_TAB))


def _open_already(earlier: Volume, settings: Labelled) -> Examined | None:
    other = cases().get(earlier.digest)
    if other is None or other.segmentation is None or other.segmentation.models != settings.models:
        return None
    return called_at(other, settings.liver_threshold, settings.tumor_threshold).known
