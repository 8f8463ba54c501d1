"""Parts of pages: what a template lays out, figures, prices, quotations, and where links to them lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.model import read_content_type
from exporter.guide.schema.field_roles import roles_of
from exporter.guide.schema.part_words import is_link_name
from exporter.render.view.languages import write_price
from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field, node, text

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
KINDS = {"height": "Integer", "columns": "Integer", "gap": "Symbol", "size": "Symbol"}


def hidden(name: str, **kinds: str) -> set[str]:
    fields = [field("title", "Symbol"), *(field(one, kind) for one, kind in kinds.items())]
    return set(roles_of(read_content_type(content_type(name, *fields))).hidden)


@pytest.mark.parametrize("name", ["heroBlock", "cardGrid", "spacer", "Divider", "imageSlider"])
def test_sizes_of_parts_are_for_templates(name: str) -> None:
    assert hidden(name, **KINDS) == {*KINDS}


@pytest.mark.parametrize("name", ["mountain", "painting", "tree", "shoe"])
def test_sizes_of_things_are_for_readers(name: str) -> None:
    assert hidden(name, **KINDS) == {"columns"}  # which is a place in a grid whatever the type


def test_video_of_a_block_keeps_its_duration() -> None:
    assert hidden("videoBlock", duration="Integer", height="Integer") == {"height"}


def test_inputs_of_forms_keep_their_label_alone() -> None:
    kinds = {"fieldType": "Symbol", "required": "Boolean", "maxLength": "Integer", "helpText": "Text"}
    assert hidden("formField", **kinds) == {"fieldType", "required", "maxLength"}
    assert hidden("member", required="Boolean", type="Symbol") == set()


def part_of_page(guide: Guide, space: SpaceFiles, part: dict[str, Any], **fields: Any) -> Any:
    """Build a page with a part of a type, and return what it shows of that."""
    parts = field("sections", "Array", part["sys"]["id"], "textBlock", **ENTRIES)
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), parts)
    space.put_model(page, part, content_type("textBlock", field("body", "Text")), locales=US)
    space.put(entry("page", "p", title="Page", slug="p", sections=[link("Entry", "x")]))
    space.put(entry(part["sys"]["id"], "x", **fields))
    guide.build()
    return shown(guide, "/page/p/").find(".//article")


def stat(*kinds: str) -> dict[str, Any]:
    return content_type("stat", *(field(name, kind) for name, kind in map(str.split, kinds)), display="label")


@pytest.mark.parametrize(
    ("kinds", "values", "line"),
    [
        (("value Integer", "label Symbol"), {"value": 48, "label": "boats"}, "48 boats"),
        (("value Symbol", "label Symbol"), {"value": "98%", "label": "happy guests"}, "98% happy guests"),
        (
            ("prefix Symbol", "value Integer", "suffix Symbol", "label Symbol"),
            {"prefix": "+", "value": 12345, "suffix": "%", "label": "visitors"},
            "+12,345% visitors",
        ),
        (
            ("label Symbol", "number Integer", "unit Symbol"),
            {"label": "sail", "number": 90, "unit": "m²"},
            "90 m² sail",
        ),
    ],
)
def test_figure_is_one_line(
    guide: Guide, space: SpaceFiles, kinds: tuple[str, ...], values: dict[str, Any], line: str
) -> None:
    part = part_of_page(guide, space, stat(*kinds), **values)
    assert [text_of(found) for found in part.iter("p")] == [line]
    assert list(part.iter("dl")) == []


def test_room_with_a_number_is_no_figure(guide: Guide, space: SpaceFiles) -> None:
    room = content_type("room", field("name", "Symbol"), field("floor", "Integer"), display="name")
    part = part_of_page(guide, space, room, name="Great hall", floor=2)
    assert "2 Great hall" not in text_of(part)


def test_product_has_its_price_with_the_currency(guide: Guide, space: SpaceFiles) -> None:
    kinds = {"price": "Number", "oldPrice": "Number", "priceInCents": "Integer", "currency": "Symbol"}
    fields = (field(name, kind) for name, kind in kinds.items())
    space.put_model(content_type("product", field("title", "Symbol"), *fields), locales=US)
    space.put(entry("product", "a", title="Cup", price=12.5, oldPrice=15, priceInCents=1250, currency="EUR"))
    space.put(entry("product", "b", title="Pot", currency="EUR"))
    guide.build()
    rows = shown(guide, "/product/cup/").xpath(".//dl/div")
    facts = {text_of(row.find("dt")): text_of(row.find("dd")) for row in rows}
    assert facts.pop("Price") == "€12.50"
    assert sorted(facts.values()) == ["1250", "€15.00"]


@pytest.mark.parametrize(
    ("amount", "currency", "code", "written"),
    [
        (12.5, "EUR", "en-US", "€12.50"),
        (12.5, "eur", "de-DE", "12,50\xa0€"),
        (1200, "JPY", "ja", "￥1,200"),
        (9, "shells", "en", "9 shells"),
        (9, "", "en", "9"),
        (1e300, "EUR", "en", "1e+300 EUR"),
    ],
)
def test_price_is_written_as_its_language_does(amount: float, currency: str, code: str, written: str) -> None:
    assert write_price(amount, currency, code) == written


@pytest.mark.parametrize("name", ["cta", "page", "targetPage", "button2", "primaryCta", "link", "internalLink", "url"])
def test_designers_words_for_links_mean_nothing_to_readers(name: str) -> None:
    assert is_link_name(name)


@pytest.mark.parametrize("name", ["venue", "relatedPage", "more", "homePage", "author", "linkToMuseum"])
def test_names_that_say_what_a_link_is_for_are_labels(name: str) -> None:
    assert not is_link_name(name)


def test_part_that_only_leads_to_a_page_is_a_card(guide: Guide, space: SpaceFiles) -> None:
    pick = content_type(
        "pickBlock",
        field("internalName", "Symbol"),
        field("story", "Link", "story", linkType="Entry"),
        display="internalName",
    )
    story = content_type("story", field("title", "Symbol"), field("slug", "Symbol"), field("summary", "Symbol"))
    parts = field("sections", "Array", "pickBlock", "textBlock", **ENTRIES)
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), parts)
    space.put_model(page, pick, story, content_type("textBlock", field("body", "Text")), locales=US)
    space.put(entry("page", "p", title="Page", slug="p", sections=[link("Entry", "x")]))
    space.put(entry("pickBlock", "x", internalName="Home pick", story=link("Entry", "s")))
    space.put(entry("story", "s", title="The keel", slug="keel", summary="How it was laid."))
    guide.build()
    (card,) = shown(guide, "/page/p/").xpath(".//article//a[@class='card']")
    assert text_of(card) == "The keel How it was laid."
    assert card.get("href") == "../../story/keel/index.html"


@pytest.mark.parametrize(
    ("title", "headline", "heading"),
    [
        ("Tile: the small one", "Small and fast", "Small and fast"),
        ("Tile: the small one", "", "Tile: the small one"),
        ("Tiles of Delft", "Blue and white", "Tiles of Delft"),
    ],
)
def test_title_that_begins_with_its_type_gives_way_to_the_headline(
    guide: Guide, space: SpaceFiles, title: str, headline: str, heading: str
) -> None:
    tile = content_type("tile", field("title", "Symbol"), field("headline", "Symbol"), field("text", "Text"))
    part = part_of_page(guide, space, tile, title=title, headline=headline, text="Words.")
    assert [text_of(found) for found in part.iter("h2", "h3")] == [heading]


@pytest.fixture
def ship(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of a page with a block inside of another one, and an article that links to the inner block."""
    columns = field("columns", "Array", "textBlock", "columnsBlock", **ENTRIES)
    sections = field("sections", "Array", "textBlock", "columnsBlock", **ENTRIES)
    space.put_model(
        content_type("page", field("title", "Symbol"), field("slug", "Symbol"), sections),
        content_type("article", field("title", "Symbol"), field("slug", "Symbol"), field("body", "RichText")),
        content_type("columnsBlock", field("internalName", "Symbol"), columns, display="internalName"),
        content_type("textBlock", field("heading", "Symbol"), field("body", "Text"), display="heading"),
        locales=US,
    )
    space.put(entry("page", "p", title="The ship", slug="ship", sections=[link("Entry", "c")]))
    space.put(entry("columnsBlock", "c", internalName="Columns", columns=[link("Entry", "t")]))
    space.put(entry("textBlock", "t", heading="The keel", body="Oak."))
    hyperlink = node("entry-hyperlink", text("the keel"), target=link("Entry", "t"))
    space.put(entry("article", "a", title="Wood", slug="wood", body=node("document", node("paragraph", hyperlink))))
    guide.build()
    return guide


def test_link_to_a_part_leads_to_the_page_that_shows_it(ship: Guide) -> None:
    assert links(shown(ship, "/article/wood/")) == {"the keel": "../../page/ship/index.html"}


def test_link_to_a_part_follows_it_from_page_to_page(ship: Guide, space: SpaceFiles) -> None:
    space.put(entry("page", "p", 2, title="The ship", slug="boat", sections=[link("Entry", "c")]))
    ship.build()
    assert links(shown(ship, "/article/wood/")) == {"the keel": "../../page/boat/index.html"}
    space.put(entry("page", "p", 3, title="The ship", slug="boat", sections=[]))
    space.put(entry("page", "q", title="Other", slug="other", sections=[link("Entry", "t")]))
    ship.build()
    assert links(shown(ship, "/article/wood/")) == {"the keel": "../../page/other/index.html"}
    space.put(entry("page", "q", 2, title="Other", slug="other", sections=[]))
    ship.build()
    assert links(shown(ship, "/article/wood/")) == {"the keel": "../../textBlock/the-keel/index.html"}
    before = ship.page("/article/wood/")
    ship.build("--clean")
    assert ship.page("/article/wood/") == before


def test_sitemap_names_no_part(ship: Guide) -> None:
    (ship.root / "site.yaml").write_text(
        (ship.root / "site.yaml").read_text("utf-8") + "base_url: https://example.org/\n", "utf-8"
    )
    ship.build()
    sitemap = (ship.root / "site" / "sitemap.xml").read_text("utf-8")
    assert "/page/ship/" in sitemap or "/article/wood/" in sitemap
    assert "Block" not in sitemap


@pytest.mark.parametrize("name", ["tiles", "teasers", "bausteine"])
def test_list_of_parts_named_for_designers_has_no_heading(guide: Guide, space: SpaceFiles, name: str) -> None:
    kinds = [content_type(kind, field("title", "Symbol"), field("body", "Text")) for kind in ("heroBlock", "textBlock")]
    parts = field(name, "Array", "heroBlock", "textBlock", **ENTRIES)
    intro = field("intro", "RichText")
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), intro, parts)
    space.put_model(page, *kinds, locales=US)
    held: dict[str, Any] = {name: [link("Entry", "a"), link("Entry", "b")]}
    opening = node("document", node("paragraph", text("Come in. " * 80)))
    space.put(entry("page", "p", title="Page", slug="p", intro={"en-US": opening}, **held))
    space.put(entry("heroBlock", "a", title="Boats", body="Of wood."))
    space.put(entry("textBlock", "b", title="Sails", body="Of cloth."))
    guide.build()
    headings = [text_of(found) for found in shown(guide, "/page/p/").iter("h2", "h3")]
    assert [found for found in headings if found != "Intro"] == ["Boats", "Sails"]


@pytest.mark.parametrize("name", ["companyDescription", "description", "a7f3"])
def test_description_of_a_thing_needs_no_heading_whatever_its_id(guide: Guide, space: SpaceFiles, name: str) -> None:
    described = {**field(name, "Text"), "name": "Description"}
    space.put_model(content_type("brand", field("title", "Symbol"), described), locales=US)
    written: dict[str, Any] = {name: "They make clocks. " * 40}
    space.put(entry("brand", "b", title="Bell", **written))
    space.put(entry("brand", "c", title="Dial"))
    guide.build()
    main = shown(guide, "/brand/bell/")
    assert "They make clocks." in text_of(main)
    assert list(main.iter("h2")) == []
