"""An earlier study, kept as small as a comparison allows."""

from dataclasses import dataclass, fields, replace

import numpy as np

from core.cascade.findings import Findings
from core.cascade.labelled import Labelled, Made
from core.evaluation.own_case import PackedLabels
from core.study import Examined
from core.volume import Volume


@dataclass(frozen=True, eq=False)
class PackedStudy:
    """A study without its voxels and probabilities: what `compare_studies` asks for is there.

    Parameters
    ----------
    volume : of which only the voxels are not kept.
    """

    volume: Volume
    made: Made
    labels: PackedLabels
    findings: Findings

    @staticmethod
    def of(study: Examined) -> "PackedStudy":
        """Pack `study`."""
        # One number stands for the whole grid: the scan keeps its shape and takes no memory.
        nothing = np.broadcast_to(np.int16(0), study.volume.shape)
        made = Made(
            **{field.name: getattr(study.segmentation, field.name) for field in fields(Made)}
        )
        labels = PackedLabels.of(study.segmentation.labels)
        return PackedStudy(replace(study.volume, hu=nothing), made, labels, study.findings)

    def whole(self) -> Examined:
        """Unpack it: its labels are back, its voxels are not."""
        labelled = Labelled(**vars(self.made), labels=self.labels.whole())
        return Examined(self.volume, (), labelled, self.findings)
