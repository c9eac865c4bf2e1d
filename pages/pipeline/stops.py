"""The stages of the walk: what each is called, what happens in it and why, and which code does it.

The stages of one preset are those of the other; where they differ the text says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.cascade.answers import restored
from core.cascade.asking import ask_for_tumor, average_with
from core.cascade.looks import Look, TumorLook, mask_to_liver, network_input
from core.cascade.postprocessing import above, fill_axial_holes, label_map
from core.cascade.segmentation import relabel
from core.geometry.components import largest_component
from core.geometry.fits import SliceFit, axial_view
from core.geometry.slices import slice_of
from core.geometry.surfaces import mesh_of
from core.geometry.windows import apply_window
from core.io.nifti import to_hounsfield
from core.models.convert import feature_model
from core.models.features import most_active
from core.volume import spacing_of, to_ras, voxel_ml_of
from core.walkthrough.scan import hu_histogram


@dataclass(frozen=True)
class Stop:
    """One stage of the walk.

    Parameters
    ----------
    what : two sentences on what happens, and why.
    code : functions that do it.
    segmented : only a segmented case has come so far.
    try_it : something to do with it.
    """

    name: str
    title: str
    what: str
    code: tuple[Callable[..., Any], ...]
    segmented: bool = True
    try_it: str = ""


STOPS = (
    Stop(
        "file",
        "File",
        "A CT file is a block of numbers with a header that says how many there are, how large "
        "one of them is in millimeters, and which way the block lies in the patient. Without that "
        "header no volume in mL could be measured, and left could not be told from right.",
        (spacing_of, voxel_ml_of),
        segmented=False,
        try_it="Compare the height of a voxel with its width: slices are often thick.",
    ),
    Stop(
        "hounsfield",
        "Hounsfield units",
        "Every number says how much that voxel weakens X-rays, on a scale where air is −1000 and "
        "water is 0; slope and intercept of the header bring the stored numbers there. Liver and "
        "tumors stand in the same narrow hump of soft tissue, which is what makes them hard to "
        "tell apart.",
        (to_hounsfield, hu_histogram),
        segmented=False,
        try_it="Find the humps of air, fat and soft tissue. In which one would a tumor hide?",
    ),
    Stop(
        "window",
        "Window",
        "A window spreads a small range of Hounsfield units over the 256 grays of a picture and "
        "clips what lies beyond to black and white. The networks learned with −40 to 160 HU: move "
        "it, and every later stage shows how they do with a contrast that they never met.",
        (apply_window,),
        segmented=False,
        try_it="Take the bone window, then walk on to the probability of liver.",
    ),
    Stop(
        "orientation",
        "Orientation",
        "Files store their axes in any order and direction, so every scan is first turned to RAS+: "
        "X to the patient's right, Y to the front, Z to the head, without touching a value. "
        "On screen a slice is seen from the feet, as radiologists do: front up, the patient's "
        "right on your left.",
        (to_ras, axial_view),
        segmented=False,
        try_it="Follow the letters from picture to picture: which axes were turned around?",
    ),
    Stop(
        "slice",
        "Slice",
        "The networks answer for one axial slice at a time. Most know nothing of its neighbors; "
        "the tumor networks of “ensemble” see the slices 5 mm above and below it too. That keeps "
        "them small enough for a laptop; what only shows across more slices, they cannot see.",
        (slice_of,),
        segmented=False,
        try_it="Move the slice up and down and watch the strip above follow.",
    ),
    Stop(
        "network",
        "Network input",
        "The slice, or the box of it that holds the liver, is shrunk to a small square and "
        "repeated on three channels, because the encoder was designed for color photographs. "
        "Each of its pixels is the mean of several: a lesion smaller than a few of them is lost "
        "here, and no later stage brings it back.",
        (Look.gray, SliceFit.shrink, network_input),
        segmented=False,
        try_it="Look at the two close-ups: how many pixels wide is the smallest thing you see?",
    ),
    Stop(
        "features",
        "Feature maps",
        "On its way down the U-Net halves the slice five times while it tells ever more patterns "
        "apart; on its way up it brings them back to full size, with copies from the way down to "
        "keep the edges sharp. A channel is the answer of one learned filter: bright where the "
        "slice holds what it looks for.",
        (feature_model, most_active),
        try_it="Compare the stem with the bottleneck: what is left of the outline of the body?",
    ),
    Stop(
        "liver",
        "Liver probability",
        "The last layer of the liver network gives each pixel one number: how likely it is liver. "
        "The numbers go back to the grid of the scan before anything is decided on them; with "
        "“focus” and “ensemble” two looks are averaged, one from afar and one close up.",
        (restored, average_with),
        try_it="Where is it in two minds: along the outline, at a tumor, or at another organ?",
    ),
    Stop(
        "threshold",
        "Threshold",
        "A voxel is called liver where its probability reaches the threshold. Lower finds more and "
        "errs more; how steep the curve is tells how much hangs on the choice.",
        (above,),
        try_it="Move it: what comes first, pieces of other organs or holes in the liver?",
    ),
    Stop(
        "pieces",
        "Largest piece",
        "A liver is one organ, so only the largest piece that hangs together in 3D stays, and what "
        "was called elsewhere by mistake drops out. Then holes in it are filled slice by slice, "
        "since the liver network often spares a tumor that belongs to the organ.",
        (largest_component, fill_axial_holes),
        try_it="Lower the threshold and move through the slices until something orange appears.",
    ),
    Stop(
        "masked",
        "Masked input",
        "The tumor network sees the liver alone, all else black, so that no other organ can lead "
        "it astray. The liver's median gray is moved to 128 in every case: what tells a tumor is "
        "its contrast with the liver around it, not how bright the scan is.",
        (TumorLook.inside, mask_to_liver),
        try_it="What happens to a tumor at the rim that the liver region misses?",
    ),
    Stop(
        "tumor",
        "Tumor probability",
        "A second U-Net of the same build, trained apart, says for each pixel of that square how "
        "likely it is tumor. Outside the liver it was shown nothing, and says nothing.",
        (ask_for_tumor,),
        try_it="Compare with the masked input: does it answer to what is darker than the liver?",
    ),
    Stop(
        "labels",
        "Labels",
        "Voxels of the liver region that reach the tumor threshold become tumor, the others liver; "
        "they lie on the grid of the file, voxel by voxel. Every volume and diameter is measured "
        "on these labels, so an error of any stage before is an error of the figures.",
        (relabel, label_map),
        try_it="Move the tumor threshold: do lesions grow, or do new ones appear?",
    ),
    Stop(
        "surface",
        "3D",
        "All slices together are a body again, and a surface is laid around it that encloses the "
        "same volume. Steps and tags along the body show that every slice was judged for itself.",
        (mesh_of,),
        try_it="Turn it to the side: can you see single slices?",
    ),
)
BY_NAME = {stop.name: stop for stop in STOPS}


def number_of(name: str) -> int:
    """Count a stage, from 1."""
    return [stop.name for stop in STOPS].index(name) + 1
