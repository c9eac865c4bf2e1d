"""The texture of patches in three figures.

Haralick et al., Textural Features for Image Classification, 1973 (co-occurrence); Ojala et al.,
Multiresolution Gray-Scale and Rotation Invariant Texture Classification, 2002 (binary patterns).
"""

import numpy as np
from numpy.typing import NDArray

TEXTURES = ("glcm_contrast", "glcm_homogeneity", "lbp_entropy")
# 16 grey levels of 12.5 HU: finer ones would count the noise.
LEVELS = 16
ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
NEIGHBOURS = 8


def textures(images: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Measure patches uint8 [N, S, S]; each figure is [N].

    ``glcm_contrast`` is the mean squared difference of neighbouring pixels, in squared levels of
    16; ``glcm_homogeneity`` is 1 where all neighbours are alike and falls towards 0;
    ``lbp_entropy`` is the entropy of the rotation-invariant binary patterns, in bits.
    """
    rows = [(*_co_occurrence(image), _pattern_entropy(image)) for image in images]
    figures = np.array(rows, np.float64).reshape(-1, len(TEXTURES))
    return dict(zip(TEXTURES, figures.T, strict=True))


def _co_occurrence(image: NDArray[np.uint8]) -> tuple[float, float]:
    from skimage.feature import graycomatrix, graycoprops

    pairs = graycomatrix(
        image // (256 // LEVELS), [1], ANGLES, levels=LEVELS, symmetric=True, normed=True
    )
    contrast, homogeneity = (
        float(graycoprops(pairs, name).mean()) for name in ("contrast", "homogeneity")
    )
    return contrast, homogeneity


def _pattern_entropy(image: NDArray[np.uint8]) -> float:
    from skimage.feature import local_binary_pattern

    patterns = local_binary_pattern(image, NEIGHBOURS, 1, method="uniform").astype(np.int64)
    share = np.bincount(patterns.ravel()) / patterns.size
    return float(-(share[share > 0] * np.log2(share[share > 0])).sum())
