"""What was measured in a scan, and how it is written down."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.geometry.calipers import Segment

# What is shorter in every axial slice is no more than a few voxels.
SPECK_MM = 3.0
DEFINITIONS = {
    "liver": "labels 1 and 2: the organ, tumors included",
    "lesion": "one connected component of label 2; voxels touching at a corner are connected (26)",
    "longest_diameter": "longest extent in any axial slice, between the middles of voxel faces",
    "short_diameter": "longest extent at right angles to it in the same slice",
    "burden": "tumor volume in percent of the liver volume",
    "liver_hu": "liver voxels that are not tumor; population standard deviation",
    "speck": f"a lesion below {SPECK_MM:g} mm in longest diameter: about as large as a voxel",
    "rejected": "called by the networks, then rejected by a reader: counted nowhere else",
    "corrected": "by hand, afterwards: figures are of the labels as corrected; dice "
    "compares them with the labels as found",
    "real": "chance in percent that a piece so called is a lesion, by its size, depth and contrast",
    "coordinates": "mm: RAS (right, anterior, superior); voxel: of the RAS+ volume, from 0",
}
DECIMALS = {"ml": 3, "mm": 2, "hu": 1, "percent": 2, "voxel": 2, "dice": 4}


@dataclass(frozen=True)
class Lesion:
    """One connected tumor.

    Parameters
    ----------
    number : 1 for the largest.
    volume_ml : voxels times voxel volume.
    longest_diameter_mm, short_diameter_mm : longest axial extent, and the longest one at
        right angles to it in the same slice; `core.geometry.calipers` tells from where to where.
    mean_hu, sd_hu : over the lesion's voxels; population standard deviation.
    centroid_mm : (x, y, z) in RAS millimetres.
    centroid_voxel : (x, y, z) in voxels of the RAS+ volume.
    axial_slice : z index of the slice with the longest diameter.
    longest_endpoints_voxel, short_endpoints_voxel : ends (x, y) of both in that slice.
    first_slice, last_slice : z indices it spans, both included.
    location : which third of the liver's height, and which side of the liver's center.
        A mask tells no more: this names no liver segment.
    real_percent : chance that it is a lesion at all; None where nobody can tell it.
    confirmed : whether a reader said that it is one.
    """

    number: int
    volume_ml: float
    longest_diameter_mm: float
    short_diameter_mm: float
    mean_hu: float
    sd_hu: float
    centroid_mm: tuple[float, float, float]
    centroid_voxel: tuple[float, float, float]
    axial_slice: int
    longest_endpoints_voxel: Segment
    short_endpoints_voxel: Segment
    first_slice: int
    last_slice: int
    location: str
    real_percent: float | None = None
    confirmed: bool = False


class Origin(StrEnum):
    """Where a lesion of corrected labels is from."""

    FOUND = "as found"
    CHANGED = "changed by hand"
    DRAWN = "drawn by hand"


@dataclass(frozen=True)
class Corrected:
    """What corrections came to.

    Parameters
    ----------
    edits : how many.
    by : names that readers typed, each once; empty where nobody did.
    first_at, last_at : when the first and the last one was made, as they tell it.
    liver_dice, tumor_dice : of the labels as found with those as corrected; None where neither
        shows any.
    found_liver_volume_ml, found_tumor_volume_ml, found_lesions : as they were found.
    removed_lesions : how many of those found are no more.
    lesions : where each one is from, the largest first.
    """

    edits: int
    by: tuple[str, ...]
    first_at: str
    last_at: str
    liver_dice: float | None
    tumor_dice: float | None
    found_liver_volume_ml: float
    found_tumor_volume_ml: float
    found_lesions: int
    removed_lesions: int
    lesions: tuple[Origin, ...]

    @property
    def sentence(self) -> str:
        """Say that labels were corrected, and by whom."""
        edits = "one edit" if self.edits == 1 else f"{self.edits} edits"
        who = f" by {', '.join(self.by)}" if self.by else ""
        return f"The labels were corrected by hand{who} ({edits}); figures are those of the result."


@dataclass(frozen=True)
class Findings:
    """What was measured in one scan.

    Parameters
    ----------
    liver_volume_ml : the organ, tumors included.
    tumor_burden_percent : tumor volume in percent of the organ; None without a liver.
    lesions : largest first.
    liver_mean_hu, liver_sd_hu : over liver voxels that are not tumor; None without any.
    warnings : what speaks against trusting the numbers, a sentence each.
    rejected : what a reader said to be no lesions, as called, numbered in that order; they are
        liver in all figures.
    corrected : how the labels differ from those that were found; None where nobody drew on them.
    """

    liver_volume_ml: float
    tumor_volume_ml: float
    tumor_burden_percent: float | None
    lesions: tuple[Lesion, ...]
    liver_mean_hu: float | None
    liver_sd_hu: float | None
    warnings: tuple[str, ...]
    rejected: tuple[Lesion, ...] = ()
    corrected: Corrected | None = None

    @property
    def specks(self) -> tuple[Lesion, ...]:
        """Lesions so small that hardly anything can be said of them."""
        return tuple(one for one in self.lesions if one.longest_diameter_mm < SPECK_MM)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, rounded by unit, the unit ending each key."""
        values = {key: _plain(key, value) for key, value in asdict(self).items()}
        counts = {"lesion_count": len(self.lesions), "speck_count": len(self.specks)}
        return {**counts, **values, "definitions": dict(DEFINITIONS)}

    def to_json(self) -> str:
        """Write `to_dict` as text: the same findings always give the same bytes."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(key: str, value: object) -> object:
    """Turn tuples to lists and round floats as the unit that ends `key` asks."""
    if isinstance(value, dict):
        return {inner: _plain(inner, item) for inner, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(key, item) for item in value]
    if isinstance(value, float):
        # Adding zero turns -0.0 into 0.0.
        return round(value, DECIMALS[key.rsplit("_", 1)[-1]]) + 0.0
    return value
