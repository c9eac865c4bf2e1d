"""The Report page: what it shows, checks, compares, signs and keeps."""

import gzip
import json
from collections.abc import Hashable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.cascade.findings import Findings
from core.cascade.labelled import Labelled
from core.errors import BadCheckpoint, OutOfTime
from core.explainers.attribution import Attribution
from core.explainers.backgrounds import Background
from core.explainers.question import Asked
from core.report import followup
from core.report.composite import Picture, pictures
from core.study import Study
from core.volume import Volume
from pages.common.explanations import EXPLANATIONS, Explained, Wish
from pages.common.memory import content, memory
from pages.explain.attribution_state import posed_for
from pages.report import earlier_state
from pages.report.state import EARLIER, written_at
from pages.report.view import SLICE
from tests import scene
from tests.pages import files
from tests.pages.conftest import button, current, finish, labels_of, memory_of

PAGE = "pages/report/page.py"
FALSE = "Lesion 1 measures 90 mm."
Told = dict[str, Any]


@pytest.fixture(scope="module")
def drawn() -> dict[Hashable, tuple[Picture, ...]]:
    """Pictures for print that a test has asked for."""
    return {}


@pytest.fixture(autouse=True)
def _nothing_drawn_twice(
    drawn: dict[Hashable, tuple[Picture, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawing for print takes two seconds, and most tests show the same case."""

    def once(volume: Volume, made: Labelled, findings: Findings, **how: Any) -> tuple[Picture, ...]:
        explained = how["attribution"]
        known = (
            volume.digest,
            made.labels.tobytes(),
            how["palette"],
            how["axial_slice"],
            explained is None or explained.tobytes(),
        )
        if known not in drawn:
            drawn[known] = pictures(volume, made, findings, **how)
        return drawn[known]

    monkeypatch.setattr("pages.report.view.draw_pictures", once)


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    """What the component was given, the latest last."""
    given: list[Told] = []
    monkeypatch.setattr("pages.report.preview._preview", lambda data, **_: given.append(data))
    return given


@pytest.fixture
def page(segmented: AppTest, shown: list[Told]) -> AppTest:
    """The demo case is segmented and the Report page open."""
    app = segmented.switch_page(PAGE).run()
    assert not app.exception
    return app


def sentences(told: Told) -> list[Told]:
    return [one for section in told["text"]["sections"] for one in section["sentences"]]


def words(told: Told) -> str:
    return " ".join(one["text"] for one in sentences(told))


def write(app: AppTest, title: str, text: str) -> AppTest:
    app.session_state["report-mode"] = "edit"
    app.run()
    area = next(found for found in app.text_area if found.label == title)
    return area.set_value(text).run()


def read(app: AppTest) -> AppTest:
    app.session_state["report-mode"] = "read"
    return app.run()


def file_labels(app: AppTest) -> list[str]:
    return [found.proto.label for found in app.get("download_button")]


def test_visitor_without_a_scan_is_invited(app: AppTest) -> None:
    app.switch_page(PAGE).run()
    assert not app.exception
    assert "A report is about a scan that was segmented" in app.info[0].value
    assert "Open the demo case" in labels_of(app)


def test_scan_that_was_not_segmented_can_be_here(opened: AppTest, shown: list[Told]) -> None:
    app = opened.switch_page(PAGE).run()
    assert "there is nothing to report" in app.info[0].value
    app = finish(button(app, "Segment liver and tumors").click().run())
    assert "One lesion was called" in words(shown[-1])


def test_report_stands_beside_its_pictures_with_the_facts_of_every_sentence(
    page: AppTest, shown: list[Told]
) -> None:
    told = shown[-1]
    size = next(one for one in sentences(told) if one["text"].startswith("Lesion 1 measures"))
    assert size["lesion"] == 1
    assert size["because"] == "Made of:"
    ids = {fact["id"] for fact in size["facts"]}
    assert {"lesion.1.longest_diameter", "lesion.1.volume"} <= ids
    assert all(fact["origin"] for fact in size["facts"])
    (composite,) = told["pictures"]
    assert composite["image"].startswith("data:image/webp;base64,")
    assert {mark["lesion"] for mark in composite["marks"]} == {1}
    assert file_labels(page) == ["PDF", "Word", "Web page", "Markdown", "JSON"]
    case = current(page)
    memory_of(page).put(SLICE, case.findings.lesions[0].axial_slice, case.id)
    page.run()
    first = shown[-1]["pictures"][0]
    assert first["name"] == "slice"
    assert first["marks"][0]["lesion"] == 1


def test_edition_and_colors_change_words_and_pictures(page: AppTest, shown: list[Told]) -> None:
    before = shown[-1]
    page.session_state["report-edition"] = "plain"
    page.session_state["report-palette"] = "green and red"
    page.run()
    after = shown[-1]
    assert "Spot 1 is" in words(after)
    assert after["pictures"][0]["image"] != before["pictures"][0]["image"]


def test_falsehood_stays_out_until_it_is_kept_marked(page: AppTest, shown: list[Told]) -> None:
    app = write(page, "Impression", f"There is 1 lesion. {FALSE} A second look is worthwhile.")
    told = " ".join(part.value for part in app.markdown)
    assert "contradicted: it stays out" in told
    assert "not supported: it enters with a mark" in told
    app = read(app)
    assert FALSE not in words(shown[-1])
    assert any("1 contradicted, 1 left out" in part.label for part in app.expander)
    app = next(box for box in app.checkbox if box.label == "Keep it, marked").check().run()
    (kept,) = (one for one in sentences(shown[-1]) if one["text"] == FALSE)
    assert kept["mark"] == "contradicts the measurements"
    assert kept["because"] == "Written or generated, and held against:"


def test_signature_stands_under_the_text_it_was_given_for_and_edits_outlive_the_page(
    page: AppTest,
) -> None:
    name = next(field for field in page.text_input if field.label == "Your name")
    app = button(name.set_value("Dr. A. Reader").run(), "Sign this text now").click().run()
    assert app.success[0].value.startswith("Signed by Dr. A. Reader, 2")
    app = write(app, "Impression", "A second look is worthwhile.")
    assert not app.success
    assert "changed since it was signed" in app.warning[0].value
    app.switch_page("pages/about/page.py").run()
    app = app.switch_page(PAGE).run()
    assert "A second look is worthwhile." in [area.value for area in app.text_area]
    app = button(app, "Back to the text before").click().run()
    assert app.success[0].value.startswith("Signed by"), "it is the text that was signed"
    app = button(app, "Take the signature back").click().run()
    assert "Sign this text now" in labels_of(app)


def test_time_of_a_report_is_that_of_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    case = Study(scene.scan(), ())
    memory().open(case)
    first = written_at(case, "a narrative")  # type: ignore[arg-type]
    assert written_at(case, "a narrative") == first  # type: ignore[arg-type]
    assert written_at(case, "another") > first  # type: ignore[arg-type]


def test_map_of_the_explain_page_enters_text_and_composite(
    page: AppTest, shown: list[Told]
) -> None:
    case = current(page)
    wish, made = explanation_of(case)
    memory_of(page).put(EXPLANATIONS, made, current(page).id, wish)
    app = page.run()
    box = next(found for found in app.selectbox if found.label == "Explanation")
    assert "None made yet" not in box.options
    app = box.set_value(wish).run()
    assert not app.exception
    assert f"On slice {wish.z + 1} the SHAP map puts 100 % of its weight" in words(shown[-1])
    assert "attribution map" in shown[-1]["pictures"][0]["caption"]


def test_latest_map_is_in_the_first_report_of_a_visitor_who_explained(
    segmented: AppTest, shown: list[Told]
) -> None:
    case = current(segmented)
    wish, made = explanation_of(case)
    memory_of(segmented).put(EXPLANATIONS, made, current(segmented).id, wish)
    segmented.switch_page(PAGE).run()
    assert f"On slice {wish.z + 1} the SHAP map" in words(shown[-1])


def explanation_of(case: Any) -> tuple[Wish, Explained]:
    """A map of the slice with the largest lesion, all of it in the tumor."""
    z = case.findings.lesions[0].axial_slice
    wish = Wish(
        content(case, case.segmentation), z, Asked.TUMOR, None, "shap", Background.PLAIN, 8, 0
    )
    posed = posed_for(case, case.segmentation, wish)
    values = posed.tumor.astype("float32")
    return wish, Explained(posed, Attribution("shap", values, 0.5, 0.0, 0.0, 8, 0, 0.1))


def choose_upload(app: AppTest) -> AppTest:
    box = next(found for found in app.selectbox if found.label == "Earlier study")
    return box.set_value("upload").run()


def upload(app: AppTest, *uploads: files.Upload) -> AppTest:
    field = next(found for found in app.file_uploader if "earlier" in found.label)
    return field.set_value(list(uploads)).run()


def older_demo() -> files.Upload:
    """The demo with a little noise, as a file: another scan of the same patient."""
    hu, _ = scene.draw()
    hu[::2] += 1
    return "older.nii.gz", gzip.compress(files.nifti(hu), 1), files.MIME


@pytest.fixture
def real_page(segmented: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """As `page`, of an uploaded scan, which is not synthetic."""
    app = segmented.switch_page("pages/segment/page.py").run()
    app = app.file_uploader[0].set_value([files.good("now.nii.gz")]).run()
    app = finish(button(app, "Segment liver and tumors").click().run())
    return app.switch_page(PAGE).run()


def test_uploaded_earlier_study_is_segmented_and_compared(
    real_page: AppTest, shown: list[Told]
) -> None:
    app = finish(upload(choose_upload(real_page), older_demo()))
    assert not app.exception
    assert not app.error
    assert "The earlier study is “CT " in words(shown[-1])
    kept = memory_of(app).get(EARLIER, current(app).id)
    assert kept.volume.hu.strides == (0, 0, 0)
    app = button(app, "Forget it").click().run()
    assert "No earlier study was given." in words(shown[-1])


def test_an_earlier_study_that_is_open_already_is_not_segmented_again(
    segmented: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, before = segmented.switch_page("pages/segment/page.py").run(), files.good("before.nii.gz")
    for scan in (before, older_demo()):
        app = app.file_uploader[0].set_value([scan]).run()
        app = finish(button(app, "Segment liver and tumors").click().run())
    monkeypatch.setattr(earlier_state, "segmented", None)
    app = upload(choose_upload(app.switch_page(PAGE).run()), before)
    assert not app.exception
    assert "The earlier study is “CT " in words(shown[-1])


def test_a_liver_like_another_patients_stops_the_comparison_until_the_visitor_insists(
    real_page: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followup, "overlap_of", lambda here, there, shift: 0.64)
    app = finish(upload(choose_upload(real_page), older_demo()))
    assert "overlap with a Dice of 0.64" in app.warning[-1].value
    assert "No earlier study was given." in words(shown[-1])
    assert not any("Compared with" in each.value for each in app.caption)
    app = next(each for each in app.checkbox if "one patient" in each.label).check().run()
    assert not app.exception
    assert "You insisted" in app.warning[-1].value
    assert "The earlier study is “CT " in words(shown[-1])
    assert "RECIST" not in words(shown[-1])


def test_earlier_study_of_another_sort_is_refused_and_the_report_stays(
    page: AppTest, shown: list[Told]
) -> None:
    app = upload(choose_upload(page), older_demo())
    assert "One of the two studies is synthetic" in app.error[0].value
    assert memory_of(app).get(EARLIER, current(app).id) is None
    assert "No earlier study was given." in words(shown[-1])


def test_case_that_is_open_can_be_the_earlier_one(real_page: AppTest, shown: list[Told]) -> None:
    now = current(real_page)
    app = real_page.switch_page("pages/segment/page.py").run()
    app = app.file_uploader[0].set_value([older_demo()]).run()
    app = app.switch_page(PAGE).run()
    app = finish(button(app, "Segment liver and tumors").click().run())
    box = next(found for found in app.selectbox if found.label == "Earlier study")
    app = box.set_value(now.id).run()
    assert f"The earlier study is “CT {now.id[:6]}”." in words(shown[-1])


def test_scan_without_lesions_has_a_normal_report(
    app: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    bare = SimpleNamespace(volume=scene.scan(tumor=False))
    monkeypatch.setattr("pages.common.scan_source.make_phantom", lambda seed: bare)
    app = button(app, "Open the demo case").click().run()
    app = finish(button(app, "Segment liver and tumors").click().run())
    app = app.switch_page(PAGE).run()
    assert not app.exception
    assert "No lesion was called" in words(shown[-1])


@pytest.fixture
def llava(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """LLaVA is chosen, and its weights are here."""
    from types import SimpleNamespace

    pytest.importorskip("core.report.llava")
    local = SimpleNamespace(weights_mb=14_000.0, memory_mb=lambda quantised: 5_000, name="x")
    monkeypatch.setattr("pages.report.choices.missing_advice", lambda *_: "")
    page.session_state["report-writer"] = "llava"
    import pages.report.llava as panel

    monkeypatch.setattr(panel, "find", lambda place: local)
    return page.run()


def test_model_streams_and_is_checked(
    llava: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def described(image: Any, prompt: Any, writing: Any, **told: Any) -> str:
        told["on_stage"]("Writing")
        told["on_text"]("Findings: There")
        return "Findings: There is 1 lesion. There are 14 lesions. A second look is worthwhile."

    monkeypatch.setattr("pages.report.llava_state.write_apart", described)
    assert not llava.exception
    app = finish(button(llava, "Write").click().run())
    assert "There is 1 lesion." in words(shown[-1])
    assert "14 lesions" not in words(shown[-1])
    assert any("1 contradicted, 1 left out" in part.label for part in app.expander)
    marks = {one["text"]: one["mark"] for one in sentences(shown[-1])}
    assert marks["A second look is worthwhile."] == "not supported by the measurements"
    app = write(app, "Text of the model", "There is 1 lesion. Nothing else.")
    assert len(app.text_area) == 1
    read(app)
    assert "Nothing else." in words(shown[-1])


def test_what_was_written_before_time_ran_out_is_kept_and_told(
    llava: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: Any, **__: Any) -> str:
        raise OutOfTime("LLaVA was stopped after 300 seconds.", "There is 1 lesion.")

    monkeypatch.setattr("pages.report.llava_state.write_apart", late)
    app = finish(button(llava, "Write").click().run())
    assert "stopped after 300 seconds" in app.warning[0].value
    assert "There is 1 lesion." in words(shown[-1])


def test_checkpoint_that_cannot_be_used_is_one_sentence_and_the_facts_stay(
    llava: AppTest, shown: list[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> str:
        raise BadCheckpoint("It needs 5 GB and 1 GB is free.")

    monkeypatch.setattr("pages.report.llava_state.write_apart", refuse)
    app = finish(button(llava, "Write").click().run())
    assert "needs 5 GB" in app.error[0].value
    app.session_state["report-writer"] = "facts"
    app.run()
    assert "One lesion was called" in words(shown[-1])


def test_without_the_optional_parts_the_page_says_how_to_add_them(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.foundation.capabilities.missing_modules", lambda *names: names)
    app = page.run()
    told = " ".join(part.value for part in app.caption)
    assert "requirements-vision-language.txt" in told
    assert not app.exception


def test_files_are_made_of_the_report_at_hand(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(
        "pages.report.finish.partial", lambda work, *given: made.append(given) or work
    )
    patient = next(field for field in page.text_input if "Patient" in field.label)
    patient.set_value("Case 12").run()
    form, report, study = next(given for given in made[::-1] if given[0].suffix == ".json")
    known = json.loads(form.write(report, study))
    assert known["patient"] == "Case 12"
    assert len(known["narrative"]["sections"]) == 6
