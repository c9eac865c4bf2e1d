"""What is known of a scan, as facts."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from core.cascade.measurement import measure
from core.models.store import evaluations
from core.quality import QualityFinding, Severity
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind
from core.report.facts import ExplanationSummary, collect_facts
from core.report.followup import compare_studies
from core.study import Examined
from core.volume import volume_from_array
from tests.core.report.studies import SEVEN, doubt_of, from_labels, header, study

REMARK = QualityFinding("thick-slices", Severity.WARNING, "The slices are 6.0 mm apart.", "Look.")


def facts_of(drawn: Examined, quality: tuple[QualityFinding, ...] = ()) -> Facts:
    return collect_facts(drawn.volume, quality, drawn.segmentation, drawn.findings)


def test_measurements_are_those_of_the_findings_file() -> None:
    drawn = study(*SEVEN)
    facts, written = facts_of(drawn), drawn.findings.to_dict()
    assert facts["liver.volume"].value == written["liver_volume_ml"]
    assert facts["tumor.burden"].value == written["tumor_burden_percent"]
    assert facts["lesion.count"].value == written["lesion_count"] == 7
    for lesion in written["lesions"]:
        root = f"lesion.{lesion['number']}"
        assert facts[f"{root}.volume"].value == lesion["volume_ml"]
        assert facts[f"{root}.longest_diameter"].value == lesion["longest_diameter_mm"]
        assert facts[f"{root}.mean_hu"].value == lesion["mean_hu"]
        assert facts[f"{root}.location"].axial_slice == lesion["axial_slice"]


def test_ids_are_unique_and_lesions_know_their_facts() -> None:
    facts = facts_of(study(*SEVEN), (REMARK, REMARK))
    ids = [fact.id for fact in facts]
    assert len(ids) == len(set(ids))
    assert facts.lesion_numbers == tuple(range(1, 8))
    assert "lesion.3.volume" in [fact.id for fact in facts if fact.lesion == 3]
    assert facts["quality.thick-slices"].value == REMARK.reason


def test_every_fact_is_of_a_known_kind() -> None:
    known = [re.escape(kind).replace(r"\#", r"[\w-]+") for kind in FactKind]
    now, before = study(*SEVEN), study(*SEVEN[1:], name="earlier")
    facts = collect_facts(
        now.volume,
        (REMARK, REMARK),
        now.segmentation,
        now.findings,
        doubt=doubt_of(now),
        explanation=ExplanationSummary("SHAP", 0.6, 0.3, 0.1, 30),
        earlier=compare_studies(now, before),
    )
    assert [fact.id for fact in facts if not re.fullmatch("|".join(known), fact.id)] == []
    assert FactKind.LESION_VOLUME.of(3) == "lesion.3.volume"


def test_a_value_that_rounds_to_nothing_has_no_sign() -> None:
    assert Fact("id", "Label", -0.3, "HU").shown == "0 HU"
    assert Fact("id", "Label", 1234.56, "mL", 1).shown == "1,234.6 mL"


def test_true_volume_of_a_ball_lies_in_the_range_that_its_voxels_leave_open() -> None:
    facts = facts_of(study(((20, 0, 0), 15)))
    for fact_id, radius in (("liver.volume", 66), ("lesion.1.volume", 15)):
        low, high = facts[fact_id].interval or (0, 0)
        assert low < 4 / 3 * math.pi * radius**3 / 1000 < high
    low, high = facts["lesion.1.longest_diameter"].interval or (0, 0)
    assert low < 30 < high
    assert high - low == pytest.approx(4)


@pytest.mark.parametrize(
    ("liver_mm", "judged"), [(55, "below"), (66, "within"), (70, "within"), (80, "above")]
)
def test_liver_is_held_against_a_published_range(liver_mm: float, judged: str) -> None:
    drawn = study(liver_mm=min(liver_mm, 66))
    if liver_mm > 66:
        drawn = from_labels(drawn.segmentation.labels, (2.0, 2.0, 2.5 * (liver_mm / 66) ** 3))
    fact = facts_of(drawn)["liver.volume_judgement"]
    assert fact.value == f"{judged} the published range"
    assert "Linguraru" in fact.origin


def test_part_of_a_liver_is_not_judged_and_has_no_lobes() -> None:
    labels = study(((40, 0, 0), 10)).segmentation.labels[:, :, 20:]
    facts = facts_of(from_labels(np.ascontiguousarray(labels)))
    assert facts["scan.coverage"].value == "cut off at the lowest slice"
    assert facts["liver.volume_judgement"].value is None
    assert facts["lesion.1.lobe"].value == "not determined"


@pytest.mark.parametrize(
    ("right_mm", "lobe"), [(40, "right"), (8, "right"), (-15, "not determined"), (-50, "left")]
)
def test_lobe_is_named_only_where_the_outline_allows_it(right_mm: float, lobe: str) -> None:
    fact = facts_of(study(((right_mm, 0, 0), 6)))["lesion.1.lobe"]
    assert fact.value == lobe
    assert fact.origin.startswith("approximate")


def test_lesion_is_described_against_the_liver() -> None:
    facts = facts_of(study(((20, 0, 0), 12)))
    assert facts["lesion.1.contrast_hu"].shown == "-40 HU"
    assert facts["lesion.1.confidence"].shown == "80 %"
    assert facts["confidence.liver"].shown == "100 %"
    z = facts["lesion.1.volume"].axial_slice
    assert z is not None
    assert facts["lesion.1.slice"].value == z + 1


def test_scan_without_liver_has_a_warning_and_no_measurements() -> None:
    facts = facts_of(from_labels(np.zeros((8, 8, 8), np.uint8)))
    assert facts["scan.coverage"].value == "no liver"
    assert "No liver was found" in facts["liver.warning.1"].shown
    assert "liver.volume" not in facts
    assert facts["lesion.count"].value == 0


def test_liver_that_is_all_lesion_has_no_density_to_compare_with() -> None:
    labels = study().segmentation.labels * np.uint8(2)
    facts = facts_of(from_labels(labels))
    assert facts["liver.mean_hu"].value is None
    assert facts["lesion.1.contrast_hu"].value is None
    assert facts["tumor.burden"].interval == (pytest.approx(90, abs=6), 100)


def test_doubt_and_explanation_are_told_where_they_are_known() -> None:
    drawn = study(*SEVEN)
    explained = ExplanationSummary("SHAP", 0.625, 0.3, 0.075, 30)
    facts = collect_facts(
        drawn.volume,
        (),
        drawn.segmentation,
        drawn.findings,
        doubt=doubt_of(drawn),
        explanation=explained,
    )
    assert facts["doubt.lesion.2"].shown == "0.20"
    assert facts["doubt.uncalled_volume"].shown == "3.5 mL"
    assert facts["explanation.share_tumor"].value == 62.5
    assert facts["explanation.slice"].value == 31
    assert not [fact for fact in facts_of(drawn) if fact.id.startswith(("doubt", "explanation"))]


def test_dicom_header_gives_thickness_and_nobodys_name() -> None:
    made = header(
        PatientName="Doe^Jane", PatientID="4711", SliceThickness=5, ContrastBolusAgent="given"
    )
    facts = facts_of(study(headers=[made]))
    assert facts["scan.slice_thickness"].shown == "5.00 mm"
    assert facts["scan.contrast"].value == "named in the header"
    told = " ".join(f"{fact.shown} {fact.origin}" for fact in facts)
    assert "Doe" not in told
    assert "4711" not in told


def test_evaluation_is_told_for_these_networks_at_these_thresholds_only() -> None:
    run = evaluations()["focus-lits-a-test"]
    drawn = study()
    shipped = replace(drawn.segmentation, preset="focus", models=run["models"], tumor_threshold=0.2)
    facts = facts_of(replace(drawn, segmentation=shipped))
    touched = run["summary"]["tumor"]["lesions"]["touched"]
    assert facts["evaluation.found"].value == touched["found"]
    assert facts["evaluation.patients"].value == len(run["patients"])
    other = replace(shipped, tumor_threshold=0.3)
    assert "evaluation.found" not in facts_of(replace(drawn, segmentation=other))


def test_model_card_is_named_for_its_own_weights_alone() -> None:
    drawn = study()
    assert "no model card" in facts_of(drawn)["model.liver.sha256"].origin


def test_notes_of_the_reader_and_what_is_not_assessable_are_kept() -> None:
    drawn = study()
    hu = np.asarray(drawn.volume.hu)
    volume = volume_from_array(
        hu, drawn.volume.affine, source="s", digest="d", notes=("It was turned.",)
    )
    facts = facts_of(
        Examined(volume, (), drawn.segmentation, measure(volume, drawn.segmentation.labels))
    )
    assert facts["scan.note.1"].value == "It was turned."
    listed = " ".join(facts.not_assessable)
    assert all(word in listed for word in ("LI-RADS", "washout", "cyst", "Fat", "segments", "node"))
    assert "response" not in listed
    assert "{" not in listed


def test_figures_are_rounded_once_so_that_every_place_shows_the_same() -> None:
    drawn = study(*SEVEN)
    facts = collect_facts(drawn.volume, (), drawn.segmentation, drawn.findings)
    for fact_id, name in (
        ("tumor.burden", "tumor_burden_percent"),
        ("tumor.volume", "tumor_volume_ml"),
        ("liver.volume", "liver_volume_ml"),
    ):
        assert facts.number(fact_id) == getattr(drawn.findings, name)
        assert facts.number(fact_id) == drawn.findings.to_dict()[name]
