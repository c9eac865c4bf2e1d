"""A report as JSON: every sentence with the facts it says, every fact with its origin; and back."""

import json
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from core.errors import HepatoScopeError
from core.report.composite import Picture
from core.report.document.report import NOTICE, Provenance, Report, SignOff
from core.report.fact import Fact, Facts
from core.report.text import Edition, Narrative, Section, Sentence

FORMAT = "hepatoscope-report/1"


def to_json(report: Report) -> bytes:
    """Write all of a report but the pixels of its pictures, which are named with their SHA-256."""
    narrative, made, signed = report.narrative, report.provenance, report.sign_off
    document = {
        "format": FORMAT,
        "notice": NOTICE,
        "patient": report.patient,
        "narrative": asdict(narrative),
        "facts": [asdict(fact) for fact in report.facts],
        "not_assessable": list(report.facts.not_assessable),
        "pictures": [_picture(picture) for picture in report.pictures],
        "provenance": {
            "version": made.version,
            "commit": made.commit,
            "preset": made.preset,
            "weights_sha256": dict(made.weights),
            "written": made.written.isoformat(),
        },
        "sign_off": signed and {"name": signed.name, "time": signed.time.isoformat()},
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def from_json(data: bytes) -> Report:
    """Read what `to_json` wrote; the report has no pictures.

    Raises
    ------
    HepatoScopeError : the file is no report of this format.
    """
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise HepatoScopeError(
                f"The report has the format {document['format']!r}, not {FORMAT!r}; "
                "open it with the version that wrote it."
            )
        return _report(document)
    except (ValueError, KeyError, TypeError) as error:
        raise HepatoScopeError(
            f"The file is no report that HepatoScope wrote ({type(error).__name__}: {error}); "
            "choose the JSON document of a report."
        ) from error


def _picture(picture: Picture) -> dict[str, Any]:
    known = asdict(picture)
    known["png_sha256"] = sha256(known.pop("png")).hexdigest()
    return known


def _report(document: dict[str, Any]) -> Report:
    made, signed = document["provenance"], document["sign_off"]
    facts = tuple(
        Fact(**{**fact, "interval": fact["interval"] and tuple(fact["interval"])})
        for fact in document["facts"]
    )
    return Report(
        narrative=narrative_from(document["narrative"]),
        facts=Facts(facts, tuple(document["not_assessable"])),
        pictures=(),
        provenance=Provenance(
            made["version"],
            made["commit"],
            made["preset"],
            tuple(made["weights_sha256"].items()),
            datetime.fromisoformat(made["written"]),
        ),
        sign_off=signed and SignOff(signed["name"], datetime.fromisoformat(signed["time"])),
        patient=document["patient"],
    )


def narrative_from(known: dict[str, Any]) -> Narrative:
    """Read a narrative that was written as plain values."""
    sections = tuple(
        Section(
            section["title"],
            tuple(
                Sentence(**{**sentence, "facts": tuple(sentence["facts"])})
                for sentence in section["sentences"]
            ),
        )
        for section in known["sections"]
    )
    return Narrative(known["title"], sections, Edition(known["edition"]), known["writer"])
