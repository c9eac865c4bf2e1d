"""Make an atlas of labelled cases: patches, codes, scores, groups and maps, all judged."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas import anomaly, clusters
from core.atlas.atlas import FORMAT, SCORES, Atlas, as_stored, write_atlas
from core.atlas.encoders import BATCH, Autoencoder, reconstruction_error
from core.atlas.neighbourhoods import sample, trustworthiness
from core.atlas.parts import gather
from core.atlas.patches import MIN_LIVER, SLICE_SIDE, Patches
from core.atlas.projections import (
    PROJECTIONS,
    Projection,
    Tsne,
    Umap,
    check_size,
    described,
    place,
    project,
)
from core.io.datasets import LabelledCase
from core.provenance import commit, versions

PARTS = "parts"
# So many known patches are placed as if they were new, to see how far off they land.
PLACED = 300


@dataclass(frozen=True)
class AtlasRecipe:
    """What to make of the cases.

    Parameters
    ----------
    images : keep the patches themselves; not for data that may not be passed on.
    """

    images: bool
    seed: int = 0
    projections: tuple[tuple[str, Projection], ...] = tuple(PROJECTIONS.items())

    @property
    def seeded(self) -> dict[str, Projection]:
        """The projections by name, with the seed of the recipe."""
        return {name: _with_seed(one, self.seed) for name, one in self.projections}


def build_atlas(
    cases: Sequence[LabelledCase],
    autoencoder: Autoencoder,
    recipe: AtlasRecipe,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
) -> Atlas:
    """Make the atlas of `cases` in the folder `out`.

    Patches are cut case by case into files below ``out/parts``, where a second call finds them;
    an atlas without images leaves none there once it is whole.

    Raises BadDataset where no case shows a tumor, BadAtlas where there are too few patches for a
    map.
    """
    patches = gather(cases, out / PARTS, report)
    if without := without_tumor(cases, patches.table):
        report(f"passed over, for they show no tumor: {', '.join(without)}")
    for projection in recipe.seeded.values():
        check_size(len(patches), projection)
    report(f"encoding {len(patches):,} patches")
    codes, errors = encoded(patches, autoencoder)
    codes = as_stored(codes)
    table = patches.table.assign(reconstruction_error=errors)
    known = known_rows(table)
    patients = table["patient"].tolist()
    table["neighbour_distance"] = anomaly.neighbour_distance(
        codes, patients, codes[known], table.loc[known, "patient"].tolist()
    )
    report("looking for clusters")
    table["kmeans"] = clusters.kmeans(codes, min(clusters.CLUSTERS, len(codes)), recipe.seed)
    table["hdbscan"] = clusters.hdbscan(codes, seed=recipe.seed)
    maps = {}
    for name, projection in recipe.seeded.items():
        report(f"drawing the map of {name}")
        table[[f"{name}_x", f"{name}_y"]], maps[name] = _map(codes, projection)
    table["density"] = clusters.density(table[["tsne_x", "tsne_y"]].to_numpy(np.float32))
    facts = _facts(cases, table, autoencoder, recipe) | {"maps": maps, "without_tumor": without}
    images = patches.images if recipe.images else None
    atlas = Atlas(out.name, table, codes, images, facts)
    write_atlas(out, atlas)
    if not recipe.images:
        # Whoever passes the folder on must not pass on the images that it says it leaves out.
        shutil.rmtree(out / PARTS)
    return atlas


def without_tumor(cases: Sequence[LabelledCase], table: pd.DataFrame) -> list[str]:
    """Name the `cases` that gave no patch to `table`, as ``data set/case``."""
    seen = set(zip(table["dataset"], table["case"], strict=True))
    return [f"{c.dataset}/{c.name}" for c in cases if (c.dataset, c.name) not in seen]


def encoded(
    patches: Patches, autoencoder: Autoencoder
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Codes [N, D] of `patches` and the errors [N] of their reconstructions, some at a time."""
    parts = [
        (codes, reconstruction_error(seen, autoencoder.decode(codes)))
        for start in range(0, len(patches), BATCH)
        for seen in (np.asarray(patches.images[start : start + BATCH]),)
        for codes in (autoencoder.encode(seen),)
    ]
    codes, errors = zip(*parts, strict=True)
    return np.concatenate(codes), np.concatenate(errors)


def known_rows(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Choose the rows whose distances count as usual: of split ``train``, or all without one."""
    training = (table["split"] == "train").to_numpy()
    return training if training.any() else np.ones(len(table), bool)


def _map(
    codes: NDArray[np.float32], projection: Projection
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    positions = project(codes, projection)
    chosen = sample(len(codes), PLACED)
    placed = place(codes, positions, projection, codes[chosen])
    # A float32 map is compared with itself: far from its middle it has fewer digits.
    diagonal = float(np.linalg.norm(np.ptp(positions, axis=0)))
    away = np.linalg.norm(placed - positions[chosen], axis=1) / diagonal
    return positions, {
        "projection": described(projection),
        "trustworthiness": trustworthiness(codes, positions),
        "placement": {
            "patches": len(chosen),
            "median": float(np.median(away)),
            "share_95": float(np.quantile(away, 0.95)),
            "largest": float(away.max()),
        },
    }


def _facts(
    cases: Sequence[LabelledCase],
    table: pd.DataFrame,
    autoencoder: Autoencoder,
    recipe: AtlasRecipe,
) -> dict[str, Any]:
    splits = {
        str(split): {
            "patches": len(rows),
            "cases": sorted(set(rows["case"])),
            "patients": sorted(set(rows["patient"])),
        }
        for split, rows in table.groupby("split")
    }
    return {
        "format": FORMAT,
        "encoder": autoencoder.digest,
        "data": sorted({case.dataset for case in cases}),
        "splits": splits,
        "patches": {"slice_side": SLICE_SIDE, "min_liver": MIN_LIVER, "count": len(table)},
        "images": recipe.images,
        "seed": recipe.seed,
        "anomaly": anomaly.judge(table, SCORES),
        "anomaly_neighbours": anomaly.NEIGHBOURS,
        "commit": commit(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }


def _with_seed(projection: Projection, seed: int) -> Projection:
    match projection:
        case Tsne(perplexity, exaggeration, start):
            return Tsne(perplexity, exaggeration, start, seed)
        case Umap(neighbours, min_dist):
            return Umap(neighbours, min_dist, seed)
    return projection
