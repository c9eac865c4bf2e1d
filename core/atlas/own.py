"""A visitor's own scan among the patches of an atlas, whose maps stay as they are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.anomaly import neighbour_distance
from core.atlas.atlas import MAPS, Atlas
from core.atlas.build import encoded, known_rows
from core.atlas.encoders import Autoencoder
from core.atlas.patches import Patches, cut_volume
from core.atlas.projections import place, projection_of
from core.errors import BadAtlas, Cancelled
from core.labels import organ_mask, tumor_mask
from core.volume import Volume

OWN = "own"
# A scan without tumor shows so many of its liver's slices, evenly spread.
PLAIN_SLICES = 12
STAGES = ("Patches", *(f"Place on {name}" for name in ("PCA", "t-SNE", "UMAP")))


@dataclass(frozen=True, eq=False)
class OwnPatches:
    """The patches of a visitor's scan, as the atlas `atlas` would have them.

    Parameters
    ----------
    digest : of the scan, which names it: file names repeat.
    table : columns of the atlas's table; clusters are -1, for they were found without it.
    codes : float32 [M, D].
    images : uint8 [M, 32, 32].
    """

    atlas: str
    digest: str
    table: pd.DataFrame
    codes: NDArray[np.float32]
    images: NDArray[np.uint8]


def telling_slices(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Choose the axial slices with tumor in `labels` [X, Y, Z]; without any, some of the liver."""
    with_tumor = np.flatnonzero(tumor_mask(labels).any(axis=(0, 1)))
    if len(with_tumor):
        return with_tumor
    with_liver: NDArray[np.int64] = np.flatnonzero(organ_mask(labels).any(axis=(0, 1)))
    if not len(with_liver):
        return with_liver
    chosen = np.linspace(0, len(with_liver) - 1, min(PLAIN_SLICES, len(with_liver)))
    spread: NDArray[np.int64] = with_liver[np.rint(chosen).astype(np.int64)]
    return spread


def place_own(
    atlas: Atlas,
    volume: Volume,
    labels: NDArray[np.uint8],
    autoencoder: Autoencoder,
    progress: Callable[[str, float], None] = lambda stage, done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> OwnPatches:
    """Cut the telling slices of a segmented scan and place their patches on the atlas's maps.

    Raises BadAtlas where no liver was found, BadDataset where the slices are smaller than a
    patch, Cancelled between two stages, or within UMAP, where `cancelled` says so.
    """
    patches = cut_volume(volume, labels, telling_slices(labels))
    if not len(patches):
        raise BadAtlas(
            "No patch of this scan shows enough liver to be compared; segment a scan whose liver "
            "was found."
        )
    codes, errors = encoded(patches, autoencoder)
    table = _table(atlas, patches, codes, errors)
    progress(STAGES[0], 1)
    for stage, name in zip(STAGES[1:], MAPS, strict=True):
        if cancelled():
            raise Cancelled("The placing was cancelled; the atlas is as it was.")
        progress(stage, 0)
        projection = projection_of(atlas.facts["maps"][name]["projection"])
        table[[f"{name}_x", f"{name}_y"]] = place(
            atlas.codes, atlas.map(name), projection, codes, cancelled
        )
        progress(stage, 1)
    return OwnPatches(atlas.name, volume.digest, table, codes, np.asarray(patches.images))


def joined(atlas: Atlas, own: OwnPatches) -> Atlas:
    """Add the visitor's patches to the end of an atlas."""
    images = None if atlas.images is None else np.concatenate([atlas.images, own.images])
    return Atlas(
        atlas.name,
        pd.concat([atlas.table, own.table], ignore_index=True),
        np.concatenate([atlas.codes, own.codes]),
        images,
        atlas.facts,
    )


def _table(
    atlas: Atlas, patches: Patches, codes: NDArray[np.float32], errors: NDArray[np.float32]
) -> pd.DataFrame:
    known = known_rows(atlas.table)
    distance = neighbour_distance(
        codes,
        patches.table["patient"].tolist(),
        atlas.codes[known],
        atlas.table.loc[known, "patient"].tolist(),
    )
    return patches.table.assign(
        reconstruction_error=errors,
        neighbour_distance=distance,
        kmeans=-1,
        hdbscan=-1,
        density=np.nan,
    )
