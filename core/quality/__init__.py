"""Is this a usable abdominal CT? Findings with a measured reason and something to do."""

from core.quality.coverage import coverage_findings, span_findings
from core.quality.finding import QualityFinding, Severity
from core.quality.geometry import geometry_findings
from core.quality.orientation import orientation_findings
from core.quality.phase import phase_findings
from core.quality.sample import take_sample
from core.quality.values import value_findings
from core.volume import Volume

__all__ = ["QualityFinding", "Severity", "check"]

WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)
# Without true densities below the body, its outline cannot be told from the air.
NO_OUTLINE = {"windowed", "no-air"}


def check(volume: Volume) -> tuple[QualityFinding, ...]:
    """Judge `volume` on about 2 million of its voxels, worst findings first.

    An ERROR means that the scan cannot be what is meant (not Hounsfield units, no body);
    a WARNING that the result needs a look; an INFO explains.
    """
    sample = take_sample(volume)
    findings = [*value_findings(sample)]
    if not any(finding.severity is Severity.ERROR for finding in findings):
        outlined = not any(finding.code in NO_OUTLINE for finding in findings)
        covered = coverage_findings if outlined else span_findings
        findings.extend(covered(volume, sample))
        if outlined:
            findings.extend(orientation_findings(sample))
            findings.extend(phase_findings(volume, sample))
    findings.extend(geometry_findings(volume))
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity)))
