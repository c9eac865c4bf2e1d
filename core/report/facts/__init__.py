"""Everything that is known of a scan, as facts.

One rule of rounding: a measurement enters as findings.json has it (`Findings.to_dict`, rounded
by `core.cascade.findings.DECIMALS`), and `Fact.shown` rounds that once more, to the fact's
`digits`. Slices are counted from 1, as the viewer counts them; `Fact.axial_slice` counts from 0.
"""

from collections.abc import Sequence

from core.cascade.doubt_summary import DoubtSummary
from core.cascade.findings import Findings
from core.cascade.labelled import Labelled
from core.quality import QualityFinding
from core.report.fact import Facts
from core.report.facts.change import change_facts
from core.report.facts.corrections import correction_facts
from core.report.facts.decisions import decision_facts
from core.report.facts.lesions import lesion_facts
from core.report.facts.liver import liver_facts
from core.report.facts.method import method_facts
from core.report.facts.scan import scan_facts
from core.report.facts.sureness import ExplanationSummary, sureness_facts
from core.report.followup import Comparison
from core.report.phrases import not_assessable
from core.volume import Volume

__all__ = ["ExplanationSummary", "collect_facts"]


def collect_facts(
    volume: Volume,
    quality: Sequence[QualityFinding],
    segmentation: Labelled,
    findings: Findings,
    *,
    doubt: DoubtSummary | None = None,
    explanation: ExplanationSummary | None = None,
    earlier: Comparison | None = None,
) -> Facts:
    """Collect what is known of `volume`, in the order in which it is told.

    Parameters
    ----------
    quality : what the quality check said of it.
    segmentation : of it, with the `findings` measured on its labels.
    doubt : disagreement of the networks over several views, if it was asked for.
    explanation : where an attribution map puts its weight, if one was made.
    earlier : comparison with an earlier study, by `compare_studies`.
    """
    entries = (
        *scan_facts(volume, quality, segmentation.labels),
        *liver_facts(volume, segmentation.labels, findings),
        *lesion_facts(volume, segmentation, findings),
        *decision_facts(segmentation, findings),
        *correction_facts(findings),
        *sureness_facts(segmentation, findings, doubt, explanation),
        *change_facts(earlier),
        *method_facts(segmentation),
    )
    return Facts(entries, not_assessable(compared=earlier is not None))
