"""Teaching by corrected cases: held out by patient, measured truly, offered only if no worse."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cascade.labelled import Brought
from core.cli import main
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import patient_of
from core.phantom import make_phantom, write_phantoms
from core.presets import FOCUS, preset_named
from core.study import labelled_by, opened
from core.training.lesson import HELD, KNOWN, STAGES, Came, Group, Lesson, Plan, lessons_in
from core.training.teaching import FIRST_PHANTOM, came_to, held_out, teach
from core.workspace.examples import labelled_cases
from core.workspace.folder import keep, workspace_at

GRID = {"shape": (128, 128, 40), "spacing": (2.8, 2.8, 4.5)}
TINY = Plan(
    epochs=1,
    slices_per_epoch=8,
    batch_size=4,
    phantoms=1,
    held_phantoms=1,
    phantom_shape=(128, 128, 40),
    phantom_spacing=(2.8, 2.8, 4.5),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of two patients, whose labels a reader found right."""
    place = workspace_at(tmp_path_factory.mktemp("teaching") / "workspace")
    for seed in (71, 72):
        phantom = make_phantom(seed, **GRID)
        brought = Brought("ab" * 32, "as drawn")
        study = labelled_by(opened(phantom.volume), phantom.labels, brought, FOCUS)
        keep(place, study, confirmed=True)
    return place.root


@pytest.mark.slow
def test_what_is_told_of_before_and_after_comes_out_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # After one step it may be worse; here it is to be there all the same, to be measured again.
    monkeypatch.setattr(Group, "worse", False)
    told = []
    lesson = teach(labelled_cases(root), tmp_path / "taught", TINY, tell=told.append)
    assert [one.stage for one in told] == sorted((one.stage for one in told), key=STAGES.index)
    assert max(len(one.losses) for one in told) == TINY.epochs
    groups = {group.name: group for group in lesson.groups}
    assert set(groups) == {HELD, KNOWN}
    (held,) = [case for case in labelled_cases(root) if case.name in groups[HELD].cases]
    assert held.name not in lesson.learned
    write_phantoms(tmp_path / "again", 2, FIRST_PHANTOM, **GRID)
    again = {HELD: [held], KNOWN: find_cases(tmp_path / "again")[1:]}
    home = tmp_path / "taught" / lesson.preset
    for name, cases in again.items():
        assert groups[name].before == came_to(cases, FOCUS)
        assert groups[name].after == came_to(cases, preset_named(lesson.preset), home)
    assert lesson.offered
    assert lessons_in(tmp_path / "taught") == [lesson]
    assert not list((tmp_path / "taught").glob("learning-*"))


def labelled(name: str, patient: str) -> LabelledCase:
    def read() -> tuple[object, np.ndarray]:
        raise AssertionError("to part cases nobody reads them")

    return LabelledCase(name, "workspace", None, read, patient=patient)  # type: ignore[arg-type]


def test_a_quarter_of_the_patients_is_held_out_with_all_their_scans() -> None:
    cases = [labelled(f"case-{number}", f"patient-{number // 2}") for number in range(16)]
    learned, held = held_out(cases, seed=3)
    assert len(held) == 4
    assert len(learned) == 12
    assert {patient_of(case) for case in held} & {patient_of(case) for case in learned} == set()
    assert held_out(cases, seed=3) == (learned, held)


def test_of_one_patient_nobody_is_held_out_and_that_is_said() -> None:
    cases = [labelled("case-0", "patient"), labelled("case-1", "patient")]
    assert held_out(cases, seed=0) == (cases, [])
    assert "of one patient alone" in lesson_with(Came(0.8, 4, 3, 1)).sentence


def lesson_with(after: Came, name: str = KNOWN) -> Lesson:
    group = Group(name, ("volume-0",), True, Came(0.8, 4, 3, 1), after)
    return Lesson("taught-0123456789ab", not group.worse, (group,), (), (), TINY, 1.0, "", "")


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        (Came(0.8, 4, 3, 1), False),
        (Came(0.795, 4, 3, 1), False),
        (Came(0.78, 4, 3, 1), True),
        (Came(0.9, 4, 4, 2), False),
        (Came(0.9, 4, 4, 3), True),
        (Came(None, 0, 0, 0), True),
    ],
)
def test_worse_is_a_lower_dice_or_more_that_is_invented(after: Came, worse: bool) -> None:
    lesson = lesson_with(after)
    assert lesson.groups[0].worse == worse
    assert ("not offered" in lesson.sentence) == worse


def test_the_table_tells_before_and_after() -> None:
    first, _, row = lesson_with(Came(0.9, 4, 4, 2), HELD).table
    assert first.count("|") == row.count("|")
    assert "| 0.800 | 0.900 | 3 of 4 | 4 of 4 | 1 | 2 |" in row
    none = replace(lesson_with(Came(0.9, 4, 4, 2)).groups[0].before, tumor_dice=None)
    assert "| 0.800 | – |" in lesson_with(none).table[2]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["liver", "--data", "{root}"], "the tumor network"),
        (["tumor", "--start", "paper", "--data", "{root}"], "the tumor network of focus"),
        (["tumor", "--data", "{root}", "--data", "{root}"], "One workspace at a time"),
        (["tumor", "--data", "{empty}"], "corrected or confirmed yet"),
    ],
)
def test_command_says_what_cannot_be_taught(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], told: str
) -> None:
    empty = workspace_at(tmp_path / "empty").root
    words = [word.format(root=root, empty=empty) for word in more]
    assert main(["train", *words]) == 1
    assert told in capsys.readouterr().err
