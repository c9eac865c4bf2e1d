"""What becomes of labels when an edit is made. Nothing here changes the labels it is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from core.editing.areas import (
    Area,
    Region,
    Spacing,
    marked_area,
    polygon_area,
    sheet_region,
    stroke_area,
)
from core.editing.edits import (
    Act,
    Between,
    Edit,
    Fill,
    Lesion,
    Marked,
    Merge,
    Pen,
    Polygon,
    Smooth,
    Split,
    Stroke,
    Target,
    Voxel,
)
from core.errors import BadEdits
from core.geometry.components import bounding_box, find_components
from core.labels import LIVER, TUMOR, organ_mask, tumor_mask

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
NOTHING = "There is no {what} at that place, so nothing was changed; click inside of it."
MASKS: dict[Target, Callable[[Labels], Mask]] = {
    Target.ORGAN: organ_mask,
    Target.TUMOR: tumor_mask,
}


@dataclass(frozen=True, eq=False)
class Patch:
    """What an edit changes.

    Parameters
    ----------
    region : box in the labels.
    labels : uint8 [X, Y, Z], what stands in it afterwards.
    """

    region: Region
    labels: Labels


def replay(labels: Labels, edits: Iterable[Edit], spacing: Spacing) -> Labels:
    """Make `edits` one after another on `labels` [X, Y, Z]; gives new ones."""
    return reduce(lambda now, edit: patched(now, change(now, edit, spacing)), edits, labels.copy())


def patched(labels: Labels, patch: Patch) -> Labels:
    """Give labels with a patch on them."""
    after = labels.copy()
    after[patch.region] = patch.labels
    return after


def change(labels: Labels, edit: Edit, spacing: Spacing) -> Patch:
    """Tell what an edit makes of `labels` [X, Y, Z] with voxels of `spacing` mm.

    Raises BadEdits where it cannot be made of these labels.
    """
    x, y, z = labels.shape
    shape: Voxel = (x, y, z)
    match edit:
        case Stroke():
            return _drawn(labels, stroke_area(edit, shape, spacing), edit.pen)
        case Polygon():
            return _drawn(labels, polygon_area(edit, shape), edit.pen)
        case Marked():
            return _drawn(labels, marked_area(edit, shape), edit.pen)
        case Fill():
            return _filled(labels, edit)
        case Smooth():
            return _smoothed(labels, edit, spacing)
        case Between():
            return _interpolated(labels, edit, spacing)
        case Lesion():
            return _chosen(labels, edit)
        case Split():
            return _split(labels, edit, spacing)
        case Merge():
            return _merged(labels, edit, spacing)


def _drawn(labels: Labels, area: Area, pen: Pen) -> Patch:
    before = labels[area.region]
    after = before.copy()
    if pen.target is Target.ORGAN:
        changed = area.mask if pen.erase else area.mask & (before == 0)
        after[changed] = 0 if pen.erase else LIVER
    elif pen.erase:
        after[area.mask & tumor_mask(before)] = LIVER
    else:
        after[area.mask if pen.outside else area.mask & organ_mask(before)] = TUMOR
    return Patch(area.region, after)


def _filled(labels: Labels, edit: Fill) -> Patch:
    from scipy.ndimage import binary_fill_holes

    if edit.plane is None:
        region = bounding_box(MASKS[edit.target](labels)) or (slice(0, 0),) * 3
        inside = MASKS[edit.target](labels[region])
        filled = binary_fill_holes(inside)
    else:
        x, y, z = labels.shape
        region = sheet_region(edit.plane, edit.index, (x, y, z))
        inside = MASKS[edit.target](labels[region])
        sheet = binary_fill_holes(inside.squeeze(edit.plane.axis))
        filled = np.expand_dims(sheet, edit.plane.axis)
    # A hole may be background; what encloses it decides.
    return _drawn(labels, Area(region, filled & ~inside), Pen(edit.target, outside=True))


def _smoothed(labels: Labels, edit: Smooth, spacing: Spacing) -> Patch:
    from scipy.ndimage import gaussian_filter

    piece = _piece(labels, edit.at, edit.target)
    sigma = [edit.sigma_mm / size for size in spacing]
    box = _wider(piece.region, [int(np.ceil(2 * one)) for one in sigma], labels.shape)
    inside = np.zeros([side.stop - side.start for side in box], bool)
    inside[_within(box, piece.region)] = piece.mask
    smooth = gaussian_filter(inside.astype(np.float32), sigma) >= 0.5
    lost = patched(
        labels, _drawn(labels, Area(box, inside & ~smooth), Pen(edit.target, erase=True))
    )
    return _drawn(lost, Area(box, smooth & ~inside), Pen(edit.target))


def _interpolated(labels: Labels, edit: Between, spacing: Spacing) -> Patch:
    """Interpolate by shape: Raya and Udupa, IEEE Transactions on Medical Imaging 9 (1990)."""
    axis = edit.plane.axis
    first, last = sorted((edit.first, edit.last))
    if first < 0 or last >= labels.shape[axis] or last - first < 2:
        raise BadEdits("There is no slice between these two; choose two that lie further apart.")
    sheets = np.moveaxis(MASKS[edit.target](labels), axis, 0)
    ends = sheets[first], sheets[last]
    if not all(end.any() for end in ends):
        raise BadEdits(
            f"One of the two slices shows no {edit.target}; draw it on both, then interpolate."
        )
    pixel = [size for at, size in enumerate(spacing) if at != axis]
    one, other = (_signed_distance(end, pixel) for end in ends)
    shares = np.arange(1, last - first) / (last - first)
    between = np.stack([(1 - share) * one + share * other > 0 for share in shares])
    x, y, z = (
        slice(first + 1, last) if at == axis else slice(0, size)
        for at, size in enumerate(labels.shape)
    )
    return _drawn(labels, Area((x, y, z), np.moveaxis(between, 0, axis)), Pen(edit.target))


def _signed_distance(sheet: Mask, pixel: list[float]) -> NDArray[np.float64]:
    """Distance in mm from the edge of a shape, positive inside."""
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(sheet, sampling=pixel)
    outside = distance_transform_edt(~sheet, sampling=pixel)
    distance: NDArray[np.float64] = inside - outside
    return distance


def _chosen(labels: Labels, edit: Lesion) -> Patch:
    piece = _piece(labels, edit.at, Target.TUMOR)
    erase = Pen(Target.TUMOR, erase=True)
    if edit.act is Act.DELETE:
        return _drawn(labels, piece, erase)
    x, y, z = (slice(0, size) for size in labels.shape)
    others = tumor_mask(labels)
    others[piece.region] &= ~piece.mask
    return _drawn(labels, Area((x, y, z), others), erase)


def _split(labels: Labels, edit: Split, spacing: Spacing) -> Patch:
    """Split by a watershed of the distance from the edge (Vincent and Soille, 1991)."""
    from scipy.ndimage import distance_transform_edt
    from skimage.segmentation import watershed

    piece = _piece(labels, edit.one, Target.TUMOR)
    seeds = [_place_in(piece, at) for at in (edit.one, edit.other)]
    if seeds[0] == seeds[1] or seeds[1] is None or not piece.mask[seeds[1]]:
        raise BadEdits("Both places must lie in one lesion to split it; click two parts of it.")
    markers = np.zeros(piece.mask.shape, np.int32)
    for number, seed in enumerate(seeds, start=1):
        markers[seed] = number
    depth = distance_transform_edt(np.pad(piece.mask, 1), sampling=spacing)[1:-1, 1:-1, 1:-1]
    parts = watershed(-depth, markers, connectivity=3, mask=piece.mask, watershed_line=True)
    seam = piece.mask & (parts == 0)
    return _drawn(labels, Area(piece.region, seam), Pen(Target.TUMOR, erase=True))


def _merged(labels: Labels, edit: Merge, spacing: Spacing) -> Patch:
    from scipy.spatial import KDTree

    one, other = (_piece(labels, at, Target.TUMOR) for at in (edit.one, edit.other))
    if one.region == other.region and (one.mask == other.mask).all():
        raise BadEdits("Both places lie in one lesion already; click two of them.")
    places = [
        np.argwhere(piece.mask) + [side.start for side in piece.region] for piece in (one, other)
    ]
    step = np.array(spacing)
    distances, nearest = KDTree(places[1] * step).query(places[0] * step)
    start = int(np.argmin(distances))
    path = tuple(
        (float(place[0]), float(place[1]), float(place[2]))
        for place in (places[0][start], places[1][nearest[start]])
    )
    # Wide enough that no two voxels of it are apart.
    bridge = Stroke(Pen(Target.TUMOR, outside=True), path, float(np.linalg.norm(step)) / 2)
    x, y, z = labels.shape
    return _drawn(labels, stroke_area(bridge, (x, y, z), spacing), bridge.pen)


def _piece(labels: Labels, at: Voxel, target: Target) -> Area:
    """Find the connected piece of a target that holds a voxel."""
    inside = MASKS[target](labels)
    known = all(0 <= place < size for place, size in zip(at, labels.shape, strict=True))
    box = bounding_box(inside)
    if not known or box is None or not inside[at]:
        raise BadEdits(NOTHING.format(what="lesion" if target is Target.TUMOR else "liver"))
    parts = find_components(inside[box])
    x, y, z = (place - side.start for place, side in zip(at, box, strict=True))
    number = int(parts.numbered[x, y, z])
    part = parts.regions[number - 1]
    a, b, c = (
        slice(outer.start + inner.start, outer.start + inner.stop)
        for outer, inner in zip(box, part, strict=True)
    )
    return Area((a, b, c), parts.numbered[part] == number)


def _place_in(area: Area, at: Voxel) -> Voxel | None:
    """Say where a voxel lies in the box of an area; None where it does not."""
    x, y, z = (place - side.start for place, side in zip(at, area.region, strict=True))
    sizes = area.mask.shape
    known = all(0 <= one < size for one, size in zip((x, y, z), sizes, strict=True))
    return (x, y, z) if known else None


def _wider(region: Region, by: list[int], shape: tuple[int, ...]) -> Region:
    x, y, z = (
        slice(max(0, side.start - more), min(size, side.stop + more))
        for side, more, size in zip(region, by, shape, strict=True)
    )
    return x, y, z


def _within(box: Region, region: Region) -> Region:
    """Say where a region lies in a box around it."""
    x, y, z = (
        slice(side.start - outer.start, side.stop - outer.start)
        for side, outer in zip(region, box, strict=True)
    )
    return x, y, z
