"""What the viewer in the browser and Python say to each other."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.geometry.slices import Plane
from core.volume import Volume
from pages.viewer.scene import Layers, Scene, Voxel, packed

MOST_SLICES = 8
MOST_SLAB_MM = 50.0
SliceName = tuple[Plane, int]


@dataclass(frozen=True)
class Request:
    """A wish of the browser.

    Parameters
    ----------
    serial : its number, given back with the answer.
    token : the scene the browser knows.
    jumps : number of Python's jumps that the browser has made.
    voxel : where the crosshair is.
    want : slices the browser does not hold yet.
    slab : how thick a projection of the brightest is asked for, in mm; 0 for single slices.
    """

    serial: float
    token: str
    jumps: int
    voxel: Voxel
    want: tuple[SliceName, ...]
    slab: float = 0.0


def read_request(message: Any, shape: Voxel) -> Request | None:
    """Read a message of the browser, which may hold anything; None unless it is a request.

    Positions and slice numbers outside `shape` are moved to its edge.
    """
    if not isinstance(message, Mapping):
        return None
    try:
        voxel = tuple(int(number) for number in message["voxel"])
        want = tuple((Plane(plane), int(index)) for plane, index in message["want"])
        serial, token = float(message["serial"]), str(message["token"])
        jumps = int(message["jumps"])
        slab = min(max(float(message.get("slab", 0)), 0.0), MOST_SLAB_MM)
        x, y, z = voxel
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    known = tuple((plane, _inside(index, shape[plane.axis])) for plane, index in want)
    return Request(serial, token, jumps, clamp((x, y, z), shape), known[:MOST_SLICES], slab)


def clamp(voxel: Voxel, shape: Voxel) -> Voxel:
    """Move `voxel` to the nearest one inside `shape`."""
    x, y, z = (_inside(index, size) for index, size in zip(voxel, shape, strict=True))
    return x, y, z


def _inside(index: int, size: int) -> int:
    return min(max(int(index), 0), size - 1)


def through(voxel: Voxel) -> tuple[SliceName, ...]:
    """Name the three slices that meet in `voxel`."""
    return tuple((plane, voxel[plane.axis]) for plane in Plane)


def answer(
    volume: Volume,
    segmentation: Layers | None,
    scene: Scene,
    slices: Sequence[SliceName],
    slab: float = 0.0,
    **message: Any,
) -> bytes:
    """Write the bytes that the component is given.

    Four bytes with the length of a JSON header (little-endian), the header, and the packed
    slices one after another. The header describes the scan, the slices that follow and
    whatever else `message` says.

    Parameters
    ----------
    slab : thickness in mm of the projection that takes the place of each slice; 0 for none.
    """
    blobs = [packed(volume, segmentation, scene, plane, index, slab) for plane, index in slices]
    header = {
        "token": scene.token,
        "digest": volume.digest,
        "shape": volume.shape,
        "spacing": volume.spacing,
        "affine": volume.affine.tolist(),
        "segmented": segmentation is not None,
        "organ": scene.organ_mm2,
        "tumor": scene.tumor_mm2,
        "lesion": scene.lesion,
        "thresholds": scene.thresholds,
        "slab": slab,
        "slices": [
            {"plane": plane, "index": index, "bytes": len(blob)}
            for (plane, index), blob in zip(slices, blobs, strict=True)
        ],
        **message,
    }
    text = json.dumps(header).encode()
    return b"".join((struct.pack("<I", len(text)), text, *blobs))
