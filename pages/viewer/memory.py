"""What a session remembers of a viewer, and what follows from it for the browser."""

from dataclasses import dataclass, replace

from core.volume import Volume
from pages.viewer.exchange import Request, SliceName, clamp, through
from pages.viewer.scene import Layers, Scene, Voxel


@dataclass(frozen=True)
class Memory:
    """State of one viewer, kept also while another page is open.

    Parameters
    ----------
    scene : the scan and segmentation shown.
    voxel : of the crosshair.
    goto : the jump that was asked for last, so that each is made once.
    jumps : number of jumps made; the browser follows when it grows.
    served : number of the browser's request answered last.
    sent : token of the scene whose first slices went out.
    slab : thickness in mm of the projection that the browser asked for last.
    """

    scene: Scene
    voxel: Voxel
    goto: Voxel | None = None
    jumps: int = 0
    served: float = 0
    sent: str = ""
    slab: float = 0.0


def recall(memory: Memory | None, volume: Volume, segmentation: Layers | None) -> Memory:
    """Bring `memory` up to date with what is to be shown; another scan starts afresh."""
    if memory is not None and memory.scene.shows(volume, segmentation):
        return memory
    scene = Scene.of(volume, segmentation)
    if memory is not None and memory.scene.digest == scene.digest:
        return replace(memory, scene=scene)
    jumps = 0 if memory is None else memory.jumps + 1
    return Memory(scene, scene.start(volume), jumps=jumps)


def jump(memory: Memory, volume: Volume, goto: Voxel | None) -> Memory:
    """Go to the voxel `goto` if it is another than last time."""
    if goto is None or goto == memory.goto:
        return replace(memory, goto=goto)
    voxel = clamp(goto, volume.shape)
    return replace(memory, goto=goto, voxel=voxel, jumps=memory.jumps + 1, sent="")


def serve(memory: Memory, request: Request | None) -> tuple[Memory, tuple[SliceName, ...]]:
    """Decide which slices to send, and remember it."""
    served = memory.served if request is None else request.serial
    # A browser that is new to this scene or made to jump gets its slices unasked.
    if request is None or memory.sent != memory.scene.token:
        return replace(memory, sent=memory.scene.token, served=served), through(memory.voxel)
    # Any other rerun of the page brings the last request once more.
    if request.serial == memory.served:
        return memory, ()
    # A request that was under way during a jump still names the place left behind.
    voxel = request.voxel if request.jumps == memory.jumps else memory.voxel
    known = request.token == memory.scene.token
    memory = replace(memory, voxel=voxel, served=served, slab=request.slab)
    return memory, request.want if known else ()
