"""The plain theme: files alone, no script of its own, and no picture unless a reader asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.guide.library.template_files import THEMES, theme_file, theme_files
from tests.conftest import PROJECT
from tests.support.steps import edit

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Guide


@pytest.fixture
def plain(guide: Guide) -> Guide:
    """The small guide in the plain theme."""
    edit(guide, "site.yaml", "offline: false", "theme: {name: plain}\noffline: false")
    guide.build()
    return guide


def test_picture_is_loaded_when_it_is_asked_for(plain: Guide, page: Page) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    page.goto((plain.root / "site/place/castle/index.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert "castle.svg" not in loaded
    page.locator("summary").click()
    page.wait_for_function("document.querySelector('main img').naturalWidth > 0")
    assert "castle.svg" in loaded


def test_files_that_the_plain_theme_lacks_are_those_of_the_built_in_one(plain: Guide) -> None:
    assert theme_file("plain", "base.html") == THEMES / "plain/base.html"
    assert theme_file("plain", "words/en.yaml") == PROJECT / "exporter/theme/words/en.yaml"
    assert theme_file("plain", "nothing.html") is None
    assert theme_files("plain").keys() >= theme_files().keys()
    assert "The plain theme" in (plain.root / "site/style.css").read_text("utf-8")
    assert (plain.root / "site/icon.svg").is_file()


def test_another_theme_renders_all_pages_anew_and_equals_a_build_from_nothing(plain: Guide) -> None:
    of_plain = plain.files("site")
    edit(plain, "site.yaml", "theme: {name: plain}\n", "")
    plain.build()
    of_theme = plain.files("site")
    edit(plain, "site.yaml", "offline: false", "theme: {name: plain}\noffline: false")
    plain.build()
    assert plain.files("site") == of_plain
    pages = [path for path in of_plain if path.endswith("place/castle/index.html")]
    assert len(pages) == 3
    assert all(of_plain[path] != of_theme[path] for path in pages)


def test_theme_is_files_alone() -> None:
    assert {path.suffix for path in (THEMES / "plain").rglob("*") if path.is_file()} == {".html", ".css"}
