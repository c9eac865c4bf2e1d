"""What was found: the liver, then its lesions, the largest one by one."""

from core.cascade.doubt_summary import DOUBTFUL
from core.report.acquisition import NO_LIVER
from core.report.fact_kind import FactKind
from core.report.facts.lesions import DESCRIBED
from core.report.lobes import UNKNOWN
from core.report.narrative.teller import Teller
from core.report.text import Sentence


def has_liver(teller: Teller) -> bool:
    """Whether a liver was found."""
    return teller.facts[FactKind.SCAN_COVERAGE].value != NO_LIVER


def is_whole(teller: Teller) -> bool:
    """Whether the liver is all in the scan, so that its volume was judged."""
    return teller.facts[FactKind.LIVER_VOLUME_JUDGEMENT].value is not None


def liver(teller: Teller) -> list[Sentence]:
    """Tell of volume, density and doubt of the liver, and of warnings."""
    said: list[Sentence] = []
    if has_liver(teller):
        if is_whole(teller):
            said += teller.say("liver.volume") + teller.say("liver.size_matters")
        else:
            said += teller.say("liver.volume.cut")
        said += teller.say("explain.ml")
        if teller.number(FactKind.LIVER_MEAN_HU) is None:
            said += teller.say("liver.all_lesion")
        else:
            said += teller.say("liver.density") + teller.say("explain.hu")
    for number in teller.numbered(FactKind.LIVER_WARNING):
        said += teller.say("liver.warning", number)
    if FactKind.CONFIDENCE_LIVER in teller.facts:
        said += teller.say("liver.confidence")
    if teller.number(FactKind.DOUBT_LIVER_INSIDE) is not None:
        said += teller.say("liver.doubt")
    return said


def lesions(teller: Teller) -> list[Sentence]:
    """Tell how many lesions there are, of each of the largest, and of the others together."""
    count = teller.counted(FactKind.LESION_COUNT)
    said = teller.say(f"lesions.{count}{left(teller)}")
    if count == "none":
        said += teller.say("lesions.caution")
    else:
        said += teller.say("explain.spot")
    if FactKind.SPECK_COUNT in teller.facts:
        said += teller.say(f"specks.{teller.counted(FactKind.SPECK_COUNT)}")
    if teller.number(FactKind.REJECTED_COUNT):
        said += teller.say(f"rejected.{teller.counted(FactKind.REJECTED_COUNT)}")
    if FactKind.TUMOR_BURDEN_RANGE in teller.facts:
        said += teller.say("lesions.range")
    further = FactKind.REST_COUNT in teller.facts
    if further:
        said += teller.say("lesions.order")
    for number in described(teller):
        said += _lesion(teller, number)
        if number == 1:
            said += teller.say("explain.mm")
    if further:
        said += teller.say(f"rest.{teller.counted('rest.count')}")
    return said + _doubt(teller) + _explanation(teller)


def left(teller: Teller) -> str:
    """How keys of phrases end where no lesion is left of those that were called."""
    none = not teller.number(FactKind.LESION_COUNT)
    return ".left" if none and teller.number(FactKind.REJECTED_COUNT) else ""


def described(teller: Teller) -> tuple[int, ...]:
    """Numbers of the lesions that are described one by one."""
    return tuple(range(1, min(int(teller.number(FactKind.LESION_COUNT) or 0), DESCRIBED) + 1))


def _lesion(teller: Teller, number: int) -> list[Sentence]:
    single = "–" not in teller.facts[FactKind.LESION_SLICES.of(number)].shown
    unknown = teller.facts[FactKind.LESION_LOBE.of(number)].value == UNKNOWN
    contrast = teller.number(FactKind.LESION_CONTRAST_HU.of(number))
    place = f"{'single' if single else 'span'}.{'unknown' if unknown else 'lobe'}"
    return [
        *teller.say("lesion.size", number),
        *teller.say(f"lesion.place.{place}", number),
        *teller.say(f"lesion.{_brightness(contrast)}", number),
        *(
            teller.say("lesion.real", number)
            if FactKind.LESION_REAL.of(number) in teller.facts
            else ()
        ),
        *(
            teller.say("lesion.confirmed", number)
            if FactKind.LESION_CONFIRMED.of(number) in teller.facts
            else ()
        ),
    ]


def _brightness(contrast_hu: float | None) -> str:
    if contrast_hu is None:
        return "alone"
    if not round(contrast_hu):
        return "alike"
    return "darker" if contrast_hu < 0 else "brighter"


def _doubt(teller: Teller) -> list[Sentence]:
    said: list[Sentence] = []
    for number in described(teller):
        if (teller.number(FactKind.DOUBT_LESION.of(number)) or 0) >= DOUBTFUL:
            said += teller.say("doubt.lesion", number)
    if teller.number(FactKind.DOUBT_UNCALLED_VOLUME):
        said += teller.say("doubt.uncalled")
    return said


def _explanation(teller: Teller) -> list[Sentence]:
    return teller.say("explanation") if FactKind.EXPLANATION_METHOD in teller.facts else []
