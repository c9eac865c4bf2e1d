"""The Segment page: empty, with a scan, with a result, and when something goes wrong."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from shutil import make_archive

import nibabel as nib
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import WeightsMissing
from core.io.export import labels_to_nifti
from core.phantom import make_phantom
from core.report.text import Edition
from core.report.written import Place, Written
from core.saved import save
from core.volume import Volume
from pages.common.memory import MAX_CASES
from pages.common.saved import EDITS, KEPT
from pages.viewer import MEMORIES
from tests import scene
from tests.core.io.scans import ct_series, save_dicom, trunk
from tests.pages.conftest import button, current, finish, labels_of, memory_of
from tests.pages.files import bad_files, good, mr_like

BAD = bad_files()


def upload(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    return app.file_uploader[0].set_value(list(files)).run()


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label.split("] ")[-1]: metric.value for metric in app.metric}


def shown_text(app: AppTest) -> str:
    return "\n".join(part.value for part in (*app.markdown, *app.caption))


def test_empty_page_invites_to_the_demo_and_to_an_upload(app: AppTest) -> None:
    assert not app.exception
    assert labels_of(app) == ["Open the demo case", "Open a person's CT"]
    assert [one.label for one in app.file_uploader] == ["Upload a CT", "Upload a folder with a CT"]
    assert "Not for diagnosis" in shown_text(app)


def test_optional_parts_that_are_off_say_how_to_turn_them_on(app: AppTest) -> None:
    text = shown_text(app)
    for part in ("GPU", "SAM", "LLaVA"):
        assert f"**{part}**" in text
    told = ("pip install -r", "NVIDIA", "not on this machine", "of memory, and")
    assert text.count("[off]") <= sum(text.count(words) for words in told)


def test_what_is_no_ct_is_gone_once_another_scan_is_open(app: AppTest) -> None:
    marked = upload(app, ("mr.nii", mr_like(), ""))
    assert len(memory_of(marked).cases) == 1
    other = button(marked, "Open the demo case").click().run()
    assert [case.title for case in memory_of(other).cases.values()] == ["Demo case"]


def test_a_persons_ct_tells_its_origin_and_licence(app: AppTest) -> None:
    opened = button(app, "Open a person's CT").click().run()
    assert not opened.exception
    assert current(opened).volume.shape == (122, 101, 112)
    assert not current(opened).volume.synthetic
    text = shown_text(opened)
    assert "TotalSegmentator" in text
    assert "Apache License 2.0" in text


def test_demo_says_that_it_is_synthetic(opened: AppTest) -> None:
    assert not opened.exception
    assert opened.subheader[0].value == "Demo case :blue-badge[synthetic]"
    assert "no patient was scanned" in shown_text(opened)
    assert "Segment liver and tumors" in labels_of(opened)


def test_two_clicks_lead_to_the_measurements(segmented: AppTest) -> None:
    assert not segmented.exception
    assert not segmented.error
    shown = metrics(segmented)
    liver = float(shown["Liver volume"].removesuffix(" mL").replace(",", ""))
    assert liver == pytest.approx(scene.LIVER_ML, rel=0.1)
    assert shown["Lesions"] == "1"
    assert "Segment liver and tumors" not in labels_of(segmented)


def test_result_arrives_with_the_largest_lesion_in_view(segmented: AppTest) -> None:
    place = memory_of(segmented).get(MEMORIES, of="segment-viewer").voxel
    middle = [at / step for at, step in zip(scene.TUMOR_AT, scene.SPACING, strict=True)]
    assert np.allclose(place, middle, atol=2)


def test_thresholds_label_and_measure_anew_and_can_be_put_back(segmented: AppTest) -> None:
    before = metrics(segmented)
    liver, _ = segmented.slider
    moved = liver.set_value(0.95).run()
    assert not moved.exception
    assert metrics(moved) != before
    assert "at least 0.95" in shown_text(moved)
    back = button(moved, "Back to 0.50 and 0.50").click().run()
    assert metrics(back) == before


def test_every_step_names_its_change_in_ml(segmented: AppTest) -> None:
    steps = current(segmented).segmentation.steps
    table = next(part.value for part in segmented.markdown if part.value.startswith("| Step"))
    assert table.count("&nbsp;mL |") == len(steps) > 0


def test_what_the_networks_saw_is_shown_when_asked_for(segmented: AppTest) -> None:
    assert not segmented.get("image")
    seen = segmented.toggle(key="network-views").set_value(True).run()
    assert not seen.exception
    assert len(seen.get("image")) == 3


@pytest.mark.parametrize("tab", ["3D", "Download", "Where it came from"])
def test_every_tab_opens(segmented: AppTest, tab: str) -> None:
    name = next(found.label for found in segmented.tabs if tab in found.label)
    segmented.session_state["result-tabs"] = name
    assert not segmented.run().exception


def test_result_and_thresholds_survive_another_page(segmented: AppTest) -> None:
    moved = segmented.slider[1].set_value(0.8).run()
    before = metrics(moved), current(moved)
    away = moved.switch_page("pages/about/page.py").run()
    assert away.title[0].value == "About HepatoScope"
    back = away.switch_page("pages/segment/page.py").run()
    assert (metrics(back), current(back)) == before
    assert back.slider[1].value == 0.8


@pytest.mark.parametrize("name", BAD)
def test_bad_file_gets_one_sentence_and_the_case_stays(opened: AppTest, name: str) -> None:
    kept = current(opened)
    told = upload(opened, BAD[name])
    assert not told.exception
    (error,) = told.error
    sentence = error.value.replace("\\", "")
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert current(told) is kept
    assert not told.run().error


def test_file_that_is_no_ct_is_marked_and_not_segmented_unasked(opened: AppTest) -> None:
    marked = upload(opened, ("mr.nii", mr_like(), ""))
    assert not marked.exception
    assert len(marked.error) == 1
    assert "does not look like CT" in marked.error[0].value
    assert button(marked, "Segment liver and tumors").disabled
    willing = marked.checkbox[0].check().run()
    assert not button(willing, "Segment liver and tumors").disabled


def uploads(app: AppTest, count: int) -> AppTest:
    for number in range(count):
        app = upload(app, good(f"scan-{number}.nii.gz", shift=number))
    return app


def titles_in(app: AppTest) -> list[str]:
    return [case.title for case in memory_of(app).cases.values()]


def test_scan_is_called_by_its_file_only_where_the_visitor_wants_it(app: AppTest) -> None:
    app = upload(app, good("DOE_JANE_19551231.nii.gz"))
    assert app.subheader[0].value == f"CT {current(app).id[:6]}"
    assert "DOE" not in str([text.value for text in (*app.markdown, *app.caption)])
    named = app.toggle[0].set_value(True).run()
    assert named.subheader[0].value == "DOE\\_JANE\\_19551231.nii.gz"
    assert current(named).title == "DOE_JANE_19551231.nii.gz"
    again = named.toggle[0].set_value(False).run()
    assert again.subheader[0].value == f"CT {current(app).id[:6]}"


def test_a_scan_that_finds_no_room_asks_which_one_is_to_close(app: AppTest) -> None:
    full = uploads(app, MAX_CASES + 1)
    before = titles_in(full)
    assert full.subheader[0].value == before[-1]
    assert "no room for another" in full.warning[0].value
    swapped = button(full, "Close it, open the other").click().run()
    titles = titles_in(swapped)
    assert titles[:-1] == before[1:]
    assert len(titles) == MAX_CASES
    assert swapped.subheader[0].value == titles[-1]
    again = swapped.selectbox[0].select_index(0).run()
    assert not again.exception
    assert again.subheader[0].value == titles[0]


def test_nothing_closes_where_all_are_kept(app: AppTest) -> None:
    kept = button(uploads(app, MAX_CASES + 1), "Keep all").click().run()
    assert len(memory_of(kept).cases) == MAX_CASES
    assert not kept.warning
    assert kept.subheader[0].value == titles_in(kept)[-1]


@pytest.mark.parametrize("with_scan", [True, False])
def test_a_saved_session_opens_with_all_that_was_decided_and_written(
    segmented: AppTest, new_visitor: Callable[[], AppTest], with_scan: bool
) -> None:
    moved = button(segmented.slider[1].set_value(0.4).run(), "It is one").click().run()
    case = current(moved)
    place = Place(case.id, "facts", Edition.CLINICAL)
    written = Written({place: {"Impression": "One lesion."}}, {place: frozenset({"Kept."})})
    file = "demo.hepatoscope.zip", save(case, written.to_dict(), with_scan=with_scan), ""
    other = new_visitor()
    if not with_scan:
        refused = upload(other.run(), file)
        assert "open that scan first, then the session" in refused.error[0].value
        other = button(refused, "Open the demo case").click().run()
    found = upload(other, file)
    assert not found.exception
    assert metrics(found) == metrics(moved)
    assert current(found).segmentation.called == case.segmentation.called
    assert memory_of(found).get(EDITS, case.id, place) == {"Impression": "One lesion."}
    assert memory_of(found).get(KEPT, case.id, place) == {"Kept."}


def test_files_of_several_scans_at_once_are_refused(app: AppTest) -> None:
    told = upload(app, good("a.nii.gz"), good("b.nii.gz"))
    assert "2 NIfTI files" in told.error[0].value


def test_another_series_of_the_uploaded_study_can_be_chosen(app: AppTest, tmp_path: Path) -> None:
    chest = trunk(True, 40, 200, SeriesInstanceUID="1.2.3.5", SeriesNumber=5)
    save_dicom(tmp_path / "study", [*trunk(False, 24, 80), *chest])
    content = Path(make_archive(str(tmp_path / "study"), "zip", tmp_path / "study")).read_bytes()
    opened = upload(app, ("study.zip", content, ""))
    assert opened.selectbox[0].label == "Series in these files"
    assert current(opened).volume.shape[2] == 24
    other = opened.selectbox[0].select("5").run()
    assert not other.exception
    assert current(other).volume.shape[2] == 40
    assert len(memory_of(other).cases) == 2
    back = other.selectbox[0].select("3").run()
    assert current(back).volume.shape[2] == 24
    assert len(memory_of(back).cases) == 2


def test_a_scan_that_lies_wrong_is_turned_with_a_click_and_back(app: AppTest) -> None:
    phantom = make_phantom(7).volume
    upside_down = nib.Nifti1Image(phantom.hu[:, :, ::-1].copy(), phantom.affine)
    content = gzip.compress(upside_down.to_bytes(), 1)
    opened = upload(app, ("feet.nii.gz", content, ""))
    before = current(opened)
    right = button(opened, "Turn it").click().run()
    assert not right.exception
    assert np.array_equal(current(right).volume.hu, phantom.hu)
    assert "head and feet were exchanged" in shown_text(right)
    back = button(right, "Turn it back").click().run()
    assert current(back) is before


def test_visitors_do_not_see_each_others_scans(new_visitor: Callable[[], AppTest]) -> None:
    mine, theirs = new_visitor(), new_visitor()
    upload(mine, good("mine.nii.gz"))
    assert "mine" not in shown_text(theirs.run())
    assert not memory_of(theirs).cases
    assert labels_of(theirs) == ["Open the demo case", "Open a person's CT"]


def test_missing_weights_are_told_in_one_sentence(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(preset: object) -> None:
        raise WeightsMissing("There are no weights; train them.")

    monkeypatch.setattr("core.cascade.segmentation.load_networks", none)
    told = finish(button(opened, "Segment liver and tumors").click().run())
    assert not told.exception
    assert [error.value for error in told.error] == ["There are no weights; train them."]
    assert "Segment liver and tumors" in labels_of(told)


def test_scan_without_tumor_says_so(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    hu, _ = scene.draw(tumor=False)
    content = gzip.compress(nib.Nifti1Image(hu, scene.affine_of()).to_bytes(), 1)
    opened = upload(app, ("none.nii.gz", content, ""))
    done = finish(button(opened, "Segment liver and tumors").click().run())
    assert not done.exception
    assert "No tumor was found" in done.info[0].value


def test_a_lesion_is_rejected_with_a_click_and_comes_back_with_another(segmented: AppTest) -> None:
    before = metrics(segmented)
    rejected = button(segmented, "Not a lesion").click().run()
    assert not rejected.exception
    assert (metrics(rejected)["Lesions"], metrics(rejected)["Tumor volume"]) == ("0", "0.0 mL")
    assert metrics(rejected)["Liver volume"] == before["Liver volume"]
    assert "No lesion is left" in rejected.info[0].value
    back = button(rejected, "Take it back").click().run()
    assert metrics(back) == before


def test_a_confirmed_lesion_says_so_until_it_is_taken_back(segmented: AppTest) -> None:
    confirmed = button(segmented, "It is one").click().run()
    assert current(confirmed).findings.lesions[0].confirmed
    assert "confirmed" in shown_text(confirmed)
    back = button(confirmed, "Take it back").click().run()
    assert not current(back).findings.lesions[0].confirmed


def test_downloads_hold_labels_on_the_grid_of_the_file(segmented: AppTest, scan: Volume) -> None:
    from pages.common.downloads import findings_json

    case = current(segmented)
    content = gzip.decompress(labels_to_nifti(case.volume, case.segmentation.labels))
    image = nib.Nifti1Image.from_bytes(content)
    assert image.shape == scan.native.shape
    assert np.allclose(image.affine, scan.native.affine)
    record = json.loads(findings_json(case, case.segmentation))
    assert record["source"] == "Demo case"
    assert record["findings"]["lesion_count"] == 1


def test_document_that_cannot_be_made_is_named_in_its_place(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pages.common.downloads as page

    hu = scene.draw()[0].transpose(2, 1, 0)
    places = [(140.0, 120.0, -700 + 6.0 * plane) for plane in range(len(hu))]
    turned = {"ImageOrientationPatient": [-1, 0, 0, 0, -1, 0], "PixelSpacing": [4, 4]}
    save_dicom(tmp_path / "series", ct_series(hu, places, **turned))
    archive = Path(make_archive(str(tmp_path / "ct"), "zip", tmp_path / "series"))
    monkeypatch.setattr(page, "obstacle_to_dicom", lambda volume: "No SEG; take another.")
    opened = upload(app, ("ct.zip", archive.read_bytes(), ""))
    done = finish(button(opened, "Segment liver and tumors").click().run())
    done.session_state["result-tabs"] = next(
        found.label for found in done.tabs if "Download" in found.label
    )
    done.run()
    assert not done.exception
    assert "No SEG; take another." in [warning.value for warning in done.warning]
