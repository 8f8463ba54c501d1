"""Which content types are parts of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.core.model import read_content_type
from exporter.guide.schema.modules import module_types
from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
BLOCKS = ("headBlock", "contentBlock", "venueBlock", "sponsorBlock")


def block(identifier: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return content_type(
        identifier, field("sectionTitle", "Symbol"), *fields, field("content", "Text"), display="sectionTitle"
    )


def types_of(*definitions: dict[str, Any]) -> set[str]:
    types = map(read_content_type, definitions)
    return module_types({known.id: known for known in types})


@pytest.mark.parametrize("targets", [BLOCKS, ()])
def test_page_shows_its_blocks_in_order_even_if_one_has_an_anchor(
    guide: Guide, space: SpaceFiles, targets: tuple[str, ...]
) -> None:
    page = content_type(
        "page", field("pageTitle", "Symbol"), field("pageComponent", "Array", *targets, **ENTRIES), display="pageTitle"
    )
    head, content, venue, sponsor = BLOCKS
    space.put_model(
        page, block(head), block(content, field("slug", "Symbol")), block(venue), block(sponsor), locales=US
    )
    parts = [link("Entry", f"b{number}") for number in range(1, 5)]
    space.put(entry("page", "h", pageTitle="Home Page", pageComponent=parts))
    space.put(entry(head, "b1", sectionTitle="Welcome", content="Welcome text."))
    space.put(entry(content, "b2", sectionTitle="About", slug="about", content="About text."))
    space.put(entry(venue, "b3", sectionTitle="Venue", content="1 Quay Road"))
    space.put(entry(content, "b4", sectionTitle="Code of Conduct", slug="code", content="Be kind."))
    guide.build()
    main = shown(guide, "/")
    assert [text_of(heading) for heading in main.xpath(".//article//h2")] == [
        "Welcome",
        "About",
        "Venue",
        "Code of Conduct",
    ]
    for text in ("Welcome text.", "About text.", "1 Quay Road", "Be kind."):
        assert text in text_of(main)
    home = html.document_fromstring(guide.page("/").encode())
    assert home.xpath("//nav[@class='sections']/a") == []


SECTIONS = ("hero", "team", "words")
OTHERS = [content_type(name, field("title", "Symbol")) for name in ("hero", "words")]
TEAM = content_type("team", field("title", "Symbol"), field("slug", "Symbol"))


def page(*fields: dict[str, Any]) -> dict[str, Any]:
    return content_type("page", field("title", "Symbol"), field("slug", "Symbol"), *fields)


def test_slug_in_a_list_of_sections_is_an_anchor() -> None:
    sections = field("sections", "Array", *SECTIONS, **ENTRIES)
    assert types_of(page(sections), TEAM, *OTHERS) == {*SECTIONS}


def test_type_linked_from_other_fields_has_pages_even_if_it_is_in_a_list_of_sections() -> None:
    sections, team = field("sections", "Array", *SECTIONS, **ENTRIES), field("owner", "Link", "team", linkType="Entry")
    assert types_of(page(sections, team), TEAM, *OTHERS) == {"hero", "words"}


def test_list_of_entries_with_slugs_is_no_list_of_parts() -> None:
    related = field("related", "Array", *SECTIONS, **ENTRIES)
    assert types_of(page(related), TEAM, *OTHERS) == set()


def test_list_that_names_neither_types_nor_parts_makes_nothing_a_part() -> None:
    assert types_of(page(field("related", "Array", **ENTRIES)), TEAM, *OTHERS) == set()


def test_list_of_parts_without_types_uses_types_named_as_parts_but_no_page() -> None:
    sections = field("sections", "Array", **ENTRIES)
    assert types_of(page(sections), TEAM, *OTHERS) == {"hero"}


def test_list_of_parts_without_types_takes_tiles_and_what_is_named_below_its_own_type() -> None:
    landing = {**page(field("modules", "Array", **ENTRIES)), "name": "Landing > Page"}
    inside = {**content_type("words", field("title", "Symbol")), "name": "Landing > Words"}
    elsewhere = {**content_type("author", field("title", "Symbol")), "name": "Blog > Author"}
    addressed = {**content_type("story", field("title", "Symbol"), field("slug", "Symbol")), "name": "Landing > Story"}
    tiles = content_type("tileGrid", field("title", "Symbol")), content_type("teaser", field("title", "Symbol"))
    walks = content_type("walk", field("title", "Symbol"))
    assert types_of(landing, inside, elsewhere, addressed, *tiles, walks) == {"words", "tileGrid", "teaser"}
