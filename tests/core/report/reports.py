"""Reports of drawn studies."""

import io
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from core.report.composite import Mark, Picture
from core.report.document import Report, provenance_of
from core.report.facts import collect_facts
from core.report.narrative import write_narrative
from core.report.text import Edition
from core.study import Examined

WRITTEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def report_of(drawn: Examined, **given: Any) -> Report:
    """Report a study with one small picture, written at a known time."""
    facts = collect_facts(drawn.volume, (), drawn.segmentation, drawn.findings)
    made = provenance_of(drawn.segmentation, WRITTEN)
    narrative = write_narrative(facts, Edition.CLINICAL)
    return Report(narrative, facts, (small_picture(),), made, **given)


def small_picture() -> Picture:
    buffer = io.BytesIO()
    Image.new("RGB", (600, 300), (90, 90, 90)).save(buffer, "PNG")
    return Picture(
        "composite",
        "What the picture shows.",
        "In place of the picture.",
        buffer.getvalue(),
        600,
        300,
        (Mark(1, 0.25, 0.5, 0.1, 0.2),),
    )
