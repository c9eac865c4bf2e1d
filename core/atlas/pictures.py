"""What the patches of an atlas look like: their images, else what their codes stand for."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.atlas import Atlas
from core.atlas.encoders import Autoencoder
from core.atlas.own import OWN, OwnPatches
from core.atlas.patches import PATCH, SLICE_SIDE
from core.io.datasets import LabelledCase

Gray = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures of the patches of an atlas with the visitor's own at its end.

    Parameters
    ----------
    atlas : with `own` joined to it, where there are some.
    originals : cases at hand by data set and name, whose images an atlas may lack.
    """

    atlas: Atlas
    autoencoder: Autoencoder
    own: OwnPatches | None = None
    originals: dict[tuple[str, str], LabelledCase] = field(default_factory=dict)

    def are_true(self, row: int) -> bool:
        """Whether `patches` shows this row's image itself, not what its code stands for."""
        return self.atlas.images is not None or self._is_own(row)

    def patches(self, rows: NDArray[np.int64]) -> Gray:
        """Draw the patches of `rows` [K]: uint8 [K, 32, 32]."""
        if self.atlas.images is not None:
            return np.asarray(self.atlas.images[rows])
        drawn = rounded(self.autoencoder.decode(self.atlas.codes[rows]))
        for place, row in enumerate(rows.tolist()):
            if self.own is not None and self._is_own(row):
                drawn[place] = self.own.images[row - len(self.atlas) + len(self.own.table)]
        return drawn

    def mosaic(self, row: int) -> Gray:
        """Lay all patches of the slice of `row` where they lie in it: uint8 [384, 384]."""
        rows = same_slice(self.atlas.table, row)
        mosaic = np.zeros((SLICE_SIDE, SLICE_SIDE), np.uint8)
        places = self.atlas.table.iloc[rows][["top", "left"]].to_numpy()
        for (top, left), image in zip(places, self.patches(rows), strict=True):
            mosaic[top : top + PATCH, left : left + PATCH] = image
        return mosaic

    def original(self, row: int) -> LabelledCase | None:
        """Give the case that `row` was cut from, where it is at hand."""
        place = self.atlas.table.iloc[row]
        return self.originals.get((place["dataset"], place["case"]))

    def _is_own(self, row: int) -> bool:
        return bool(self.atlas.table["dataset"].iloc[row] == OWN)


def same_slice(table: pd.DataFrame, row: int) -> NDArray[np.int64]:
    """Choose the rows of the slice that `row` lies in, `row` with them."""
    place = table.iloc[row]
    same = np.ones(len(table), bool)
    for column in ("dataset", "case", "slice"):
        same &= (table[column] == place[column]).to_numpy()
    return np.flatnonzero(same)


def rounded(drawn: NDArray[np.float32]) -> Gray:
    """Bring reconstructions in 0..255 to 8 bits."""
    whole: Gray = np.rint(np.clip(drawn, 0, 255)).astype(np.uint8)
    return whole
