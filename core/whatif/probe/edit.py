"""Change a scan where a lesion is, or where one could be: paint it away, or put one in."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from core.errors import HepatoScopeError
from core.geometry.components import Region, widened
from core.geometry.slab import slab_of
from core.labels import organ_mask
from core.volume import Volume
from core.whatif.healthy_liver import Liver, edge_sigma_mm, liver_in
from core.whatif.probe.ball import ball_weight
from core.whatif.probe.place import LesionMask, Voxel

Floats = NDArray[np.float32]

# Liver around a change, from which level and texture are taken.
ROOM_MM = 25.0
# Painted over gradually, so that no edge shows.
RIM_MM = 3.0
# Weights below are no change.
LEAST = 0.005


@dataclass(frozen=True)
class Lesion:
    """A round lesion to be put in.

    Parameters
    ----------
    at : voxel of its center.
    diameter_mm : of the ball before the scanner blurs it.
    contrast_hu : its level above (below if negative) that of the liver around its center.
    hu : its level itself, instead of a contrast.
    blur_mm : standard deviation of the Gaussian that blurs its edge within the slice; None
        takes that of the scan.
    """

    at: Voxel
    diameter_mm: float
    contrast_hu: float
    hu: float | None = None
    blur_mm: float | None = None

    @property
    def volume_ml(self) -> float:
        """Volume of the ball."""
        return float(np.pi / 6 * self.diameter_mm**3 / 1000)


@dataclass(frozen=True, eq=False)
class Edit:
    """A changed scan: the axial slices that differ, in full.

    Parameters
    ----------
    part : these slices.
    hu : int16 [X, Y, N], what they show now.
    weight : float32 [X, Y, N], how much of each voxel was replaced, 0..1.
    region : bool [X, Y, N], the lesion: as called, or where the new one fills half a voxel; of
        one too small for that, where it fills most.
    contrast_hu : level of what was drawn above that of the liver around it.
    base_hu : mean level of the liver where it was changed.
    noise_hu : of that liver, and of what was put in its place.
    inside_share : how much of what was asked for lies within the liver, and was drawn.
    whole : the edit of which these are some of the slices; None where it is this one.
    """

    part: slice
    hu: NDArray[np.int16]
    weight: Floats
    region: NDArray[np.bool_]
    contrast_hu: float
    base_hu: float
    noise_hu: float
    inside_share: float = 1.0
    whole: "Edit | None" = None

    def thinned(self, most: int, through: int) -> "Edit":
        """Keep `most` or fewer evenly spaced slices, among them `through`, a changed one."""
        count = self.part.stop - self.part.start
        step = -(-count // most)
        if step == 1:
            return self
        first = (through - self.part.start) % step
        kept = slice(first, None, step)
        part = slice(self.part.start + first, self.part.stop, step)
        return replace(
            self,
            part=part,
            hu=self.hu[..., kept],
            weight=self.weight[..., kept],
            region=self.region[..., kept],
            whole=self,
        )

    def changed(self, volume: Volume, reach: int = 0) -> tuple[Volume, int]:
        """Give the changed slices as a scan, with `reach` more on each side, and the first's index.

        All slices that the edit changes are changed in it, thinned out or not.
        """
        whole = self.whole or self
        first = max(0, whole.part.start - reach)
        around = slice(first, min(volume.shape[2], whole.part.stop + reach))
        hu = volume.hu[..., around].copy()
        hu[..., whole.part.start - first : whole.part.stop - first] = whole.hu
        return slab_of(volume, around, hu), first


def paint_away(
    volume: Volume,
    labels: NDArray[np.uint8],
    lesion: LesionMask,
    *,
    margin_mm: float = 3.0,
    seed: int = 0,
) -> Edit:
    """Replace a lesion by liver of the level, noise and texture of that around it.

    Parameters
    ----------
    margin_mm : so much around the called lesion is replaced too, with a soft rim; nothing
        outside the liver is touched.

    Raises
    ------
    HepatoScopeError
        There is no tumor-free liver around it.
    """
    region = _around(lesion.region, volume, margin_mm + RIM_MM + ROOM_MM)
    widest = max(
        (side.stop - side.start) * mm
        for side, mm in zip(lesion.region, volume.spacing, strict=True)
    )
    liver = liver_in(volume, labels, region, reach_mm=max(12.0, widest / 2), seed=seed)
    mask = np.zeros(liver.organ.shape, bool)
    mask[_within(lesion.region, region)] = lesion.mask
    away = distance_transform_edt(~mask, sampling=volume.spacing)
    ramp = np.clip((margin_mm + RIM_MM - away) / RIM_MM, 0, 1)
    weight = np.where(liver.organ, ramp * ramp * (3 - 2 * ramp), 0).astype(np.float32)
    return _composed(volume, liver, weight, mask, 0.0, 1.0)


def insert(volume: Volume, labels: NDArray[np.uint8], lesion: Lesion, *, seed: int = 0) -> Edit:
    """Put a round lesion into the liver, with the noise and texture of the liver.

    It is blurred within the slices as the scan is, and averaged over the thickness of each
    slice. What would lie outside the liver is not drawn.

    Raises
    ------
    HepatoScopeError
        Its center lies outside the liver, or it is larger than the liver, or there is no
        tumor-free liver around it.
    """
    organ = organ_mask(labels)
    _check(volume, organ, lesion)
    blur = edge_sigma_mm(volume, lesion.at[2]) if lesion.blur_mm is None else lesion.blur_mm
    center = tuple(slice(at, at + 1) for at in lesion.at)
    radius = lesion.diameter_mm / 2
    region = _around((center[0], center[1], center[2]), volume, radius + 3 * blur + ROOM_MM)
    liver = liver_in(volume, labels, region, reach_mm=max(12.0, radius), seed=seed)
    at = [place - side.start for place, side in zip(lesion.at, region, strict=True)]
    ball = ball_weight(liver.hu.shape, volume.spacing, at, radius, max(blur, 1e-3))
    # Blurred as the lesion is, so that the border of the liver cuts it softly.
    soft = [max(blur / side, 0.3) for side in volume.spacing[:2]]
    confined = ball * gaussian_filter(liver.organ.astype(np.float32), [*soft, 0])
    share = float(confined.sum() / max(ball.sum(), 1e-6))
    level = float(liver.base[at[0], at[1], at[2]])
    contrast = lesion.contrast_hu if lesion.hu is None else lesion.hu - level
    filled = confined >= min(0.5, float(confined.max()))
    return _composed(volume, liver, confined, filled, contrast, share)


def _composed(
    volume: Volume,
    liver: Liver,
    weight: Floats,
    lesion: NDArray[np.bool_],
    contrast_hu: float,
    share: float,
) -> Edit:
    """Lay liver of another level over the scan where `weight` says."""
    weight = np.where(weight < LEAST, np.float32(0), np.minimum(weight, 1))
    changed = np.flatnonzero(weight.any(axis=(0, 1)))
    if not len(changed):
        raise HepatoScopeError(
            "Nothing would change: this lesion is smaller than what a voxel shows; make it larger."
        )
    inner = slice(int(changed[0]), int(changed[-1]) + 1)
    weight = weight[..., inner]
    texture = liver.texture[..., inner]
    texture = texture - np.float32(np.average(texture, weights=weight))
    new = liver.base[..., inner] + np.float32(contrast_hu)
    # Two independent noises that are blended lose strength: as much is added as keeps it.
    grain = np.sqrt(1 - (1 - weight) ** 2) * texture
    blended = (1 - weight) * liver.hu[..., inner] + weight * new + grain
    first = liver.region[2].start
    part = slice(first + inner.start, first + inner.stop)
    hu = volume.hu[..., part].copy()
    place = (liver.region[0], liver.region[1], slice(None))
    hu[place] = np.where(weight > 0, np.rint(blended), hu[place]).astype(np.int16)
    whole, region = np.zeros(hu.shape, np.float32), np.zeros(hu.shape, bool)
    whole[place], region[place] = weight, lesion[..., inner]
    level = float(np.average(liver.base[..., inner], weights=weight))
    return Edit(part, hu, whole, region, contrast_hu, level, liver.noise_hu, share)


def _check(volume: Volume, organ: NDArray[np.bool_], lesion: Lesion) -> None:
    if not organ[lesion.at]:
        raise HepatoScopeError(
            "This place lies outside the liver that was found, where the tumor network never "
            "looks; click inside the green outline."
        )
    liver_ml = np.count_nonzero(organ) * volume.voxel_ml
    if lesion.volume_ml > liver_ml:
        raise HepatoScopeError(
            f"A lesion of {lesion.diameter_mm:g} mm holds {lesion.volume_ml:,.0f} mL and the whole "
            f"liver {liver_ml:,.0f} mL; choose a smaller diameter."
        )


def _around(box: Region, volume: Volume, by_mm: float) -> Region:
    return widened(box, volume.shape, [np.ceil(by_mm / mm) for mm in volume.spacing])


def _within(box: Region, outer: Region) -> Region:
    """Place of `box` within `outer`, both in voxels of the scan."""
    x, y, z = (
        slice(side.start - other.start, side.stop - other.start)
        for side, other in zip(box, outer, strict=True)
    )
    return x, y, z
