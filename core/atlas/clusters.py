"""Groups of codes: KMeans and HDBSCAN, and how dense a map is."""

import numpy as np
from numpy.typing import NDArray

from core.errors import BadAtlas

Floats = NDArray[np.float32]

CLUSTERS = 8
# HDBSCAN looks at so many principal directions: in more, every patch is as far from every other.
DIRECTIONS = 8
SMALLEST = 30
NEIGHBOURS = 15


def kmeans(codes: Floats, clusters: int = CLUSTERS, seed: int = 0) -> NDArray[np.int64]:
    """Part `codes` [N, D] into `clusters` groups: the number of each one's group [N].

    Lloyd, Least squares quantization in PCM, 1982. Raises BadAtlas for fewer codes than groups.
    """
    from sklearn.cluster import KMeans

    if len(codes) < clusters:
        raise BadAtlas(
            f"{len(codes)} patches cannot be parted into {clusters} clusters; ask for fewer, or "
            "take more slices."
        )
    groups: NDArray[np.int64] = (
        KMeans(clusters, n_init=4, random_state=seed).fit_predict(codes).astype(np.int64)
    )
    return groups


def hdbscan(codes: Floats, smallest: int = SMALLEST, seed: int = 0) -> NDArray[np.int64]:
    """Find dense groups of at least `smallest` codes [N, D]: their numbers [N], -1 in none.

    Campello et al., Density-Based Clustering Based on Hierarchical Density Estimates, 2013.
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    if len(codes) < max(smallest, 2):
        return np.full(len(codes), -1)
    directions = min(DIRECTIONS, *codes.shape)
    turned = PCA(directions, random_state=seed).fit_transform(codes)
    groups: NDArray[np.int64] = (
        HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(turned).astype(np.int64)
    )
    return groups


def density(positions: Floats, k: int = NEIGHBOURS) -> NDArray[np.float64]:
    """How dense a map is around each of its `positions` [N, 2]: share of the densest, 0..1."""
    from sklearn.neighbors import NearestNeighbors

    k = min(k, len(positions) - 1)
    if k < 1:
        return np.ones(len(positions))
    away, _ = NearestNeighbors(n_neighbors=k).fit(positions).kneighbors()
    # Patches that share one place must not weigh more than all others.
    radius = np.maximum(away[:, -1], np.quantile(away[:, -1], 0.01) + 1e-9)
    found: NDArray[np.float64] = 1 / radius**2
    found /= found.max()
    return found
