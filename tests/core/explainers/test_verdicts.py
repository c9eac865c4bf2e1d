"""From the rows of a trial to verdicts, and what the shipped trials say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.cascade.segmentation import Segmentation
from core.errors import BadDataset
from core.explainers.backgrounds import SEEDS, read_background
from core.explainers.trial import Section, choose, found_sections
from core.explainers.verdicts import (
    MOST_RANDOM,
    SECTIONS,
    TRIAL,
    read_trial,
    shipped_trials,
    verdicts,
    write_trial,
)
from core.models.store import preset_digests
from core.presets import PRESETS, preset_named

FAIR = {
    "insertion_gain": 0.5, "deletion_gain": 0.4, "tumor": 0.6, "tumor_area": 0.1, "outside": 0.0,
    "peak_in_tumor": True, "completeness_error": None, "stability": 0.9, "random_likeness": 0.2,
    "seconds": 1.0,
}  # fmt: skip


def rows(variant: str = "occlusion", **changed: object) -> list[dict[str, object]]:
    """Three sections of each of three patients, a little different from patient to patient."""
    return [
        {**FAIR, **changed, "variant": variant, "case": name, "patient": name, "lesion": 1,
         "split": "test", "slice": z, "pixels": 50, "score": 0.1 + 0.01 * z}
        for name in ("a", "b", "c")
        for z in range(3)
    ]  # fmt: skip


def test_method_that_passes_every_test_is_trusted() -> None:
    assert verdicts(pd.DataFrame(rows()))[0].trusted


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"insertion_gain": -0.1}, "insertion over random order"),
        ({"deletion_gain": 0.0}, "deletion over random order"),
        ({"random_likeness": 0.7}, "a network that has learned nothing"),
        ({"stability": 0.2}, "a little noise"),
    ],
)
def test_method_that_fails_one_test_is_not_trusted(changed: dict[str, float], reason: str) -> None:
    verdict = verdicts(pd.DataFrame(rows(**changed)))[0]
    assert not verdict.trusted
    assert any(reason in told for told in verdict.reasons)


def test_blank_map_of_an_ignorant_network_is_not_like_any() -> None:
    assert verdicts(pd.DataFrame(rows(random_likeness=None)))[0].trusted


def test_trial_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = write_trial(tmp_path, rows() + rows("shap"), {"data": "x", "preset": "paper"})
    record, sections = read_trial(tmp_path)
    assert record["sections"] == 9
    assert record["lesions"] == 3
    assert [verdict.variant for verdict in verdicts(sections)] == [one.variant for one in told]


def test_folder_without_a_trial_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="python -m core faithfulness"):
        read_trial(tmp_path)


def test_sections_are_lesions_that_were_called_at_least_in_part() -> None:
    truth = np.ones((40, 40, 3), np.uint8)
    truth[5:15, 5:15, :2] = 2
    truth[25:35, 25:35, 1] = 2
    called = np.ones_like(truth)
    called[5:8, 5:8, 1:] = 2
    blank = np.zeros_like(truth)
    found = Segmentation("paper", 0.5, 0.5, {}, {}, (), called, blank, blank, None, 128.0)
    assert found_sections(truth, found) == [Section(slice=1, lesion=1, pixels=100)]


def test_chosen_sections_are_spread_evenly() -> None:
    every = [Section(z, 1, 99) for z in range(100)]
    assert [one.slice for one in choose(every, 3)] == [0, 50, 99]
    assert choose(every[:2], 3) == every[:2]


@pytest.mark.parametrize("name", shipped_trials())
def test_shipped_trial_is_of_the_shipped_weights_and_of_enough_lesions(name: str) -> None:
    folder = shipped_trials()[name]
    record, sections = read_trial(folder)
    assert record["models"] == preset_digests(preset_named(record["preset"]))
    assert record["sections"] >= 50
    assert {path.name for path in folder.iterdir()} >= {TRIAL, SECTIONS}
    told = {row["variant"]: row for row in record["methods"]}
    for verdict in verdicts(sections):
        row = told[verdict.variant]
        assert row["trusted"] == verdict.trusted
        for figure, interval in verdict.figures.items():
            value = row["figures"][figure]["value"]
            assert value == pytest.approx(interval.value, nan_ok=True) or value is None
        if verdict.trusted:
            assert not verdict.figures["random_likeness"].value >= MOST_RANDOM


@pytest.mark.usefixtures("shipped_weights")
@pytest.mark.parametrize("preset", PRESETS)
def test_shipped_backgrounds_fit_their_networks(preset: str) -> None:
    used = PRESETS[preset]
    for part, size in {"liver": used.size, "tumor": used.tumor_size}.items():
        images = read_background(preset, used.networks(part)[0])
        assert images.shape == (2 * len(SEEDS), size, size)
        # The liver's median gray is 128 to the tumor network.
        if part == "tumor" and not used.tumor_context:
            assert np.median(images[images > 0]) == pytest.approx(128, abs=2)
