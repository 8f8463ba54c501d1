"""The space's own home page is the guide's: its content comes first, and links to it lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.crawl import Crawl
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

PAGE = content_type(
    "page", field("title", "Symbol", localized=True), field("slug", "Symbol"), field("body", "Text", localized=True)
)
TOPIC = content_type("topic", field("title", "Symbol"), field("slug", "Symbol"))
US = [locale("en-US", default=True)]


@pytest.fixture
def pages(space: SpaceFiles) -> SpaceFiles:
    """A space with a home page and another page that links to it."""
    space.put_model(PAGE, TOPIC, locales=US)
    space.put(entry("page", "h", title="Home", slug="home", body="Come in."))
    space.put(entry("page", "a", title="About", slug="about", body="[Back](/home), [top](/)"))
    return space


def site(guide: Guide) -> dict[str, bytes]:
    return guide.files("site")


@pytest.mark.parametrize("slug", ["home", "/", "index", "Start", "/home"])
def test_home_page_of_the_space_is_that_of_the_guide(guide: Guide, pages: SpaceFiles, slug: str) -> None:
    pages.put(entry("page", "h", 2, title="Home", slug=slug, body="Come in."))
    pages.put(entry("page", "a", 2, title="About", slug="about", body="[Top](/)"))
    guide.build()
    home = shown(guide, "/")
    assert "Come in." in text_of(home)
    assert [text_of(card) for card in home.xpath(".//a[@class='card']//strong")] == ["About"]
    assert links(shown(guide, "/page/about/")) == {"Top": "../../index.html"}


@pytest.mark.usefixtures("pages")
def test_old_url_of_the_home_page_redirects_to_it(guide: Guide) -> None:
    guide.build()
    assert "url=../../index.html" in guide.page("/page/home/")
    assert links(shown(guide, "/page/about/")) == {"Back": "../../index.html", "top": "../../index.html"}


def test_page_without_a_slug_is_the_home_page_by_its_title(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(content_type("layout", field("title", "Symbol"), field("body", "Text")), locales=US)
    space.put(entry("layout", "l", title="Home", body="Welcome."))
    guide.build()
    assert "Welcome." in text_of(shown(guide, "/"))


def test_topic_called_home_is_a_topic(guide: Guide, pages: SpaceFiles) -> None:
    pages.remove("entries/page/h.json")
    pages.put(entry("topic", "t", title="Home", slug="home"))
    guide.build()
    assert shown(guide, "/topic/home/") is not None
    assert [text_of(card) for card in shown(guide, "/").xpath(".//strong")] == ["About", "Home"]


@pytest.mark.usefixtures("pages")
def test_url_made_by_a_pattern_is_kept(guide: Guide) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("pages: {page: {url: '/{slug}/'}}\n")
    guide.build()
    assert "Come in." in text_of(shown(guide, "/home/"))
    assert "Come in." not in text_of(shown(guide, "/"))


@pytest.mark.usefixtures("pages")
def test_home_page_is_not_a_card_in_lists(guide: Guide, space: SpaceFiles) -> None:
    featured = content_type(
        "page", field("title", "Symbol"), field("slug", "Symbol"), field("next", "Array", **ENTRIES)
    )
    space.put_model(featured, TOPIC, locales=US)
    space.put(entry("page", "h", 2, title="Home", slug="home", next=[link("Entry", "a")]))
    space.put(entry("page", "b", title="Blog", slug="blog", next=[link("Entry", "a")]))
    guide.build()
    assert cards(guide, "/page/") == ["About", "Blog"]
    assert cards(guide, "/page/about/") == ["Blog"]
    assert [text_of(count) for count in shown(guide, "/").xpath("./section//*[@class='count']")] == ["2"]


def test_type_with_only_the_home_page_has_no_list(guide: Guide, pages: SpaceFiles) -> None:
    pages.remove("entries/page/a.json")
    pages.put(entry("topic", "t", title="Boats", slug="boats"))
    guide.build()
    assert names_in_navigation(guide, "/topic/boats/") == ["Boats"]
    assert not (guide.root / "site/page/index.html").exists()
    alone = site(guide)
    pages.put(entry("page", "a", title="About", slug="about"))
    guide.build()
    assert names_in_navigation(guide, "/topic/boats/") == ["About", "Boats"]
    pages.remove("entries/page/a.json")
    guide.build()
    assert site(guide) == alone
    pages.put(entry("page", "h", 2, title="Home", slug="welcome", body="Come in."))
    guide.build()
    assert names_in_navigation(guide, "/topic/boats/") == ["Home", "Boats"]
    assert not (guide.root / "site/page/index.html").exists()
    incremental = site(guide)
    guide.run("render", "--clean")
    assert site(guide) == incremental


def test_home_page_in_one_language_is_a_card_in_another_in_which_it_is_an_ordinary_page(
    guide: Guide, space: SpaceFiles
) -> None:
    words = content_type("page", field("title", "Symbol", localized=True), field("slug", "Symbol", localized=True))
    space.put_model(words, locales=[locale("en-US", default=True), locale("de-DE"), locale("ar")])
    slugs = {"en-US": "home", "de-DE": "willkommen"}
    space.put(entry("page", "h", title={"en-US": "Home", "de-DE": "Willkommen"}, slug=slugs))
    guide.build()
    assert not (guide.root / "site/page/index.html").exists()
    assert not (guide.root / "site/ar/page/index.html").exists()
    assert cards(guide, "/de-DE/") == ["Willkommen"]
    assert [names_in_navigation(guide, url) for url in ("/", "/de-DE/", "/ar/")] == [[], ["Willkommen"], []]
    assert Crawl(guide.root / "site").dead() == []


def cards(guide: Guide, url: str) -> list[str]:
    return [text_of(card) for card in shown(guide, url).xpath(".//a[@class='card']//strong")]


def names_in_navigation(guide: Guide, url: str) -> list[str]:
    page = html.document_fromstring(guide.page(url).encode())
    return [text_of(item) for item in page.xpath("//nav[@class='sections']/a")]


CHANGES: dict[str, list[dict[str, Any]]] = {
    "another page of that name": [entry("page", "b", title="Start", slug="home", body="Too.")],
    "the home has another slug": [entry("page", "h", 2, title="Home", slug="welcome", body="Come in.")],
    "the home has another text": [entry("page", "h", 2, title="Home", slug="home", body="Do come in.")],
    "a page of a lesser name": [entry("page", "b", title="Start", slug="start", body="Too.")],
    "an index instead": [entry("page", "h", 2, title="Home", slug="index", body="Come in.")],
}


@pytest.mark.parametrize("change", CHANGES)
def test_home_page_added_and_removed_leaves_the_guide_as_one_built_from_scratch(
    guide: Guide, pages: SpaceFiles, change: str
) -> None:
    guide.build()
    before = site(guide)
    for raw in CHANGES[change]:
        pages.put(raw)
    guide.build()
    incremental = site(guide)
    guide.run("render", "--clean")
    assert site(guide) == incremental
    for raw in CHANGES[change]:
        if raw["sys"]["id"] == "b":
            pages.remove("entries/page/b.json")
    pages.put(entry("page", "h", 9, title="Home", slug="home", body="Come in."))
    guide.build()
    after = site(guide)
    assert after["site/index.html"] == before["site/index.html"]
    guide.run("render", "--clean")
    assert site(guide) == after


def test_another_entry_does_not_render_a_home_page_that_does_not_show_it(guide: Guide, pages: SpaceFiles) -> None:
    guide.build()
    assert guide.build()["render"]["rendered"] == 0
    home = guide.page("/")
    pages.put(entry("page", "a", 2, title="About", slug="about", body="Other words."))
    assert guide.build()["render"]["rendered"] == 1
    assert guide.page("/") == home
