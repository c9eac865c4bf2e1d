"""An atlas drawn by hand: dark patches are tumor, and a code is the brightness of four quarters."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.anomaly import judge
from core.atlas.atlas import FORMAT, MAPS, SCORES, Atlas, write_atlas
from core.atlas.encoders import Autoencoder, reconstruction_error
from core.atlas.patches import PATCH, content
from core.atlas.projections import PROJECTIONS, described

DIGEST = "d" * 64
QUARTER = PATCH // 2


def encode(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The brightness of the four quarters of each patch."""
    quarters = images.reshape(len(images), 2, QUARTER, 2, QUARTER).astype(np.float32)
    return quarters.mean(axis=(2, 4)).reshape(len(images), 4) / 255


def decode(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Patches of four even quarters."""
    quarters = codes.reshape(-1, 2, 2) * np.float32(255)
    return quarters.repeat(QUARTER, axis=1).repeat(QUARTER, axis=2)


AUTOENCODER = Autoencoder(DIGEST, encode, decode)


def images_of(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Noisy patches, every third dark."""
    random = np.random.default_rng(seed)
    bright = np.where(np.arange(count) % 3 == 0, 90, 170)[:, None, None]
    return np.clip(random.normal(bright, 14, (count, PATCH, PATCH)), 0, 255).astype(np.uint8)


def atlas_of(count: int = 240, images: bool = True, name: str = "drawn") -> Atlas:
    """Three patients of a train split and two of a test split; tumors to the left on every map."""
    random = np.random.default_rng(1)
    shown = images_of(count)
    codes = encode(shown)
    number = np.arange(count)
    tumor = number % 3 == 0
    patient = number * 5 // count
    table = pd.DataFrame(
        {
            "dataset": "drawn",
            "split": np.where(patient < 3, "train", "test"),
            "patient": [f"patient-{one}" for one in patient],
            "case": [f"volume-{one}" for one in patient],
            "slice": number // 12,
            "top": number % 12 // 4 * PATCH,
            "left": number % 4 * PATCH,
            "liver_fraction": 1.0,
            "tumor_fraction": np.where(tumor, 0.8, 0.0),
            **content(shown),
            "reconstruction_error": reconstruction_error(shown, decode(codes)),
            "neighbour_distance": np.where(tumor, 0.4, 0.2) + random.random(count) * 0.05,
            "kmeans": tumor.astype(int),
            "hdbscan": np.where(number % 10, tumor, -1),
            "density": random.random(count),
        }
    )
    for map_name in MAPS:
        table[f"{map_name}_x"] = np.where(tumor, -1.0, 1.0) + random.normal(0, 0.1, count)
        table[f"{map_name}_y"] = random.normal(0, 0.3, count)
    placement = {"patches": 10, "median": 0.0, "share_95": 0.0, "largest": 0.0}
    facts = {
        "format": FORMAT,
        "encoder": DIGEST,
        "data": ["drawn"],
        "splits": {
            str(split): {
                "patches": len(rows),
                "cases": sorted(set(rows["case"])),
                "patients": sorted(set(rows["patient"])),
            }
            for split, rows in table.groupby("split")
        },
        "maps": {
            map_name: {
                "projection": described(PROJECTIONS[map_name]),
                "trustworthiness": 0.9,
                "placement": placement,
            }
            for map_name in MAPS
        },
        "anomaly": judge(table, SCORES),
        "seed": 0,
        "written": "2026-01-01T00:00:00+00:00",
    }
    return Atlas(name, table, codes, shown if images else None, facts)


def write_drawn(folder: Path, count: int = 240, images: bool = True) -> Path:
    """Write such an atlas to `folder`."""
    write_atlas(folder, atlas_of(count, images, folder.name))
    return folder
