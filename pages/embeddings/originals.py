"""The true images of an atlas that came without, where the data folder is at hand."""

from collections.abc import Callable
from dataclasses import replace

from core.atlas.atlas import Atlas
from core.atlas.originals import original_images
from core.atlas.patches import Gray
from core.models.runtime import cache_dir
from core.process.progress import Progress
from pages.common import jobs
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.embeddings.pictures import originals_of

STAGES = ("Reading the scans",)
ORIGINALS = Slot[Gray]("atlas-original-images", keep=4)


def with_originals(atlas: Atlas) -> Atlas:
    """Give the atlas its true images if they were read for this visit."""
    images = ORIGINALS.get(of=atlas.name)
    return atlas if images is None else replace(atlas, images=images)


def offer_originals(atlas: Atlas) -> None:
    """Offer to read the true images, where the atlas has none and they are at hand."""
    found = originals_of(atlas)
    needed = set(zip(atlas.table["dataset"], atlas.table["case"], strict=True))
    if atlas.images is not None or not needed <= set(found):
        return
    jobs.offer(
        "Show the true images", "image", _begin, atlas, type="secondary", key="atlas-originals",
        help="Cuts the patches out of the scans in the data folder again; about a minute, once.",
    )  # fmt: skip


def _begin(atlas: Atlas) -> None:
    cases = list(originals_of(atlas).values())

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Gray:
        done = 0

        def report(_: str) -> None:
            nonlocal done
            done += 1
            progress(STAGES[0], done / len(cases))

        return original_images(cases, atlas.table, cache_dir() / "patches", report)

    def keep(images: Gray) -> None:
        ORIGINALS.put(images, of=atlas.name)

    jobs.begin(jobs.Job(f"Reading the images of {atlas.name}", STAGES, work, keep, Uses.NOTHING))
