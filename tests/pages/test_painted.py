"""The gallery of painted lesions."""

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import button

PAGE = "pages/explain/page.py"


def gallery(app: AppTest) -> AppTest:
    app.session_state["explain-view"] = "Painted lesions"
    return app.switch_page(PAGE).run()


def shown(app: AppTest) -> list[tuple[str, str]]:
    """Captions and contents of the pictures, contents by their address."""
    pictures = [picture.proto.imgs[0] for picture in app.get("image")]
    return [(picture.caption.split(": ")[1], picture.url) for picture in pictures]


def test_painted_slices_stand_beside_the_slices_as_they_were(segmented: AppTest) -> None:
    app = gallery(segmented)
    assert not app.exception
    names = [name for name, _ in shown(app)]
    assert len(names) >= 2
    assert names == ["before", "painted"] * (len(names) // 2)
    assert any("Hu et al." in text.value for text in app.markdown)


def test_other_lesions_can_be_drawn_and_bounds_moved(segmented: AppTest) -> None:
    app = gallery(segmented)
    first = shown(app)
    app = button(app, "Other lesions").click().run()
    second = shown(app)
    assert first[0::2] == second[0::2]
    assert first[1::2] != second[1::2]
    app.slider(key="painted-bright").set_value(1.0).run()
    assert not app.exception
    assert shown(app)[1::2] != second[1::2]
