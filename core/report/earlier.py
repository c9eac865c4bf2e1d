"""An earlier study, kept as small as a comparison allows."""

from dataclasses import dataclass, replace

import numpy as np

from core.evaluation.own_case import PackedLabels
from core.report.followup import Study


@dataclass(frozen=True, eq=False)
class PackedStudy:
    """A study without its voxels and probabilities: what `compare_studies` asks for is there.

    Parameters
    ----------
    bare : the study with arrays that hold nothing.
    """

    bare: Study
    labels: PackedLabels

    @staticmethod
    def of(study: Study) -> "PackedStudy":
        """Pack `study`."""
        # One number stands for the whole grid: the scan keeps its shape and takes no memory.
        nothing = np.broadcast_to(np.int16(0), study.volume.shape)
        nowhere = np.zeros((0, 0, 0), np.uint8)
        segmentation = replace(
            study.segmentation,
            labels=nowhere,
            liver_probability=nowhere,
            tumor_probability=nowhere,
        )
        bare = Study(replace(study.volume, hu=nothing), segmentation, study.findings)
        return PackedStudy(bare, PackedLabels.of(study.segmentation.labels))

    def whole(self) -> Study:
        """Unpack it: its labels are back, its voxels are not."""
        segmentation = replace(self.bare.segmentation, labels=self.labels.whole())
        return replace(self.bare, segmentation=segmentation)
