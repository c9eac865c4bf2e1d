"""Where the visitor stands on the walk, what they moved, and what follows from it for the case."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.findings import Findings
from core.cascade.measurement import measure
from core.cascade.networks import Networks, networks_that_made
from core.cascade.segmentation import STAGES, Segmentation, segment
from core.draw.slices import telling_slice
from core.geometry.slices import Plane
from core.geometry.windows import Window
from core.models.store import first_preset
from core.presets import Preset, preset_named
from core.process.progress import Progress
from core.study import Study
from core.walkthrough.moment import Moment, Overall
from core.walkthrough.scan import hu_histogram
from core.walkthrough.walk import Result, Settings, with_settings
from pages.common import jobs
from pages.common.memory import Slot, content
from pages.common.method import METHOD
from pages.common.queues import Uses

NETWORK_KEY = "pipeline-network"
STOP = Slot[str]("pipeline-stop")
LAYER = Slot[str]("pipeline-layer")
CHANNEL = Slot[int]("pipeline-channel")
RESULTS = Slot[tuple[Result, Overall]]("pipeline-result")
WHOLE_RUNS = Slot[Result]("pipeline-whole-run")
HISTOGRAMS = Slot[NDArray[np.int64]]("pipeline-histogram")


def slice_key(case: Study) -> str:
    """Key of the slice slider; a result brings its most telling slice."""
    return f"pipeline-slice-{case.id[:8]}-{case.segmentation is not None}"


def setting_keys(case: Study) -> dict[str, str]:
    """Keys of the sliders of window and thresholds; another result starts them afresh."""
    found = case.segmentation
    of = "" if found is None else f"-{_name(found)}"
    return {
        name: f"pipeline-{name}-{case.id[:8]}{of}" for name in ("level", "width", "liver", "tumor")
    }


def _name(found: Segmentation) -> str:
    return f"{found.preset}-{found.liver_threshold:.2f}-{found.tumor_threshold:.2f}"


def preset_of(case: Study) -> Preset:
    """Give the preset that the case was, or would be, segmented with."""
    if case.segmentation is not None:
        return preset_named(case.segmentation.preset)
    return preset_named(METHOD.get() or first_preset().name)


def own_settings(case: Study) -> Settings:
    """Give the settings of the case's result, or of the preset it would be segmented with."""
    preset = preset_of(case)
    if case.segmentation is None:
        return Settings(preset.window, preset.liver_threshold, preset.tumor_threshold)
    found = case.segmentation
    thresholds = found.liver_threshold, found.tumor_threshold
    return Settings(preset.window, *(round(threshold, 4) for threshold in thresholds))


def settings_of(case: Study) -> Settings:
    """Read what the visitor moved; what was never moved is the case's own."""
    own, keys, state = own_settings(case), setting_keys(case), st.session_state
    level = float(state.get(keys["level"], own.window.level))
    width = float(state.get(keys["width"], own.window.width))
    # A slider gives 0.30000000000000004 where a preset has 0.3.
    liver, tumor = (
        round(float(state.get(keys[name], threshold)), 4)
        for name, threshold in (("liver", own.liver_threshold), ("tumor", own.tumor_threshold))
    )
    return Settings(Window(level - width / 2, level + width / 2), liver, tumor)


def put_back(case: Study) -> None:
    """Return every slider to the case's own setting."""
    own, keys = own_settings(case), setting_keys(case)
    values = own.window.level, own.window.width, own.liver_threshold, own.tumor_threshold
    for name, value in zip(("level", "width", "liver", "tumor"), values, strict=True):
        st.session_state[keys[name]] = float(value)


def slice_index(case: Study) -> int:
    """Tell which axial slice is on stage; at first the most telling one."""
    key = slice_key(case)
    if key not in st.session_state:
        found = case.segmentation
        middle = case.volume.shape[2] // 2
        z = middle if found is None else telling_slice(found.labels, Plane.AXIAL)
        st.session_state[key] = z + 1
    return int(st.session_state[key]) - 1


def moment_of(case: Study) -> Moment:
    """Bring the case to where the visitor has it: slice, window and thresholds."""
    z, settings = slice_index(case), settings_of(case)
    preset = settings.preset(preset_of(case).name)
    if case.segmentation is None:
        return Moment(case.volume, z, settings, preset)
    result, overall = _result(case, case.segmentation, settings, z)
    return Moment(case.volume, z, settings, preset, result, overall)


def _result(
    case: Study, segmentation: Segmentation, settings: Settings, z: int
) -> tuple[Result, Overall]:
    """Label the case at `settings`; kept for one result, until something is moved."""
    asked = content(case, segmentation), whole_run(case) is not None, settings
    kept = RESULTS.get(case.id, asked)
    if kept is not None and kept[0].asked_anew in (None, z):
        return kept
    result = _labelled(case, segmentation, settings, z)
    overall = Overall.of(case.volume, result.segmentation, settings.preset(segmentation.preset))
    RESULTS.put((result, overall), case.id, asked)
    return result, overall


def _labelled(case: Study, segmentation: Segmentation, settings: Settings, z: int) -> Result:
    own = own_settings(case)
    if settings == own:
        assert case.findings is not None
        return Result(segmentation, case.findings, own)
    whole = whole_run(case)
    if whole is not None and whole.settings == settings:
        return whole
    with st.spinner("Following what was moved"):
        return with_settings(
            case.volume, segmentation, own, settings, z, lambda _: networks_of(segmentation)
        )


def networks_of(segmentation: Segmentation) -> Networks:
    """Load the networks that made a result.

    Raises HepatoScopeError where those on this machine are others by now.
    """
    preset = preset_named(segmentation.preset)
    return networks_that_made(preset, segmentation.models, "walk on")


def whole_run(case: Study) -> Result | None:
    """Give the run over the whole scan that was made here at moved settings."""
    if case.segmentation is None:
        return None
    return WHOLE_RUNS.get(case.id, tuple(sorted(case.segmentation.models.items())))


def run_whole_scan(case: Study, segmentation: Segmentation, settings: Settings) -> None:
    """Begin to segment the whole scan at `settings`, for this page alone."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[Segmentation, Findings]:
        preset = settings.preset(segmentation.preset)
        found = segment(case.volume, preset, progress=progress, cancelled=cancelled)
        return found, measure(case.volume, found.labels, found.chances)

    def keep(made: tuple[Segmentation, Findings]) -> None:
        whole = Result(*made, settings)
        WHOLE_RUNS.put(whole, case.id, tuple(sorted(made[0].models.items())))

    jobs.begin(
        jobs.Job(f"Segmenting {case.title} as moved here", STAGES, work, keep, Uses.NETWORKS, case)
    )


def histogram_of(case: Study) -> NDArray[np.int64]:
    """Count the case's Hounsfield units once."""
    return HISTOGRAMS.made(case.id, None, lambda: hu_histogram(case.volume))
