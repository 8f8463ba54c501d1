"""Words of the theme on pages in a language that it does not have: they carry the language that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import content_type, entry, locale
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import field
from tests.support.steps import edit, template

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

SHOW = content_type(
    "show",
    *(
        field(name, kind)
        for name, kind in (("name", "Symbol"), ("slug", "Symbol"), ("sold", "Boolean"), ("body", "Text"))
    ),
    display="name",
)
CITY = content_type("city", field("name", "Symbol"), field("slug", "Symbol"), display="name")
NOTED = "Old[^1]\n\n[^1]: True"


def put_shows(space: SpaceFiles, first: str, second: str) -> None:
    """Publish two shows in two locales, and two cities in the first alone."""
    space.put_model(SHOW, CITY, locales=[locale(first, default=True), locale(second, first)])
    for number in (1, 2):
        for kind, codes in (("show", (first, second)), ("city", (first,))):
            raw = entry(kind, f"{kind}{number}")
            names = {code: f"{kind} {number} ({code})" for code in codes}
            raw["fields"] = {"name": names, "slug": {first: f"{kind}-{number}"}, "sold": {first: True}}
            raw["fields"] |= {"body": {second: NOTED}} if kind == "show" else {}
            space.put(raw)


def spoken(element: Any) -> str:
    """Return the language of an element, its own or that of the nearest one around it."""
    found: str = element.xpath("ancestor-or-self::*[@lang][1]/@lang")[-1]
    return found


def page_at(guide: Guide, url: str) -> Any:
    return html.document_fromstring(guide.page(url).encode())


@pytest.mark.parametrize(("first", "second"), [("en-US", "th"), ("de-DE", "el-GR")])
def test_words_in_another_language_than_the_page_say_so(
    guide: Guide, space: SpaceFiles, first: str, second: str
) -> None:
    put_shows(space, first, second)
    guide.build()
    language, home, show = first[:2], page_at(guide, f"/{second}/"), page_at(guide, f"/{second}/show/show-1/")
    for page in (home, show):
        assert spoken(page.find(".//a[@class='skip']")) == language
        assert {spoken(nav) for nav in page.iter("nav")} == {language}
        sections = page.xpath(".//nav[@class='sections']/a")
        assert [spoken(link) for link in sections] == [second, second]
    assert [spoken(page.find(".//h1")) for page in (home, show)] == [first, second]  # the guide's title, the show's
    notes = home.xpath(".//small")
    assert [spoken(note) for note in notes] == [language, language]
    assert spoken(show.find(".//dd/*")) == language
    assert show.xpath(".//section[@class='footnotes']/@aria-label") == []
    assert [spoken(back) for back in show.xpath(".//a[@aria-label]")] == [language]
    assert [spoken(text) for text in show.xpath(".//section[@class='footnotes']//li")] == [second]


def test_page_about_reading_offline_says_so_in_all_its_parts(guide: Guide, space: SpaceFiles) -> None:
    put_shows(space, "en-US", "th")
    edit(guide, "site.yaml", "offline: false", "offline: true")
    guide.build()
    offline = page_at(guide, "/th/offline/")
    main = offline.find(".//main")
    assert {spoken(found) for found in main.iter("h1", "p", "button", "legend", "small", "h2")} == {"en"}
    assert [spoken(name) for name in main.xpath(".//fieldset//span")] == ["en-US", "th"]
    assert offline.find(".//template").get("data-lang") == "en"
    assert spoken(offline.xpath(".//footer//a")[-1]) == "en"


def test_words_that_a_project_adds_need_no_language_any_more(guide: Guide, space: SpaceFiles) -> None:
    put_shows(space, "en-US", "th")
    guide.build()
    template(guide, "words.yaml", "skip: {th: Skip to content}\n")
    same = guide.build()["render"]
    skip = page_at(guide, "/th/").find(".//a[@class='skip']")
    assert (skip.get("lang"), text_of(skip), same["failed"]) == (None, "Skip to content", 0)
    before = guide.files("site")
    guide.build("--clean")
    assert guide.files("site") == before


def test_pages_of_languages_that_the_theme_has_carry_no_more(guide: Guide, space: SpaceFiles) -> None:
    put_shows(space, "en-US", "de-AT")
    guide.build()
    for url in ("/", "/de-AT/", "/show/show-1/", "/de-AT/show/show-1/"):
        page = page_at(guide, url)
        own = page.get("lang")
        marked = (found for found in page.iter() if found.get("lang") not in (None, own))
        outside = [found for found in marked if text_of(found) != "Small guide"]
        assert {found.getparent().get("class") for found in outside} <= {"languages", "tongues", "words"}
        assert {nav.get("lang") for nav in page.iter("nav")} == {None}
