"""What is above a list and below an entry: groups of several entries, and referrers that are not already shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, embedded, field, node

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
NAME = field("name", "Symbol")


def single(name: str, *targets: str) -> dict[str, Any]:
    return field(name, "Link", *targets, linkType="Entry")


def chips(page: Any) -> list[str]:
    return [text_of(chip) for chip in page.xpath(".//ul[@class='chips']/li")]


def test_only_groups_of_several_entries_are_above_a_list(guide: Guide, space: SpaceFiles) -> None:
    show = content_type("show", NAME, field("date", "Date"), single("song"), single("theatre"), display="name")
    others = [content_type(name, NAME, display="name") for name in ("song", "theatre")]
    space.put_model(show, *others, locales=US)
    for number in range(16):
        if number < 12:
            space.put(entry("song", f"g{number}", name=f"Song {number}"))
        if number < 2:
            space.put(entry("theatre", f"t{number}", name=f"House {number}"))
        leads: dict[str, Any] = {"song": link("Entry", f"g{number % 12}"), "theatre": link("Entry", f"t{number % 2}")}
        space.put(entry("show", f"w{number}", name=f"Play {number}", date=f"2024-05-{number + 1:02}", **leads))
    guide.build()
    page = shown(guide, "/show/")
    assert chips(page) == ["House 0 8", "House 1 8"]
    assert [text_of(card) for card in page.xpath(".//a[@class='card']")][:2] == [
        "Play 15 May 16, 2024",
        "Play 14 May 15, 2024",
    ]


def test_at_most_three_groups_are_above_a_list(guide: Guide, space: SpaceFiles) -> None:
    names = ("city", "genre", "stage", "season")
    types = [content_type(name, NAME, display="name") for name in names]
    space.put_model(content_type("show", NAME, *map(single, names), display="name"), *types, locales=US)
    for name in names:
        space.put(entry(name, name, name=f"The {name}"))
    leads: dict[str, Any] = {name: link("Entry", name) for name in names}
    space.put(entry("show", "w", name="Play"))
    for number in range(2):
        space.put(entry("show", f"w{number}", name=f"Play {number}", **leads))
    guide.build()
    assert chips(shown(guide, "/show/")) == ["The city 2", "The genre 2", "The stage 2"]


@pytest.mark.parametrize(("apart", "shown_chips"), [(0, []), (1, ["The city 3"])])
def test_chip_that_gathers_the_whole_list_is_none(
    guide: Guide, space: SpaceFiles, apart: int, shown_chips: list[str]
) -> None:
    city = content_type("city", NAME, display="name")
    space.put_model(content_type("show", NAME, single("city"), display="name"), city, locales=US)
    space.put(entry("city", "city", name="The city"))
    for number in range(3):
        space.put(entry("show", f"w{number}", name=f"Play {number}", city=link("Entry", "city")))
    for number in range(apart):
        space.put(entry("show", f"x{number}", name=f"Tour {number}"))
    guide.build()
    page = shown(guide, "/show/")
    assert chips(page) == shown_chips
    assert (page.xpath(".//section[@class='by']") != []) == (shown_chips != [])
    before = guide.files("site")
    space.put(entry("show", "late", name="Late play"))
    guide.build()
    assert chips(shown(guide, "/show/")) == ["The city 3"]
    space.remove("entries/show/late.json")
    guide.build()
    assert guide.files("site") == before


def test_entries_shown_by_a_pages_fields_are_not_repeated_below(guide: Guide, space: SpaceFiles) -> None:
    author = content_type("author", NAME, field("books", "Array", "book", **ENTRIES), display="name")
    book = content_type("book", field("title", "Symbol"), single("writer"), field("text", "RichText"))
    space.put_model(author, book, locales=US)
    space.put(entry("author", "a", name="Anna", books=[link("Entry", "b1")]))
    for key in ("b1", "b2", "b3"):
        space.put(entry("book", key, title=key, writer=link("Entry", "a")))
    text = {"en-US": node("document", embedded("b1"))}
    space.put(entry("book", "b2", 2, title="b2", writer=link("Entry", "a"), text=text))
    space.put(entry("book", "b1", 2, title="b1", text={"en-US": node("document", embedded("b2"))}))
    guide.build()
    assert [text_of(heading) for heading in shown(guide, "/author/anna/").iter("h2")] == ["Books", "Book 2"]
    assert list(links(shown(guide, "/book/b1/"))) == ["b2", "Anna"]
    space.put(entry("author", "a", 2, name="Anna", books=[]))
    guide.build()
    assert [text_of(heading) for heading in shown(guide, "/author/anna/").iter("h2")] == ["Book 2"]


def test_no_card_links_to_its_own_page(guide: Guide, space: SpaceFiles) -> None:
    fields = field("title", "Symbol"), field("slug", "Symbol"), field("related", "Array", "page", **ENTRIES)
    space.put_model(content_type("page", *fields, field("body", "RichText")), locales=US)
    body = {"en-US": node("document", embedded("a"))}
    space.put(entry("page", "a", title="A", slug="a", related=[link("Entry", "a"), link("Entry", "b")], body=body))
    space.put(entry("page", "b", title="B", slug="b", related=[link("Entry", "b")]))
    guide.build()
    assert shown(guide, "/page/a/").xpath(".//a[@class='card']/@href") == ["../b/index.html"]
    assert [text_of(heading) for heading in shown(guide, "/page/b/").iter("h2")] == ["Page 1"]


def test_menus_link_to_pages_and_are_not_shown_as_their_referrers(guide: Guide, space: SpaceFiles) -> None:
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"))
    menu = content_type("menu", NAME, field("links", "Array", **ENTRIES), single("more"), display="name")
    footer = content_type("footerSection", NAME, single("menu"), display="name")
    space.put_model(page, menu, footer, locales=US)
    space.put(entry("page", "p", title="About", slug="about"))
    space.put(entry("menu", "m", name="Main", links=[link("Entry", "p")]))
    space.put(entry("footerSection", "f", name="Below", menu=link("Entry", "m")))
    guide.build()
    assert text_of(shown(guide, "/page/about/")) == "About"
    for url in ("/menu/", "/footerSection/"):
        assert not (guide.root / f"site{url}index.html").exists()
    assert links(shown(guide, "/menu/main/")) == {"About": "../../page/about/index.html"}


def test_heading_of_a_part_does_not_repeat_the_title_of_its_page(guide: Guide, space: SpaceFiles) -> None:
    parts = field("parts", "Array", "hero", "block", **ENTRIES)
    kinds = [content_type(name, field("title", "Symbol"), field("text", "Text")) for name in ("hero", "block")]
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), parts)
    space.put_model(page, *kinds, locales=US)
    titles = ("Tours", "Tours - Hero", "Tours: what we do", "Block 2 (Tours)", "Toursome", "Our team | Tours")
    for number, title in enumerate(titles):
        space.put(entry("hero" if number < 2 else "block", f"b{number}", title=title, text=f"Text {number}."))
    space.put(
        entry(
            "page",
            "p",
            title="Tours",
            slug="tours",
            parts=[link("Entry", f"b{number}") for number in range(len(titles))],
        )
    )
    guide.build()
    found = shown(guide, "/page/tours/")
    assert [text_of(heading) for heading in found.iter("h2", "h3")] == ["What we do", "Toursome", "Our team"]
    assert "Hero" not in text_of(found)
