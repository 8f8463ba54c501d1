"""Fields with an entry's own URL, whatever their names: they are the slug and not shown to readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.core.own_address import address_named, own_address
from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

BOTTLE = content_type("bottle", field("title", "Symbol"), field("url", "Symbol"), field("description", "Text"))
PAGE = content_type("page", field("name", "Symbol"), field("path", "Symbol"), field("body", "Text"), display="name")
US = [locale("en-US", default=True)]


def test_url_or_path_without_scheme_is_the_slug(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(BOTTLE, PAGE, locales=US)
    space.put(entry("bottle", "b1", title="북쪽 10년", url="north-10", description="피트."))
    space.put(entry("page", "p1", name="About us", path="/about", body="We."))
    space.put(entry("page", "p2", name="Team", path="/about/team", body="[Us](/about)"))
    guide.build()
    bottle = text_of(shown(guide, "/bottle/north-10/"))
    assert "피트." in bottle
    assert "north-10" not in bottle
    assert "/about" not in text_of(shown(guide, "/page/about/"))
    assert links(shown(guide, "/page/about/team/"))["Us"] == "../index.html"


def test_url_on_another_site_is_a_fact_and_no_slug(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(BOTTLE, locales=US)
    space.put(entry("bottle", "b1", title="North", url="https://north.example/10", description="Peat."))
    space.put(entry("bottle", "b2", title="South", url="www.south.example", description="Fruit."))
    guide.build()
    assert links(shown(guide, "/bottle/north/"))["north.example/10"] == "https://north.example/10"
    assert links(shown(guide, "/bottle/south/"))["www.south.example"] == "https://www.south.example"


def test_part_of_a_page_shows_where_its_url_leads(guide: Guide, space: SpaceFiles) -> None:
    parts = field("parts", "Array", "promotion", "quote", **ENTRIES)
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), parts)
    promotion = content_type("promotion", field("title", "Symbol"), field("text", "Text"), field("url", "Symbol"))
    space.put_model(page, promotion, content_type("quote", field("title", "Symbol")), locales=US)
    space.put(entry("page", "home", title="Start", slug="first", parts=[link("Entry", "p")]))
    space.put(entry("page", "shop", title="Shop", slug="shop"))
    space.put(entry("promotion", "p", title="Sale", text="All of it.", url="/shop"))
    guide.build()
    assert links(shown(guide, "/page/first/"))["/shop"] == "../shop/index.html"


@pytest.mark.parametrize(
    ("type_id", "fields", "expected"),
    [
        ("product", ["title", "productSlug", "url"], "productSlug"),
        ("product", ["title", "handle", "body"], "handle"),
        ("page", ["title", "pageUrl", "body"], "pageUrl"),
        ("page", ["title", "websiteUrl", "body"], ""),
        ("button", ["title", "url", "body"], ""),
        ("article", ["title", "permalink", "path", "body"], "permalink"),
    ],
)
def test_field_of_the_own_url_is_known_by_its_name(type_id: str, fields: list[str], expected: str) -> None:
    kinds = [(name, "Text" if name == "body" else "Symbol") for name in fields]
    assert address_named(type_id, type_id, kinds) == expected


@pytest.mark.parametrize("value", ["https://x.example", "mailto:a@b.example", "#top", "x.example/a", None, 7, "//x.y"])
def test_link_to_another_site_is_not_the_own_url(value: object) -> None:
    assert own_address("url", value) == ""
    assert own_address("slug", "https://x.example") == "https://x.example"


@pytest.mark.parametrize("value", ["north-10", "/about/team", "about.html", "v1.2", "/", "안내"])
def test_link_within_the_site_is_the_own_url(value: str) -> None:
    assert own_address("path", value) == value
