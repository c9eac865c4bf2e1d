"""What has changed since the earlier study."""

from core.report.fact_kind import FactKind
from core.report.followup.comparison import Status
from core.report.narrative.findings import described
from core.report.narrative.teller import Teller
from core.report.text import Sentence

WORDS = {
    Status.GROWN: "grown",
    Status.SHRUNK: "shrunk",
    Status.STABLE: "stable",
    Status.RESHAPED: "reshaped",
    Status.NEW: "new",
    Status.SPLIT: "split",
    Status.UNSEEN: "unseen",
}


def change(teller: Teller) -> list[Sentence]:
    """Tell what became of every lesion described, of all together, and of the liver."""
    then = teller.counted(FactKind.STUDY_EARLIER_LESION_COUNT)
    now = teller.counted(FactKind.LESION_COUNT)
    said: list[Sentence] = []
    if then == now == "none":
        said += teller.say("change.neither")
    elif then == "none":
        said += teller.say("change.tumor.first")
    for number in described(teller):
        status = Status(str(teller.facts[FactKind.CHANGE_LESION_STATUS.of(number)].value))
        said += teller.say(f"change.{WORDS[status]}", number)
    if FactKind.REST_COUNT in teller.facts:
        said += teller.say("change.rest")
    for fate, kind in (
        ("gone", FactKind.CHANGE_GONE_LESIONS),
        ("merged", FactKind.CHANGE_MERGED_LESIONS),
    ):
        if (count := teller.counted(kind)) != "none":
            said += teller.say(f"change.{fate}.{count}")
    return said + _sum(teller) + _volumes(teller)


def _sum(teller: Teller) -> list[Sentence]:
    if "change.sum.name" not in teller.facts:
        return []
    said = teller.say("change.sum")
    if _within(teller, "change.sum.percent"):
        said += teller.say("change.sum.within")
    if FactKind.CHANGE_SUM_WHY_NOT in teller.facts:
        said += teller.say("change.sum.why_not")
    return said


def _volumes(teller: Teller) -> list[Sentence]:
    said: list[Sentence] = []
    if teller.number(FactKind.CHANGE_TUMOR_VOLUME) is not None:
        said += teller.say(_version(teller, "tumor"))
    return said + teller.say(_version(teller, "liver"))


def _version(teller: Teller, organ: str) -> str:
    within = _within(teller, f"change.{organ}.volume")
    return f"change.{organ}.within" if within else f"change.{organ}"


def _within(teller: Teller, fact_id: str) -> bool:
    """Whether a change may be none, by its range."""
    interval = teller.facts[fact_id].interval
    return interval is None or interval[0] <= 0 <= interval[1]
