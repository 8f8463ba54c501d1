"""The order of content types: first the one with the most pages that has content of its own; helpers come last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import html

from exporter.guide.index.guide_index import GuideIndex
from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

TITLE, SLUG = field("title", "Symbol"), field("slug", "Symbol")
US = [locale("en-US", default=True)]
AUTHOR = content_type(
    "author", field("name", "Symbol"), field("bio", "Text"), field("portrait", "Link", linkType="Asset"), display="name"
)
BOOK = content_type(
    "book",
    TITLE,
    SLUG,
    field("text", "Text"),
    field("author", "Link", linkType="Entry"),
    field("shelf", "Link", linkType="Entry"),
)
EVENT = content_type("event", TITLE, SLUG, field("about", "RichText"))
SHELF = content_type("shelf", TITLE, SLUG)
ARCHIVE = content_type("archive", TITLE, SLUG, field("year", "Integer"))


def navigation(guide: Guide, url: str = "/") -> list[str]:
    page = html.document_fromstring(guide.page(url).encode())
    return [text_of(item) for item in page.xpath("//nav[@class='sections']/a")]


def put_many(space: SpaceFiles, type_id: str, number: int) -> None:
    for place in range(number):
        space.put(entry(type_id, f"{type_id}{place}", title=f"{type_id} {place}", slug=f"{type_id}{place}"))


@pytest.fixture
def library(space: SpaceFiles) -> SpaceFiles:
    """A space of events and fewer books, with their authors and shelves."""
    space.put_model(ARCHIVE, AUTHOR, BOOK, EVENT, SHELF, locales=US)
    put_many(space, "book", 2)
    put_many(space, "event", 3)
    put_many(space, "shelf", 5)
    put_many(space, "archive", 4)
    for number in range(4):
        space.put(entry("author", f"author{number}", name=f"Author {number}", bio="Writes."))
    space.put(entry("book", "book0", 2, title="Book", slug="book0", author=link("Entry", "author0")))
    return space


@pytest.mark.usefixtures("library")
def test_type_with_the_most_pages_of_its_own_comes_first_and_helpers_last(guide: Guide) -> None:
    guide.build()
    assert navigation(guide) == ["Event", "Book", "Archive", "Shelf", "Author"]
    home = html.document_fromstring(guide.page("/").encode())
    assert [text_of(heading.find("a")) for heading in home.xpath("//main/section/h2")] == navigation(guide)
    assert navigation(guide, "/event/event1/") == navigation(guide)


def test_another_type_comes_first_when_it_has_more_pages_as_in_a_build_from_scratch(
    guide: Guide, library: SpaceFiles
) -> None:
    guide.build()
    before = guide.files("site")
    put_many(library, "book", 4)
    guide.build()
    assert navigation(guide, "/event/event1/") == ["Book", "Event", "Archive", "Shelf", "Author"]
    incremental = guide.files("site")
    guide.run("render", "--clean")
    assert guide.files("site") == incremental
    for number in (2, 3):
        library.remove(f"entries/book/book{number}.json")
    library.put(entry("book", "book0", 2, title="Book", slug="book0", author=link("Entry", "author0")))
    guide.build()
    assert guide.files("site") == before


def test_entry_that_changes_no_order_leaves_the_pages_that_do_not_show_it(guide: Guide, library: SpaceFiles) -> None:
    guide.build()
    library.put(entry("event", "event9", title="Event 9", slug="event9"))
    assert guide.build()["render"]["rendered"] == 3  # its own page, the list, the home page


def test_people_that_nothing_links_to_come_first(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(AUTHOR, SHELF, locales=US)
    for name in ("Ann", "Bea"):
        space.put(entry("author", name.lower(), name=name, bio="Writes."))
    put_many(space, "shelf", 3)
    guide.build()
    assert navigation(guide) == ["Author", "Shelf"]


def test_page_made_of_parts_has_content_of_its_own(guide: Guide, space: SpaceFiles) -> None:
    block = content_type("textBlock", field("body", "Text"), field("internalName", "Symbol"), display="internalName")
    quote = content_type("quoteBlock", field("quote", "Text"), field("internalName", "Symbol"), display="internalName")
    sections = field("sections", "Array", "textBlock", "quoteBlock", **ENTRIES)
    related = field("related", "Array", "landing", **ENTRIES)
    landing = content_type("landing", TITLE, SLUG, sections)
    space.put_model(
        content_type("article", TITLE, SLUG, field("body", "Text"), related), landing, block, quote, locales=US
    )
    put_many(space, "article", 2)
    put_many(space, "landing", 3)
    guide.build()
    assert navigation(guide) == ["Landing", "Article"]


def test_longest_list_is_found_without_counting_it_to_its_end() -> None:
    index = GuideIndex(None)
    with index.transaction(alone=True):
        rows = [
            (name, "en", f"{name}{number}".encode(), "", number)
            for name, size in SIZES.items()
            for number in range(size)
        ]
        index.labels.insert(rows)
    assert index.labels.longest(["a", "b", "c"], "en") == "b"
    assert index.labels.longest(["c", "d"], "en") == "c"
    assert index.labels.longest(["d", "c"], "en") == "d"
    assert index.labels.longest(["e"], "en") == "e"
    assert index.labels.longest([], "en") == ""
    index.close()


SIZES = {"a": 300, "b": 5000, "c": 20, "d": 20, "e": 1}
