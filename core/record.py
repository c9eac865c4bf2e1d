"""The findings of a scan as a file that says where every figure came from."""

import csv
import io
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from core.cascade.findings import Findings
from core.editing.file import edit_to_dict
from core.provenance import NOTICE, commit, versions
from core.study import Examined
from core.volume import Grid, spacing_of

LESION_COLUMNS = (
    "number",
    "volume_ml",
    "longest_diameter_mm",
    "short_diameter_mm",
    "mean_hu",
    "sd_hu",
    "real_percent",
    "axial_slice",
    "first_slice",
    "last_slice",
    "location",
    "confirmed",
    "rejected",
)


def findings_record(study: Examined) -> dict[str, Any]:
    """Collect what findings.json says of one scan; units stand in the key names."""
    volume, segmentation = study.volume, study.segmentation
    return {
        "notice": NOTICE,
        "source": volume.source,
        "source_sha256": volume.digest,
        "synthetic": volume.synthetic,
        "shape_voxels": list(volume.native.shape),
        "spacing_mm": [round(side, 4) for side in spacing_of(volume.native.affine)],
        "axes_of_the_file": Grid(volume.native.shape, volume.file_affine).axis_codes,
        "turned": [str(turn) for turn in volume.turns],
        "reader_notes": list(volume.notes),
        "quality": [
            {
                "code": finding.code,
                "severity": str(finding.severity),
                "reason": finding.reason,
                "advice": finding.advice,
            }
            for finding in study.quality
        ],
        "preset": segmentation.preset,
        "brought": None if segmentation.brought is None else asdict(segmentation.brought),
        "thresholds": {
            "liver": segmentation.liver_threshold,
            "tumor": segmentation.tumor_threshold,
        },
        "decisions": [str(decision.opinion) for decision in segmentation.decisions],
        "corrections": [edit_to_dict(one) for one in segmentation.corrections],
        "models_sha256": segmentation.models,
        "seconds": {stage: round(time, 3) for stage, time in segmentation.seconds.items()},
        "postprocessing": [
            {"step": step.name, "changed_ml": round(step.changed_ml, 3)}
            for step in segmentation.steps
        ],
        "findings": study.findings.to_dict(),
        "commit": commit(),
        "versions": versions(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def lesions_csv(findings: Findings) -> str:
    """List the lesions, and what was rejected of them, with the figures of findings.json."""
    known = findings.to_dict()
    rows = [
        {**lesion, "rejected": rejected}
        for rejected in (False, True)
        for lesion in known["rejected" if rejected else "lesions"]
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, LESION_COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_json(record: dict[str, Any]) -> str:
    """Write a record as readable JSON."""
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
