"""Maps of codes in the plane: PCA, t-SNE and UMAP, each repeatable and open to new patches.

Pearson, On lines and planes of closest fit, 1901; van der Maaten and Hinton, Visualizing Data using
t-SNE, 2008 (openTSNE: Poličar et al. 2024); McInnes et al., UMAP, 2018.
"""

import warnings
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import BadAtlas
from core.process import Unwanted, never, run

Floats = NDArray[np.float32]

# openTSNE draws on so many neighbours for each unit of perplexity.
NEIGHBOURS_OF_PERPLEXITY = 3
# A new patch starts in the middle of so many neighbours. Of openTSNE's 25 some are of other groups:
# three times as many known patches then land far from themselves, and no new one lands better.
STARTED_FROM = 5


@dataclass(frozen=True)
class Pca:
    """The two directions along which the codes differ most; nothing to choose."""


@dataclass(frozen=True)
class Tsne:
    """Neighbours stay neighbours; distances and sizes of groups mean little.

    Parameters
    ----------
    perplexity : how many neighbours each patch minds, roughly.
    exaggeration : above 1 pulls groups together.
    start : layout it begins with; a random one shows what is luck.
    """

    perplexity: float = 30
    exaggeration: float = 1
    start: Literal["pca", "random"] = "pca"
    seed: int = 0


@dataclass(frozen=True)
class Umap:
    """Like t-SNE, with more of the large shape kept.

    Parameters
    ----------
    neighbours : how many neighbours each patch minds.
    min_dist : how close patches may come on the map.
    """

    neighbours: int = 15
    min_dist: float = 0.1
    seed: int = 0


Projection = Pca | Tsne | Umap
PROJECTIONS: dict[str, Projection] = {"pca": Pca(), "tsne": Tsne(), "umap": Umap()}


def project(codes: Floats, projection: Projection, cancelled: Unwanted = never) -> Floats:
    """Lay codes [N, D] out on a map [N, 2]; the same seed gives the same map.

    Parameters
    ----------
    cancelled : stops UMAP, the slowest, once True.

    Raises
    ------
    BadAtlas
        There are too few patches for what is asked.
    Cancelled
        `cancelled` became True.
    """
    check_size(len(codes), projection)
    positions: Any
    match projection:
        case Pca():
            center, directions = _principal(codes)
            positions = (codes - center) @ directions
        case Tsne():
            positions = _tsne(codes, projection)
        case Umap():
            positions = _umap(projection, cancelled, codes=codes)
    return np.asarray(positions, np.float32)


def place(
    codes: Floats,
    positions: Floats,
    projection: Projection,
    new: Floats,
    cancelled: Unwanted = never,
) -> Floats:
    """Place `new` codes [M, D] on the map of `codes` [N, D], which stays as it is: [M, 2].

    Parameters
    ----------
    positions : [N, 2], what `project` made of `codes` with the same `projection`.
    cancelled : as `project` takes it.
    """
    if not len(new):
        return np.empty((0, 2), np.float32)
    # A table's columns come transposed in memory, which UMAP does not take.
    positions = np.ascontiguousarray(positions)
    placed: Any
    match projection:
        case Pca():
            center, directions = _principal(codes)
            placed = (new - center) @ directions
        case Tsne():
            placed = _place_tsne(codes, positions, projection, new)
        case Umap():
            placed = _umap(projection, cancelled, codes=codes, positions=positions, new=new)
    return np.asarray(placed, np.float32)


def check_size(count: int, projection: Projection) -> None:
    """Raise BadAtlas where `count` patches are too few for `projection`."""
    match projection:
        case Pca():
            needed, reason = 3, "PCA"
        case Tsne(perplexity=perplexity):
            needed = int(NEIGHBOURS_OF_PERPLEXITY * perplexity) + 2
            reason = f"t-SNE at a perplexity of {perplexity:g}"
        case Umap(neighbours=neighbours):
            needed, reason = neighbours + 2, f"UMAP with {neighbours} neighbours"
    if count < needed:
        raise BadAtlas(
            f"{reason} needs at least {needed} patches and there are {count}; choose a smaller "
            "value, or take more slices."
        )


def described(projection: Projection) -> dict[str, Any]:
    """Name a projection and its parameters, as `atlas.json` keeps them."""
    return {"method": type(projection).__name__.lower(), **asdict(projection)}


def projection_of(described: dict[str, Any]) -> Projection:
    """Undo `described`."""
    kinds: dict[str, type[Projection]] = {"pca": Pca, "tsne": Tsne, "umap": Umap}
    parameters = {name: value for name, value in described.items() if name != "method"}
    return kinds[described["method"]](**parameters)


def _principal(codes: Floats) -> tuple[Floats, Floats]:
    """Center [D] and the two first principal directions [D, 2] of `codes` [N, D]."""
    center = codes.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(codes.T.astype(np.float64)))
    directions = vectors[:, :-3:-1]
    # Either sign is as good: the largest entry is made positive, so that maps can be compared.
    largest = directions[np.abs(directions).argmax(axis=0), [0, 1]]
    return center, (directions * np.sign(largest)).astype(np.float32)


def _affinities(codes: Floats, tsne: Tsne) -> Any:
    from openTSNE.affinity import PerplexityBasedNN

    # One thread: the sums of several would differ in their last digits from run to run.
    return PerplexityBasedNN(codes, perplexity=tsne.perplexity, random_state=tsne.seed, n_jobs=1)


def _tsne(codes: Floats, tsne: Tsne) -> Floats:
    from openTSNE import TSNE

    fitted = TSNE(
        perplexity=tsne.perplexity,
        initialization=tsne.start,
        exaggeration=tsne.exaggeration,
        random_state=tsne.seed,
        n_jobs=1,
    ).fit(codes, affinities=_affinities(codes, tsne))
    return np.asarray(fitted, np.float32)


def _place_tsne(codes: Floats, positions: Floats, tsne: Tsne, new: Floats) -> Floats:
    from openTSNE import TSNEEmbedding

    known = TSNEEmbedding(
        positions.astype(np.float64), _affinities(codes, tsne), random_state=tsne.seed, n_jobs=1
    )
    placed = known.transform(new, k=STARTED_FROM)
    # openTSNE moves the map to the middle of its box first, and leaves the new ones there.
    middle = (positions.max(axis=0) + positions.min(axis=0)) / 2
    return np.asarray(placed + middle, np.float32)


def _umap(umap: Umap, cancelled: Unwanted, **arrays: Floats) -> Floats:
    """Ask UMAP in a process of its own: it brings TensorFlow, which the server must not load."""
    try:
        positions: Floats = run(
            umap_positions, umap, arrays, work="map by UMAP", cancelled=cancelled
        )
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        raise BadAtlas(
            f"UMAP ended without a map ({last}); choose other values, or t-SNE."
        ) from error
    return positions


def umap_positions(parameters: Umap, arrays: dict[str, Floats]) -> Floats:
    """Lay `codes` [N, D] out, or place `new` [M, D] among them and their `positions` [N, 2]."""
    with warnings.catch_warnings():
        # It says that a seed takes one thread, which is what we want.
        warnings.simplefilter("ignore")
        import umap

        options = {
            "n_neighbors": parameters.neighbours,
            "min_dist": parameters.min_dist,
            "random_state": parameters.seed,
            "n_jobs": 1,
        }
        if "new" not in arrays:
            placed = umap.UMAP(**options).fit_transform(arrays["codes"])
            return np.asarray(placed, np.float32)
        # No epochs: it learns who is near whom and leaves the map alone, which it only rescales.
        known = umap.UMAP(**options, init=arrays["positions"], n_epochs=0).fit(arrays["codes"])
        known.embedding_ = arrays["positions"]
        known.n_epochs = None
        return np.asarray(known.transform(arrays["new"]), np.float32)
