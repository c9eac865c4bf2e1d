"""The Embeddings page: atlases, choices and what follows from them, long work beside the page."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.atlas.own import place_own
from core.atlas.patches import gray_squares
from core.volume import Volume, volume_from_array
from pages.common.session import CURRENT, open_volume
from pages.common.session import choose as choose_case
from pages.embeddings.chosen import middle_first, sheet_of
from pages.embeddings.exchange import Area, Clear, Patch, read_done
from pages.embeddings.slice_view import slice_of_row
from pages.embeddings.state import (
    CHOICES,
    PLACED,
    Choice,
    ShownAtlas,
    act,
    atlas_shown,
    choice_of,
    flags_of,
    keep_choice,
)
from tests.core.atlas.drawn import AUTOENCODER, atlas_of
from tests.pages.atlases import install
from tests.pages.conftest import button, current, finish, labels_of, memory_of

PAGE = "pages/embeddings/page.py"
LEFT = np.array([[-2, -2], [0, -2], [0, 2], [-2, 2]], np.float32)


@pytest.fixture
def atlases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("HEPATOSCOPE_DATA", raising=False)
    return install(tmp_path / "atlases", monkeypatch)


@pytest.fixture
def visit(new_visitor: Callable[[], AppTest]) -> Callable[[], AppTest]:
    def opened() -> AppTest:
        st.cache_data.clear()
        return new_visitor().switch_page(PAGE).run()

    return opened


@pytest.fixture
def page(atlases: Path, visit: Callable[[], AppTest]) -> AppTest:
    shown = visit()
    assert not shown.exception
    return shown


def text_of(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.info, *page.error, *page.subheader]
    return " ".join(str(part.value) for part in parts)


def atlas_in(page: AppTest, name: str = "bare") -> ShownAtlas:
    """The atlas of the page, as its session knows it."""
    atlas = atlas_of(images=name == "whole", name=name)
    return ShownAtlas(f"{name}-known-{atlas.facts['written']}", atlas, atlas, None)


def choose(page: AppTest, choice: Choice, name: str = "bare") -> AppTest:
    memory_of(page).put(CHOICES, choice, of=atlas_in(page, name).id)
    return page.run()


def left_half(page: AppTest) -> Choice:
    return Choice(atlas_in(page).atlas.table["tsne_x"].to_numpy() < 0)


def test_page_opens_with_an_atlas_and_says_how_to_choose(page: AppTest) -> None:
    said = text_of(page)
    assert "240 patches" in said
    assert "144 of 3 patient(s) in train" in said
    assert "Drag around some points" in said
    assert "Not for diagnosis" in said


def test_what_tsne_does_not_mean_stands_beside_it(page: AppTest) -> None:
    warning = "how large a group is, how dense, and how far apart groups lie does not"
    assert warning in text_of(page)
    page.session_state["atlas-map"] = "pca"
    assert warning not in text_of(page.run())


def test_chosen_patches_are_told_apart_from_the_rest(page: AppTest) -> None:
    shown = choose(page, left_half(page))
    assert "**80** of 240 patches, 5 patient(s), 80 with tumor" in text_of(shown)
    table = shown.dataframe[0].value.set_index("figure")
    assert table.loc["Tumor fraction", "chosen"] == pytest.approx(0.8)
    assert table.loc["Tumor fraction", "rest"] == 0
    assert "licences of these scans" in text_of(shown)


def test_atlas_with_images_shows_them_without_excuses(page: AppTest) -> None:
    whole = page.selectbox(key="atlas-open").set_value("whole").run()
    shown = choose(whole, left_half(whole), "whole")
    assert not shown.exception
    assert "licences of these scans" not in text_of(shown)


def test_clicked_patch_shows_its_neighbours_and_the_way_from_the_one_before(
    page: AppTest,
) -> None:
    none = np.zeros(240, bool)
    first = choose(page, Choice(none, clicked=3))
    assert "Click another patch to see the way" in text_of(first)
    second = choose(page, Choice(none, clicked=4, before=3))
    assert "The way here from the patch before" in text_of(second)
    assert "Most like it" in text_of(second)
    chosen = button(second, "Choose these").click().run()
    assert "**12** of 240 patches" in text_of(chosen)


def test_choice_outlives_a_change_of_page(page: AppTest) -> None:
    choose(page, left_half(page))
    back = page.switch_page("pages/about/page.py").run().switch_page(PAGE).run()
    assert "**80** of 240 patches" in text_of(back)


@pytest.mark.parametrize("view", ["Side by side", "My case", "How much it is worth"])
def test_every_view_opens(page: AppTest, view: str) -> None:
    page.session_state["atlas-view"] = view
    shown = page.run()
    assert not shown.exception
    assert not shown.error


def test_own_case_is_asked_for_where_there_is_none(page: AppTest) -> None:
    page.session_state["atlas-view"] = "My case"
    assert "segment it on the Segment page first" in text_of(page.run())


def test_worth_shows_the_figures_of_the_file(page: AppTest, atlases: Path) -> None:
    page.session_state["atlas-view"] = "How much it is worth"
    shown = page.run()
    facts = json.loads((atlases / "bare" / "atlas.json").read_text())["anomaly"]
    table = shown.dataframe[0].value
    assert len(table) == len(facts) == 4
    for said, row in zip(table["AUROC"], facts, strict=True):
        assert said.startswith(f"{row['auroc']['value']:.3f}")


def test_a_map_with_other_parameters_joins_the_others(page: AppTest) -> None:
    page.slider(key="atlas-perplexity").set_value(10).run()
    drawn = finish(button(page, "Draw this map").click().run())
    assert not drawn.exception
    assert "perplexity 10, seed 1" in text_of(drawn)
    assert drawn.session_state["atlas-map"] == "t-SNE 10, seed 1"


def test_too_large_a_perplexity_is_one_sentence_and_the_map_stays(page: AppTest) -> None:
    page.slider(key="atlas-perplexity").set_value(100).run()
    shown = finish(button(page, "Draw this map").click().run())
    assert "needs at least 302 patches and there are 240" in text_of(shown)
    assert "240 patches" in text_of(shown)


def test_own_case_is_placed_and_its_slices_shown(
    atlases: Path, segmented: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # UMAP takes a program of its own, which its own test runs.
    monkeypatch.setattr(
        "core.atlas.own.place", lambda codes, positions, _, new, __: np.zeros((len(new), 2))
    )
    page = segmented.switch_page(PAGE).run()
    page.session_state["atlas-view"] = "My case"
    placed = finish(button(page.run(), "Place this case on the map").click().run())
    assert not placed.exception
    said = text_of(placed)
    assert "Ringed in orange" in said
    assert "Where the autoencoder cannot redraw the slice" in said
    assert "tumor as called" in said


def test_second_scan_of_the_same_name_is_another_case(
    atlases: Path, segmented: AppTest, scan: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.atlas.own.place", lambda codes, positions, _, new, __: np.zeros((len(new), 2))
    )
    page = segmented.switch_page(PAGE).run()
    page.session_state["atlas-view"] = "My case"
    page = finish(button(page.run(), "Place this case on the map").click().run())
    first = current(page)
    other = replace(first, volume=replace(first.volume, digest="1" * 64))
    memory_of(page).open(other)
    memory_of(page).put(CURRENT, other.id)
    assert "Place this case on the map" in labels_of(page.run())


def test_atlas_of_other_weights_is_one_sentence(
    atlases: Path, visit: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.embeddings.state.weights_digest", lambda _: "e" * 64)
    shown = visit()
    assert not shown.exception
    assert "made by other weights of the autoencoder (dddddddd, here eeeeeeee)" in text_of(shown)


def test_page_without_any_atlas_says_how_to_make_one(
    tmp_path: Path, visit: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.atlas.atlas.ATLASES_DIR", tmp_path / "none")
    shown = visit()
    assert "There is no atlas on this machine yet" in text_of(shown)
    assert "python -m core embed" in shown.code[0].value


class TestWhatTheBrowserSays:
    """Messages of the map, which may hold anything."""

    def test_area_patch_and_clear_are_read(self) -> None:
        area = read_done({"kind": "area", "layout": "a", "polygon": LEFT.tolist()}, "a", 9)
        assert isinstance(area, Area)
        np.testing.assert_array_equal(area.polygon, LEFT)
        assert read_done({"kind": "patch", "layout": "a", "index": 8}, "a", 9) == Patch(8)
        assert read_done({"kind": "clear", "layout": "a"}, "a", 9) == Clear()

    @pytest.mark.parametrize(
        "said",
        [
            None,
            "area",
            {"kind": "patch", "layout": "b", "index": 1},
            {"kind": "patch", "layout": "a", "index": 9},
            {"kind": "patch", "layout": "a", "index": "x"},
            {"kind": "area", "layout": "a", "polygon": [[0, 0], [1, 1]]},
            {"kind": "area", "layout": "a", "polygon": [[0, 0], [1, 1], [0, float("nan")]]},
            {"kind": "area", "layout": "a"},
            {"kind": "dance", "layout": "a"},
        ],
    )
    def test_anything_else_is_nothing(self, said: object) -> None:
        assert read_done(said, "a", 9) is None


class TestChoices:
    """What is done on a map, in a session of its own."""

    @pytest.fixture
    def opened(self, monkeypatch: pytest.MonkeyPatch) -> ShownAtlas:
        monkeypatch.setattr(st, "session_state", {})
        atlas = atlas_of()
        return ShownAtlas("drawn", atlas, atlas, None)

    def test_what_is_drawn_around_is_chosen(self, opened: ShownAtlas) -> None:
        act(opened, "tsne", Area(LEFT))
        np.testing.assert_array_equal(
            choice_of(opened).chosen, opened.atlas.table["tsne_x"].to_numpy() < 0
        )

    def test_second_click_remembers_the_first(self, opened: ShownAtlas) -> None:
        act(opened, "tsne", Patch(5))
        act(opened, "tsne", Patch(7))
        assert (choice_of(opened).before, choice_of(opened).clicked) == (5, 7)
        act(opened, "tsne", Clear())
        assert choice_of(opened).clicked is None

    def test_flags_say_clicked_and_near(self, opened: ShownAtlas) -> None:
        keep_choice(opened, Choice(np.zeros(240, bool), clicked=5))
        flags = flags_of(opened)
        assert flags[5] == 8
        assert np.count_nonzero(flags == 4) == 12

    def test_own_slice_is_that_of_the_scan_and_not_of_its_name(
        self, opened: ShownAtlas, scan: Volume, atlases: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.atlas.own.place", lambda *args: np.zeros((len(args[3]), 2)))
        scans = {
            digest: volume_from_array(
                scan.hu + np.int16(shift), scan.affine, source="ct.nii.gz", digest=digest
            )
            for digest, shift in (("a" * 64, 0), ("b" * 64, 20))
        }
        names = set()
        for volume in scans.values():
            open_volume(volume)
        for volume in scans.values():
            labels = np.where(volume.hu > 90, np.uint8(1), np.uint8(0))
            placed = place_own(opened.known, volume, labels, AUTOENCODER)
            choose_case(volume.digest)
            PLACED.put(placed, volume.digest, opened.known.name)
            seen = atlas_shown(opened.known)
            names.add(seen.id)
            shown, _ = slice_of_row(seen, len(opened.known))
            index = np.array([int(placed.table["slice"].iloc[0])])
            np.testing.assert_array_equal(shown, gray_squares(volume, index)[0])
        turned = replace(placed, images=placed.images[::-1].copy())
        PLACED.put(turned, volume.digest, opened.known.name)
        names.add(atlas_shown(opened.known).id)
        assert len(names) == 3

    def test_sheet_holds_the_most_typical_first(self, opened: ShownAtlas, atlases: Path) -> None:
        chosen = opened.atlas.table["tumor_fraction"].to_numpy() > 0
        rows = middle_first(opened, chosen)
        assert set(rows) == set(np.flatnonzero(chosen))
        away = np.linalg.norm(
            opened.atlas.codes[rows] - opened.atlas.codes[rows].mean(axis=0), axis=1
        )
        assert (np.diff(away) >= -1e-6).all()
        with Image.open(BytesIO(sheet_of(opened, rows[:10]))) as sheet:
            assert sheet.width > 6 * 96
