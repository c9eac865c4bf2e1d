"""The trial of the methods: explanations of real lesions that the network found, all judged alike.

A section is what one slice shows of one true lesion. Sections of one lesion resemble each other,
and lesions of one patient do: intervals draw patients.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.measurement import lesion_map
from core.cascade.networks import Networks, load_networks
from core.cascade.segmentation import Segmentation, segment
from core.errors import BadDataset
from core.explainers.attribution import Attribution, shares
from core.explainers.backgrounds import Background
from core.explainers.explain import asked, explained_by
from core.explainers.faithfulness import curves, likeness, noisy
from core.explainers.network import random_network
from core.explainers.question import Asked, Posed, pose
from core.explainers.registry import methods
from core.geometry.fits import axial_view
from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.labels import TUMOR
from core.models.store import model_dir, read_card
from core.presets import Preset

ROWS = "rows.jsonl"
# Sections of a case, evenly chosen, so that a patient with large lesions does not decide alone.
MOST_A_CASE = 20
LEAST_PIXELS = 30
# The costly tests are done on every third section.
THOROUGH = 3


@dataclass(frozen=True)
class Variant:
    """A method as it is judged: one that compares differs by what it compares with."""

    method: str
    background: Background

    @property
    def name(self) -> str:
        """Unique in a trial."""
        plain = self.background is Background.PLAIN
        return self.method if plain else f"{self.method}-{self.background}"


@dataclass(frozen=True)
class Section:
    """One slice of one true lesion, found by the network at least in part."""

    slice: int
    lesion: int
    pixels: int


def variants() -> tuple[Variant, ...]:
    """List what is judged: every method, and those that compare against phantoms too."""
    plain = [Variant(name, Background.PLAIN) for name in methods()]
    compared = [name for name, method in methods().items() if method.compares]
    return (*plain, *(Variant(name, Background.PHANTOMS) for name in compared))


def held_out(cases: Sequence[LabelledCase], preset: Preset) -> list[LabelledCase]:
    """Leave out the cases of patients whom a network of `preset` was trained on.

    Raises BadDataset where none is left.
    """
    seen: set[str] = set()
    for home in preset.homes.values():
        seen |= set(read_card(model_dir(*home))["data"]["training"]["patients"])
    kept = [case for case in cases if patient_of(case) not in seen]
    if not kept:
        raise BadDataset(
            f"The networks of “{preset.name}” were trained on every patient of this folder, so it "
            "tells nothing about new ones; give other cases."
        )
    return kept


def run_trial(
    cases: Sequence[LabelledCase],
    preset: Preset,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
    networks: Networks | None = None,
) -> list[dict[str, Any]]:
    """Judge all variants on the lesions of `cases`; returns a row for each section and variant.

    Rows are kept in ``out/rows.jsonl`` as they come; a second call goes on behind them.
    """
    out.mkdir(parents=True, exist_ok=True)
    kept = read_rows(out)
    done = {(row["case"], row["slice"], row["lesion"], row["variant"]) for row in kept}
    networks = networks or load_networks(preset)
    for case in cases:
        volume, truth = case.read()
        segmentation = segment(volume, preset, networks=networks)
        chosen = choose(found_sections(truth, segmentation), MOST_A_CASE)
        report(f"{case.name}: {len(chosen)} section(s) of lesions that were found")
        for number, section in enumerate(chosen):
            for variant in variants():
                if (case.name, section.slice, section.lesion, variant.name) in done:
                    continue
                posed = pose(
                    volume, segmentation, section.slice, Asked.TUMOR, background=variant.background
                )
                tumor = _in_square(truth, section.slice, posed)
                row = {
                    "dataset": case.dataset,
                    "case": case.name,
                    "patient": patient_of(case),
                    "split": case.split,
                    **asdict(section),
                    "variant": variant.name,
                    **judged(posed, tumor, variant, thorough=number % THOROUGH == 0),
                }
                kept.append(row)
                with (out / ROWS).open("a") as file:
                    file.write(json.dumps(row) + "\n")
            report(f"{case.name}: slice {section.slice + 1}, {number + 1} of {len(chosen)}")
    return kept


def read_rows(out: Path) -> list[dict[str, Any]]:
    """Read the rows of a trial that was begun; none where none was."""
    path = out / ROWS
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def found_sections(truth: NDArray[np.uint8], segmentation: Segmentation) -> list[Section]:
    """List the sections of true lesions in which tumor was called, by slice."""
    numbered = lesion_map(truth)
    called = segmentation.labels == TUMOR
    return [
        Section(z, number, pixels)
        for z in np.flatnonzero((numbered > 0).any(axis=(0, 1))).tolist()
        for number, pixels, seen in _in_slice(numbered[..., z], called[..., z])
        if seen and pixels >= LEAST_PIXELS
    ]


def choose(sections: Sequence[Section], most: int) -> list[Section]:
    """Choose at most `most`, evenly."""
    if len(sections) <= most:
        return list(sections)
    return [
        sections[index] for index in np.rint(np.linspace(0, len(sections) - 1, most)).astype(int)
    ]


def judged(
    posed: Posed, tumor: NDArray[np.bool_], variant: Variant, *, thorough: bool, seed: int = 0
) -> dict[str, Any]:
    """Explain, and put the explanation to every test; the costly ones where `thorough`.

    Parameters
    ----------
    tumor : bool [S, S], the true tumors of the slice.
    """
    question, method = posed.question, variant.method
    network = asked(question)
    found = explained_by(network, question, method, None, seed, _quiet)
    drawn = curves(network, question, found.values, seed, _quiet)
    spread = shares(found.values, tumor, posed.organ)
    row = {
        "score": found.score,
        "plain_score": found.plain_score,
        "seconds": found.seconds,
        "completeness_error": found.completeness_error,
        "deletion_gain": _known(drawn.deletion_gain),
        "insertion_gain": _known(drawn.insertion_gain),
        **(asdict(spread) if spread else {}),
    }
    return {**row, **_costly(posed, found, seed)} if thorough else row


def _costly(posed: Posed, found: Attribution, seed: int) -> dict[str, float | None]:
    """Explain a noisy slice, and the answer of a network that has learned nothing."""
    question, method = posed.question, found.method
    shaken = replace(question, gray=noisy(question, seed))
    again = explained_by(asked(shaken), shaken, method, None, seed, _quiet)
    ignorant = random_network(question.weights, question.size, seed)
    ignorant.aim(question)
    # Other draws, so that what two maps share is not the draws.
    random = explained_by(ignorant, question, method, None, seed + 1000, _quiet)
    inside = question.inside
    return {
        "stability": _known(likeness(found.values, again.values, inside)),
        "random_likeness": _known(likeness(np.abs(found.values), np.abs(random.values), inside)),
    }


def _in_slice(
    numbered: NDArray[np.int32], called: NDArray[np.bool_]
) -> Iterator[tuple[int, int, bool]]:
    """Tell number, pixels and whether any was called, of each lesion of a slice [X, Y]."""
    for number in np.unique(numbered[numbered > 0]).tolist():
        mask = numbered == number
        yield number, int(np.count_nonzero(mask)), bool(called[mask].any())


def _in_square(truth: NDArray[np.uint8], z: int, posed: Posed) -> NDArray[np.bool_]:
    mask = axial_view(truth[..., z : z + 1] == TUMOR) * np.uint8(255)
    inside: NDArray[np.bool_] = posed.fit.shrink(mask)[0] >= 128
    return inside


def _known(value: float) -> float | None:
    return None if value != value else value


def _quiet(share: float) -> None:
    """Tell nobody."""
