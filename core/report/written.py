"""What a reader wrote, kept and signed for the reports of a study; as values for JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.errors import UnreadableScan
from core.report.document import SignOff
from core.report.document.as_json import narrative_from
from core.report.text import Edition, Narrative


@dataclass(frozen=True)
class Place:
    """Which text of which study: what was edited in one stays in it."""

    case: str
    writer: str
    edition: Edition


@dataclass(frozen=True)
class Signed:
    """A signature under a certain text."""

    narrative: Narrative
    sign_off: SignOff


@dataclass(frozen=True)
class Generated:
    """What a model wrote, and which; `cut_short` where it ran out of time."""

    text: str
    checkpoint: str
    cut_short: str = ""


@dataclass(frozen=True)
class Written:
    """All that was written about one study.

    Parameters
    ----------
    edits : by place, the texts written over ours, by the title of their section.
    kept : by place, sentences that enter although the check refused them.
    """

    edits: Mapping[Place, Mapping[str, str]]
    kept: Mapping[Place, frozenset[str]]
    generated: Generated | None = None
    signed: Signed | None = None

    def to_dict(self) -> dict[str, Any]:
        """Write it as plain values."""
        places = list(dict.fromkeys((*self.edits, *self.kept)))
        signed = self.signed
        return {
            "texts": [
                {
                    "writer": place.writer,
                    "edition": str(place.edition),
                    "edits": dict(self.edits.get(place, {})),
                    "kept": sorted(self.kept.get(place, ())),
                }
                for place in places
            ],
            "generated": None if self.generated is None else asdict(self.generated),
            "signed": signed
            and {
                "narrative": asdict(signed.narrative),
                "name": signed.sign_off.name,
                "time": signed.sign_off.time.isoformat(),
            },
        }


def written_from(told: Mapping[str, Any], case: str) -> Written:
    """Read what `Written.to_dict` wrote, about the study `case`.

    Raises UnreadableScan where it is something else.
    """
    try:
        texts = {
            Place(case, str(one["writer"]), Edition(one["edition"])): one
            for one in told.get("texts", ())
        }
        generated, signed = told.get("generated"), told.get("signed")
        return Written(
            {place: _texts(one["edits"]) for place, one in texts.items()},
            {place: frozenset(map(_text, one["kept"])) for place, one in texts.items()},
            None if generated is None else Generated(**_texts(generated)),
            None
            if signed is None
            else Signed(
                narrative_from(signed["narrative"]),
                SignOff(_text(signed["name"]), datetime.fromisoformat(signed["time"])),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableScan(
            "What was written in the saved session cannot be read; save it again."
        ) from error


def _texts(told: Any) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in dict(told).items()}


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise TypeError(f"expected a text, got {type(told).__name__}")
    return told
