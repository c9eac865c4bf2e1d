"""Where on its way a case stands: one axial slice, at some settings, with what is known by then."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import Looks
from core.cascade.segmentation import Segmentation
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import apply_window
from core.labels import organ_mask, tumor_mask
from core.presets import Preset
from core.volume import Volume
from core.walkthrough.drawing import front_view
from core.walkthrough.walk import Result, Settings, looks_with

LEVELS = 256


@dataclass(frozen=True)
class Number:
    """A figure of a case.

    Parameters
    ----------
    digits : after the point, of a number that is not whole.
    """

    name: str
    value: float | int | str
    unit: str = ""
    digits: int = 1

    @property
    def text(self) -> str:
        """Value with its unit, to read."""
        if isinstance(self.value, str):
            return f"{self.value} {self.unit}".strip()
        # Adding zero turns a rounded -0.0 into 0.0.
        whole = isinstance(self.value, int)
        shown = (
            f"{self.value:,}"
            if whole
            else f"{round(self.value, self.digits) + 0.0:,.{self.digits}f}"
        )
        return f"{shown} {self.unit}".strip().replace("-", "−")


@dataclass(frozen=True, eq=False)
class Picture:
    """What a stage looks like: uint8 [rows, columns] or [rows, columns, 3]."""

    caption: str
    image: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Content:
    """What there is to say of one stage of a case."""

    numbers: tuple[Number, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, eq=False)
class Overall:
    """What is worth looking up once in a whole result.

    Parameters
    ----------
    looks : how the networks look at the scan.
    liver_ml, tumor_ml : float64 [256], volume of the voxels that reach each 8-bit probability;
        tumors inside the liver region alone.
    front : picture of the labels from the front.
    """

    looks: Looks
    liver_ml: NDArray[np.float64]
    tumor_ml: NDArray[np.float64]
    front: NDArray[np.uint8]

    @classmethod
    def of(cls, volume: Volume, segmentation: Segmentation, preset: Preset) -> "Overall":
        """Look once over all voxels."""
        organ = organ_mask(segmentation.labels)
        liver, tumor = np.zeros(LEVELS, np.int64), np.zeros(LEVELS, np.int64)
        # Sheet by sheet: counting widens every voxel to eight bytes.
        for x in range(volume.shape[0]):
            liver += np.bincount(segmentation.liver_probability[x].ravel(), minlength=LEVELS)
            inside = segmentation.tumor_probability[x][organ[x]]
            tumor += np.bincount(inside, minlength=LEVELS)
        return cls(
            looks_with(preset, volume, segmentation),
            _reaching(liver) * np.float64(volume.voxel_ml),
            _reaching(tumor) * np.float64(volume.voxel_ml),
            front_view(segmentation.labels, volume.spacing),
        )


@dataclass(frozen=True, eq=False)
class Moment:
    """A case at one axial slice.

    Parameters
    ----------
    z : index of the slice.
    preset : with the window and thresholds of `settings`.
    result : None as long as the case is not segmented; `overall` likewise.
    """

    volume: Volume
    z: int
    settings: Settings
    preset: Preset
    result: Result | None = None
    overall: Overall | None = None

    @property
    def pixel_mm(self) -> tuple[float, float]:
        """Size of a pixel down the rows and along the columns of the displayed slice."""
        return self.volume.spacing[1], self.volume.spacing[0]

    @property
    def gray(self) -> NDArray[np.uint8]:
        """The slice in the window, as displayed: uint8 [rows, columns]."""
        return apply_window(self.displayed(self.volume.hu), self.settings.window)

    def displayed(self, array: NDArray[Any]) -> NDArray[Any]:
        """Take the slice out of an array [X, Y, Z] as it is displayed, a view."""
        return slice_of(array, Plane.AXIAL, self.z)

    @property
    def known(self) -> tuple[Result, Overall]:
        """What only a segmented case has; ValueError where it is not."""
        if self.result is None or self.overall is None:
            raise ValueError("this stage needs a segmentation")
        return self.result, self.overall

    @property
    def masks(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Organ and tumor of the slice as labelled, bool [rows, columns]."""
        labels = self.displayed(self.known[0].segmentation.labels)
        return organ_mask(labels), tumor_mask(labels)


def _reaching(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the voxels at or above each level, of those at each level."""
    return np.cumsum(counts[::-1])[::-1]


def numbers_csv(stages: Iterable[tuple[str, tuple[Number, ...]]]) -> bytes:
    """Write the numbers of stages, by the stages' names, as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(("stage", "quantity", "value", "unit"))
    for stage, numbers in stages:
        writer.writerows((stage, each.name, each.value, each.unit) for each in numbers)
    return buffer.getvalue().encode()
