"""The images behind an atlas that may not carry them, read from the data where it is at hand."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.parts import gather
from core.atlas.patches import Squares, squares_of
from core.errors import BadAtlas
from core.io.datasets import LabelledCase, find_cases


def find_originals(data: Path, atlas: pd.DataFrame) -> dict[tuple[str, str], LabelledCase]:
    """Find the cases of an atlas's table in its data sets below `data`: by data set and case.

    Data sets that are not there are passed over.
    """
    wanted = set(zip(atlas["dataset"], atlas["case"], strict=True))
    found = {}
    for dataset in sorted({name for name, _ in wanted}):
        for root in (data / dataset, data / "slices" / dataset):
            if root.is_dir():
                for case in find_cases(root):
                    if (dataset, case.name) in wanted:
                        found[dataset, case.name] = case
    return found


def squares_of_case(case: LabelledCase, slices: NDArray[np.int64]) -> Squares:
    """Read chosen axial `slices` of `case` as the atlas saw them.

    Raises BadAtlas where the case has fewer slices.
    """
    volume, labels = case.read()
    if len(slices) and slices.max() >= volume.shape[2]:
        raise BadAtlas(
            f"{case.name} has {volume.shape[2]} slices here and the atlas names slice "
            f"{slices.max()}, so it was made from other data; make it anew."
        )
    return squares_of(volume, labels, slices)


def original_images(
    cases: Sequence[LabelledCase],
    table: pd.DataFrame,
    folder: Path,
    report: Callable[[str], None] = lambda _: None,
) -> NDArray[np.uint8]:
    """Cut the patches of an atlas's `table` out of their `cases` again: uint8 [N, 32, 32].

    Kept below `folder`, so that the next time is quick.

    Raises BadAtlas where a patch is not there: the atlas was made from other data.
    """
    patches = gather(cases, folder, report)
    place = ["dataset", "case", "slice", "top", "left"]
    numbered = patches.table[place].assign(number=range(len(patches)))
    number = table[place].merge(numbered, how="left", on=place)["number"]
    if missing := int(number.isna().sum()):
        raise BadAtlas(
            f"{missing:,} of the atlas's {len(table):,} patches are not in the data folder, so it "
            "was made from other data; make it anew with “python -m core embed”."
        )
    images: NDArray[np.uint8] = np.asarray(patches.images[number.to_numpy(np.int64)])
    return images
