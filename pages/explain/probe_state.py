"""What the probe keeps for one visitor, and what it asks of the networks."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from core.cascade.segmentation import Segmentation
from core.draw.crop import Closeup
from core.draw.slices import telling_slice
from core.geometry.slices import Plane
from core.labels import organ_mask
from core.process.progress import Progress
from core.study import Study
from core.whatif.probe.edit import Edit, Lesion, insert, paint_away
from core.whatif.probe.place import LesionMask, Voxel, lesions_called, roomiest_place
from core.whatif.probe.reaction import Reaction, react
from core.whatif.probe.sweep import STAGES, Dose, dose_response
from pages.common import jobs
from pages.common.memory import Slot, content
from pages.common.queues import Uses

PROBE_TAB = "Probe"
# So many slices are asked about at once: that takes about a second on two cores.
LIVE_SLICES = 12


BLUR_KEY = "probe-blur"
CONTRAST_KEY = "probe-contrast"
DIAMETER_KEY = "probe-diameter"
HU_KEY = "probe-hu"
LEVEL_KEY = "probe-level"
LESION_KEY = "probe-lesion"
OWN_BLUR_KEY = "probe-as-the-scan"
SLICE_KEY = "probe-slice"


@dataclass(frozen=True, eq=False)
class ProbeTarget:
    """What of a segmented case the probe looks at.

    Parameters
    ----------
    lesions : as called, the largest first.
    place : where a lesion is put in before anybody clicks; None without a liver.
    """

    closeup: Closeup
    lesions: tuple[LesionMask, ...]
    place: Voxel | None


@dataclass(frozen=True, eq=False)
class Probed:
    """A change and the answer to it.

    Parameters
    ----------
    seconds : that both took.
    changed : slices that were changed; of many only some were asked about.
    """

    edit: Edit
    reaction: Reaction
    seconds: float
    changed: int


@dataclass(frozen=True)
class Swept:
    """The curves measured of a case, for which result, and around which lesion."""

    of: tuple[object, ...]
    lesion: Lesion
    doses: tuple[Dose, ...]


TARGETS = Slot[ProbeTarget]("probe-target")
# One edit may hold half a scan.
EDITS = Slot[Edit]("probe-edit")
REACTIONS = Slot[Probed]("probe-reactions", keep=3)
SWEEPS = Slot[Swept]("probe-curves")
PLACES = Slot[Voxel]("probe-place")
REFUSED = Slot[str]("probe-refused")
SEED = Slot[int]("probe-seed")


def target_of(case: Study, segmentation: Segmentation) -> ProbeTarget:
    """Look at a result once, and remember."""
    labels = segmentation.labels

    def look() -> ProbeTarget:
        z = telling_slice(labels, Plane.AXIAL)
        return ProbeTarget(
            Closeup.around(case.volume, organ_mask(labels)),
            lesions_called(labels),
            roomiest_place(case.volume, labels, z),
        )

    return TARGETS.made(case.id, content(case, segmentation), look)


def probed(
    case: Study,
    segmentation: Segmentation,
    change: Lesion | LesionMask,
    z: int,
    *,
    margin_mm: float = 0.0,
    seed: int = 0,
) -> Probed:
    """Change the scan and ask the networks, or remember what they said.

    Where too many slices change for all to be asked, the slice `z` is among those that are.
    """
    began = perf_counter()
    volume, labels = case.volume, segmentation.labels

    def make() -> Edit:
        if isinstance(change, Lesion):
            return insert(volume, labels, change, seed=seed)
        return paint_away(volume, labels, change, margin_mm=margin_mm, seed=seed)

    what = change if isinstance(change, Lesion) else (change.number, margin_mm)
    of = (content(case, segmentation), what, seed)
    edit = EDITS.made(case.id, of, make)
    own = change.at[2] if isinstance(change, Lesion) else change.middle
    some = edit.thinned(LIVE_SLICES, own)
    if edit.part.start <= z < edit.part.stop:
        shown = edit.thinned(LIVE_SLICES, z)
        # A thin lesion may lie between the slices.
        some = shown if shown.region.any() else some

    def ask() -> Probed:
        found = react(volume, segmentation, some)
        changed = edit.part.stop - edit.part.start
        return Probed(some, found, perf_counter() - began, changed)

    return REACTIONS.made(case.id, (*of, some.part.start), ask)


def begin_sweep(case: Study, segmentation: Segmentation, lesion: Lesion, seed: int) -> None:
    """Begin to put many lesions into one place, in the background."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Swept:
        doses = dose_response(
            case.volume,
            segmentation,
            lesion,
            seed=seed,
            progress=progress,
            cancelled=cancelled,
        )
        return Swept(content(case, segmentation), lesion, doses)

    def keep(swept: Swept) -> None:
        SWEEPS.put(swept, case.id)

    title = f"Putting lesions into {case.title}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.NETWORKS, case, PROBE_TAB))
