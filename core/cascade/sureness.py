"""How sure the tumor networks are of each lesion that was called."""

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import box_where, find_components
from core.labels import tumor_mask


def lesion_probabilities(
    labels: NDArray[np.uint8], probability: NDArray[np.uint8]
) -> tuple[float, ...]:
    """Mean tumor probability in percent over each lesion of `labels` [X, Y, Z], largest first.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = 1.
    """
    box = box_where(labels, tumor_mask)
    if box is None:
        return ()
    numbered = find_components(tumor_mask(labels[box])).numbered
    count = np.bincount(numbered.reshape(-1))[1:]
    total = np.bincount(numbered.reshape(-1), probability[box].reshape(-1))[1:]
    return tuple((total / count / 2.55).tolist())
