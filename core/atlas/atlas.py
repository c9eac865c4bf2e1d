"""The patch atlas on disk: a folder that can be read without our code.

``atlas.json`` says what it is of, ``patches.parquet`` has a row for each patch, ``codes.npy`` what
the encoder made of it, and ``images.npy`` the patches themselves where they may be passed on.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.patches import CONTENT, ORIGIN
from core.errors import BadAtlas
from core.models.store import WEIGHTS_DIR

FORMAT = 1
ATLASES_DIR = WEIGHTS_DIR / "atlas"
FACTS, TABLE, CODES, IMAGES = "atlas.json", "patches.parquet", "codes.npy", "images.npy"
SCORES = ("reconstruction_error", "neighbour_distance")
CLUSTERS = ("kmeans", "hdbscan")
MAPS = ("pca", "tsne", "umap")
COLUMNS = (
    *ORIGIN,
    *CONTENT,
    *SCORES,
    *CLUSTERS,
    "density",
    *(f"{name}_{axis}" for name in MAPS for axis in "xy"),
)
NEEDED_FACTS = ("format", "encoder", "data", "maps", "anomaly", "seed")


@dataclass(frozen=True, eq=False)
class Atlas:
    """Patches of many cases, their codes and maps.

    Parameters
    ----------
    name : of its folder.
    table : `COLUMNS`, a row for each patch.
    codes : float32 [N, D].
    images : uint8 [N, 32, 32], or None where they may not be passed on.
    facts : what `atlas.json` says.
    """

    name: str
    table: pd.DataFrame
    codes: NDArray[np.float32]
    images: NDArray[np.uint8] | None
    facts: dict[str, Any]

    def __len__(self) -> int:
        return len(self.table)

    def map(self, name: str) -> NDArray[np.float32]:
        """Positions of the patches on a map, one of `MAPS`: float32 [N, 2]."""
        positions: NDArray[np.float32] = self.table[[f"{name}_x", f"{name}_y"]].to_numpy(np.float32)
        return positions


def shipped_atlases() -> list[Path]:
    """Folders of the atlases that come with the app."""
    return sorted(path.parent for path in ATLASES_DIR.glob(f"*/{FACTS}"))


def as_stored(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round codes [N, D] to what `write_atlas` keeps of them: half floats, of three digits.

    Maps are drawn of these, so that who reads an atlas can draw the same map again.
    """
    return codes.astype(np.float16).astype(np.float32)


def write_atlas(folder: Path, atlas: Atlas) -> None:
    """Write `atlas` to `folder`; its facts come last, so that a folder with them is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FACTS).unlink(missing_ok=True)
    (folder / IMAGES).unlink(missing_ok=True)
    atlas.table[list(COLUMNS)].to_parquet(folder / TABLE, index=False, compression="zstd")
    # Codes of the size of 1 lose nothing that a map could show.
    np.save(folder / CODES, atlas.codes.astype(np.float16))
    if atlas.images is not None:
        np.save(folder / IMAGES, atlas.images)
    (folder / FACTS).write_text(json.dumps(atlas.facts, indent=2, ensure_ascii=False) + "\n")


def read_atlas(folder: Path, encoder: str | None = None) -> Atlas:
    """Read the atlas of `folder`.

    Parameters
    ----------
    encoder : digest of the weights that its codes must have been made by.

    Raises BadAtlas where a file is missing or damaged, the atlas is of another version, or of
    other weights.
    """
    facts = _facts(folder)
    if encoder is not None and facts["encoder"] != encoder:
        raise BadAtlas(
            f"The atlas “{folder.name}” was made by other weights of the autoencoder "
            f"({facts['encoder'][:8]}, here {encoder[:8]}), so its codes mean something else; make "
            "it anew with “python -m core embed”."
        )
    try:
        table = pd.read_parquet(folder / TABLE)
        codes = np.load(folder / CODES).astype(np.float32)
        # Stays on disk until a patch is looked at.
        there = (folder / IMAGES).is_file()
        images = np.load(folder / IMAGES, mmap_mode="r") if there else None
    except (OSError, ValueError, EOFError) as error:
        raise BadAtlas(f"The atlas “{folder.name}” is damaged ({error}); copy it again.") from error
    _check(folder.name, table, codes, images)
    return Atlas(folder.name, table, codes, images, facts)


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text())
    except (OSError, ValueError) as error:
        raise BadAtlas(
            f"The folder “{folder.name}” holds no readable {FACTS}; make an atlas with “python -m "
            "core embed --data FOLDER --out ATLAS”."
        ) from error
    if not isinstance(facts, dict):
        facts = {}
    missing = [name for name in NEEDED_FACTS if name not in facts]
    if missing or facts["format"] != FORMAT:
        told = f"lacks {', '.join(missing)}" if missing else f"has format {facts['format']}"
        raise BadAtlas(
            f"The {FACTS} of “{folder.name}” {told}, and this version reads format {FORMAT}; make "
            "the atlas anew with “python -m core embed”."
        )
    return facts


def _check(
    name: str,
    table: pd.DataFrame,
    codes: NDArray[np.float32],
    images: NDArray[np.uint8] | None,
) -> None:
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise BadAtlas(
            f"The table of the atlas “{name}” lacks {', '.join(missing)}; copy it again."
        )
    sizes = {len(table), len(codes), len(table if images is None else images)}
    if len(sizes) > 1:
        raise BadAtlas(
            f"The files of the atlas “{name}” are of different lengths "
            f"({', '.join(map(str, sorted(sizes)))} patches); copy it again."
        )
