"""The navigation and the lists of the home page: a content type of one entry is that entry itself, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import content_type, entry, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
PAGE = content_type("page", field("title", "Symbol"), field("slug", "Symbol"))
TOUR = content_type("tour", field("title", "Symbol"), field("slug", "Symbol"))


def navigation(guide: Guide, url: str) -> dict[str, str]:
    (found,) = html.document_fromstring(guide.page(url).encode()).xpath("//nav[@class='sections']") or [
        html.Element("a")
    ]
    return links(found)


@pytest.fixture
def tours(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of two tours and one page."""
    space.put_model(PAGE, TOUR, locales=US)
    space.put(entry("page", "a", title="About us", slug="about"))
    for key in ("one", "two"):
        space.put(entry("tour", key, title=f"Tour {key}", slug=key))
    guide.build()
    return guide


def test_type_of_one_entry_is_that_entry(tours: Guide) -> None:
    assert navigation(tours, "/tour/one/") == {"About us": "../../page/about/index.html", "Tour": "../index.html"}
    home = shown(tours, "/")
    assert [text_of(heading) for heading in home.iter("h2")] == ["Tour 2", "More"]
    assert home.xpath(".//a[@class='card']/@href")[-1] == "page/about/index.html"


def test_list_stands_there_as_soon_as_it_is_one(tours: Guide, space: SpaceFiles) -> None:
    space.put(entry("page", "b", title="Contact", slug="contact"))
    tours.build()
    assert navigation(tours, "/tour/one/") == {"Page": "../../page/index.html", "Tour": "../index.html"}
    space.remove("entries/page/a.json")
    tours.build()
    assert navigation(tours, "/tour/one/") == {"Contact": "../../page/contact/index.html", "Tour": "../index.html"}


def test_edit_of_the_only_entry_renders_the_others_where_they_show_it(tours: Guide, space: SpaceFiles) -> None:
    def edited(revision: int, **values: Any) -> int:
        space.put(entry("page", "a", revision, **{"title": "About us", "slug": "about", **values}))
        rendered: int = tours.build()["render"]["rendered"]
        return rendered

    assert edited(2, more="Something that no page shows") == 0
    pages = len([page for page in (tours.root / "site").rglob("index.html") if "moved" not in page.parts])
    assert edited(3, title="Who we are") == pages
    assert "Who we are" in navigation(tours, "/tour/one/")


def test_home_page_of_the_space_is_nothing_in_the_navigation(tours: Guide, space: SpaceFiles) -> None:
    space.put(entry("page", "a", 2, title="Home", slug="home"))
    tours.build()
    assert navigation(tours, "/tour/one/") == {"Tour": "../index.html"}


def test_only_entry_beside_the_home_page_stands_for_its_type(tours: Guide, space: SpaceFiles) -> None:
    space.put(entry("page", "b", title="Home", slug="home"))
    tours.build()
    assert navigation(tours, "/tour/one/") == {"About us": "../../page/about/index.html", "Tour": "../index.html"}
    assert not (tours.root / "site/page/index.html").exists()
    space.put(entry("page", "b", 2, title="Contact", slug="contact"))
    tours.build()
    assert navigation(tours, "/tour/one/") == {"Page": "../../page/index.html", "Tour": "../index.html"}
    assert links(shown(tours, "/page/")) == {"About us": "about/index.html", "Contact": "contact/index.html"}


def test_long_title_gives_way_to_the_name_of_the_type(tours: Guide, space: SpaceFiles) -> None:
    space.put(entry("page", "a", 2, title="What you should know before you come to see us", slug="about"))
    tours.build()
    assert navigation(tours, "/tour/one/")["Page"] == "../../page/about/index.html"
