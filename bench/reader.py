"""How far a reader gets with so many clicks: tumors corrected from our answer towards the truth.

Run from the repository: ``python -m bench.reader --data LITS_FOLDER --split test``. A simulated
reader knows the truth and takes, at each lesion or invented one, up to ten times the tool that
helps most: delete a lesion; a ball of the brush or the eraser, as large as what is wrong there;
slices in between; and, with SAM, a box around the true outline on a slice, carried on or not. Each
is one interaction. It tells tumor Dice after so many of them at each place, with SAM and without.
Truths of real readers differ, and hands are not as exact: this is the most that the tools allow.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.networks import Networks, load_networks
from core.cascade.segmentation import segment
from core.editing.apply import Patch, change, patched
from core.editing.areas import Region
from core.editing.edits import Act, Edit, Lesion, Pen, Stroke, Target, Voxel
from core.editing.gap import nearest_gap
from core.errors import BadEdits
from core.foundation.sam.checkpoint import SHIPPED, find
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import EncodedSlice, Sam, encode, load_sam
from core.foundation.sam.outline import outline_in_box
from core.foundation.sam.prompts import Prompt, answer
from core.geometry.components import find_components
from core.geometry.slices import Plane
from core.io.datasets import LabelledCase, find_cases
from core.labels import organ_mask, tumor_mask
from core.presets import BEST, PRESETS, Preset, preset_named
from core.provenance import commit
from core.volume import Volume

MOST = 10
DRAW, ERASE = Pen(Target.TUMOR, outside=True), Pen(Target.TUMOR, erase=True)
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Tools = Callable[["Place"], Iterator[Edit]]


@dataclass(frozen=True, eq=False)
class Site:
    """Voxels of a box of the volume: a lesion, called or true."""

    box: Region
    mask: Mask


@dataclass(frozen=True, eq=False)
class Place:
    """Where something is wrong: labels as they are by now, the truth, and the lesion there."""

    volume: Volume
    labels: Labels
    truth: Mask
    site: Site

    @property
    def true(self) -> Mask:
        """What is true there, in the box of the site."""
        return self.truth[self.site.box] & self.site.mask

    @property
    def called(self) -> Mask:
        """What is called there by now, in the box of the site."""
        return tumor_mask(self.labels[self.site.box]) & self.site.mask

    @property
    def corner(self) -> Voxel:
        """Where the box begins."""
        x, y, z = (side.start for side in self.site.box)
        return x, y, z


class Eyes:
    """SAM, which looks at each slice once."""

    def __init__(self, sam: Sam) -> None:
        self._sam = sam
        self._seen: dict[int, EncodedSlice] = {}

    def forget(self) -> None:
        """Look at another scan."""
        self._seen.clear()

    def __call__(
        self, index: int, gray: NDArray[np.uint8], pixel: tuple[float, float], prompt: Prompt
    ) -> MaskSet:
        """Answer as `core.foundation.sam.outline` asks."""
        if index not in self._seen:
            self._seen[index] = encode(self._sam, gray, pixel)
        return answer(self._sam, self._seen[index], prompt)


def dice(one: Mask, other: Mask) -> float:
    """Dice; 1 where both are empty."""
    size = np.count_nonzero(one) + np.count_nonzero(other)
    return 2 * np.count_nonzero(one & other) / size if size else 1.0


def sites_of(called: Mask, truth: Mask) -> list[Site]:
    """Part what was called and what is true into places that do not touch."""
    parts = find_components(called | truth)
    return [Site(box, parts.numbered[box] == number) for number, box in enumerate(parts.regions, 1)]


def plain_tools(place: Place) -> Iterator[Edit]:
    """Tools that need nobody's help."""
    called, true = place.called, place.true
    if called.any() and not true.any():
        yield Lesion(_from(place, np.argwhere(called)[0].tolist()), Act.DELETE)
        return
    for pen, part in ((DRAW, true & ~called), (ERASE, called & ~true)):
        yield from _balls(place, pen, part)
    height = place.corner[2] + int(np.argwhere(place.site.mask)[:, 2].mean())
    try:
        yield nearest_gap(place.labels, Target.TUMOR, Plane.AXIAL, height)
    except BadEdits:
        return


def _from(place: Place, at: Sequence[int]) -> Voxel:
    x, y, z = (start + one for start, one in zip(place.corner, at, strict=True))
    return x, y, z


def _balls(place: Place, pen: Pen, part: Mask) -> Iterator[Edit]:
    """Balls at the place that is deepest in a part: as deep as that, and larger."""
    from scipy.ndimage import distance_transform_edt

    if not part.any():
        return
    spacing = place.volume.spacing
    depth = distance_transform_edt(np.pad(part, 1), sampling=spacing)[1:-1, 1:-1, 1:-1]
    middle = [int(one) for one in np.unravel_index(int(depth.argmax()), depth.shape)]
    x, y, z = _from(place, middle)
    at = (float(x), float(y), float(z))
    for larger in (1.0, 1.5):
        radius = max(min(spacing), larger * float(depth[tuple(middle)]))
        yield Stroke(pen, (at,), radius)
        yield Stroke(pen, (at,), radius, Plane.AXIAL)


def with_sam(eyes: Eyes) -> Tools:
    """Add to the plain tools a box that SAM outlines."""

    def tools(place: Place) -> Iterator[Edit]:
        yield from plain_tools(place)
        true = place.true
        lacking = np.count_nonzero(true & ~place.called, axis=(0, 1))
        # The slices that lack most.
        for z in np.argsort(-lacking)[:2].tolist():
            if not lacking[z]:
                continue
            across, down = np.nonzero(true[..., z])
            ends = ((across.min(), down.min(), z), (across.max(), down.max(), z))
            one, other = (_from(place, [int(side) for side in end]) for end in ends)
            corners = (
                (float(one[0]), float(one[1]), float(one[2])),
                (float(other[0]), float(other[1]), float(other[2])),
            )
            for carry in (False, True):
                try:
                    yield outline_in_box(
                        place.volume, Plane.AXIAL, corners, DRAW, eyes, carry=carry
                    )
                except BadEdits:
                    continue

    return tools


def read(volume: Volume, found: Labels, truth: Mask, tools: Tools) -> list[float]:
    """Give tumor Dice after 0, 1 … `MOST` interactions at each place."""
    labels = found
    open_sites = sites_of(tumor_mask(found), truth)
    course = [dice(tumor_mask(labels), truth)]
    for _ in range(MOST):
        left = []
        for site in open_sites:
            better = _better(Place(volume, labels, truth, site), tools)
            if better is not None:
                labels = patched(labels, better)
                left.append(site)
        # Where no tool helped, none will.
        open_sites = left
        course.append(dice(tumor_mask(labels), truth))
    return course


def _better(place: Place, tools: Tools) -> Patch | None:
    """Take the tool that brings the labels nearest to the truth; none where none does."""
    best, least = None, 0
    for edit in tools(place):
        patch = change(place.labels, edit, place.volume.spacing)
        truth = place.truth[patch.region]
        before, after = (
            int(np.count_nonzero(tumor_mask(labels) != truth))
            for labels in (place.labels[patch.region], patch.labels)
        )
        if after - before < least:
            best, least = patch, after - before
    return best


def course_of(case: LabelledCase, preset: Preset, networks: Networks, eyes: Eyes) -> dict[str, Any]:
    """Let both readers correct a case."""
    volume, truth = case.read()
    found = segment(volume, preset, networks=networks).labels
    eyes.forget()
    true = tumor_mask(truth)
    return {
        "case": case.name,
        "places": len(sites_of(tumor_mask(found), true)),
        "true_voxels": int(np.count_nonzero(true)),
        "liver_voxels": int(np.count_nonzero(organ_mask(truth))),
        "plain": [round(one, 4) for one in read(volume, found, true, plain_tools)],
        "sam": [round(one, 4) for one in read(volume, found, true, with_sam(eyes))],
    }


def main() -> None:
    """Correct all cases, print the table, write the courses."""
    parser = argparse.ArgumentParser(prog="python -m bench.reader", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split")
    parser.add_argument("--preset", choices=list(PRESETS), default=BEST.name)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    preset = preset_named(arguments.preset)
    networks = load_networks(preset)
    checkpoint = find(SHIPPED)
    assert checkpoint is not None
    eyes = Eyes(load_sam(checkpoint))
    courses = []
    for case in find_cases(arguments.data, arguments.split):
        courses.append(course_of(case, preset, networks, eyes))
        print(json.dumps(courses[-1]), flush=True)
        if arguments.out:
            told = {"preset": preset.name, "commit": commit(), "cases": courses}
            arguments.out.write_text(json.dumps(told, indent=1) + "\n")
    tumors = [course for course in courses if course["true_voxels"]]
    print("\n| interactions at each place | plain tools | with SAM |\n|---|---|---|")
    for count in range(MOST + 1):
        plain, sam = (
            float(np.mean([one[way][count] for one in tumors])) for way in ("plain", "sam")
        )
        print(f"| {count} | {plain:.3f} | {sam:.3f} |")


if __name__ == "__main__":
    main()
