"""Labels that somebody brings in place of the networks' answer."""

import numpy as np
from numpy.typing import NDArray

from core.cascade.labelled import Brought
from core.cascade.looks import tumor_look
from core.cascade.segmentation import Segmentation
from core.labels import organ_mask, tumor_mask
from core.presets import Preset
from core.volume import Volume


def brought_segmentation(
    volume: Volume, labels: NDArray[np.uint8], brought: Brought, preset: Preset
) -> Segmentation:
    """Take labels [X, Y, Z] of `volume` for its segmentation.

    Nobody was asked for a probability: it is 1 where something is labelled, and 0 elsewhere.

    Parameters
    ----------
    preset : whose networks can be asked about these labels.
    """
    organ, tumor = organ_mask(labels), tumor_mask(labels)
    return Segmentation(
        preset=preset.name,
        liver_threshold=preset.liver_threshold,
        tumor_threshold=preset.tumor_threshold,
        models={},
        seconds={},
        steps=(),
        labels=labels,
        liver_probability=np.where(organ, np.uint8(255), np.uint8(0)),
        tumor_probability=np.where(tumor, np.uint8(255), np.uint8(0)),
        liver_box=None,
        liver_gray=tumor_look(volume, preset, organ).median,
        brought=brought,
    )
