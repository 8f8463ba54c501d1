"""Entries that wrap a picture, a word or a price for editors: their content is shown, never the wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import asset, content_type, entry, link, locale
from tests.render.entry.test_page_builder import SVG, links, shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
TILES = field("tiles", "Array", "banner", "tile", **ENTRIES)
LANDING = content_type("landing", field("title", "Symbol"), field("slug", "Symbol"), TILES)
TILE = content_type(
    "tile",
    field("title", "Symbol"),
    field("cta", "Link", linkType="Entry"),
    field("ctaUrl", "Symbol"),
    field("price", "Link", linkType="Entry"),
    field("image", "Link", linkType="Entry"),
)
BANNER = content_type("banner", field("title", "Symbol"), field("text", "Text"))
WRAPPER = content_type(
    "mediaWrapper", field("title", "Symbol"), field("altText", "Symbol"), field("asset", "Link", linkType="Asset")
)
RESOURCE = content_type("resource", field("key", "Symbol"), field("value", "Symbol"), display="key")
PRICE = content_type("price", field("title", "Symbol"), field("price", "Number"), field("monthlyPrice", "Number"))


@pytest.fixture
def shop(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with a page of a banner and a tile, whose picture, button and price are entries."""
    space.put_model(LANDING, TILE, BANNER, WRAPPER, RESOURCE, PRICE, locales=US)
    space.put(entry("landing", "l", title="Shop", slug="shop", tiles=[link("Entry", "bn"), link("Entry", "t")]))
    space.put(entry("banner", "bn", title="Welcome", text="Come in."))
    parts: dict[str, Any] = {name: link("Entry", key) for name, key in (("cta", "r"), ("price", "p"), ("image", "m"))}
    space.put(entry("tile", "t", title="Small one", ctaUrl="https://example.org/small", **parts))
    space.put(entry("mediaWrapper", "m", title="Shop small", altText="A small machine", asset=link("Asset", "a")))
    space.put(asset("a", "IMG_7.svg", len(SVG)), file=SVG)
    space.put(entry("resource", "r", key="Words.buyNow", value="Buy now"))
    space.put(entry("price", "p", title="Small price", price=49, monthlyPrice=5))
    guide.build()
    return guide


def test_tile_shows_the_picture_the_word_and_the_price_that_it_links_to(shop: Guide) -> None:
    page = shown(shop, "/landing/shop/")
    assert page.xpath(".//img/@alt") == ["A small machine"]
    assert links(page) == {"Buy now": "https://example.org/small"}
    assert [text_of(value) for value in page.xpath(".//dd")] == ["49", "5"]
    for internal in ("Shop small", "Words.buyNow", "Small price"):
        assert internal not in text_of(page)


def test_wrappers_are_not_in_the_navigation(shop: Guide) -> None:
    home = html.document_fromstring(shop.page("/").encode())
    assert [text_of(item) for item in home.xpath("//nav[@class='sections']/a")] == ["Shop"]


def test_changed_word_renders_the_page_that_shows_it(shop: Guide, space: SpaceFiles) -> None:
    space.put(entry("resource", "r", 2, key="Words.buyNow", value="Get it"))
    shop.build()
    assert links(shown(shop, "/landing/shop/")) == {"Get it": "https://example.org/small"}


def test_picture_in_a_wrapper_is_on_the_card_and_once_at_the_top(guide: Guide, space: SpaceFiles) -> None:
    image = content_type(
        "imageBlock", field("internalName", "Symbol"), field("image", "Link", linkType="Asset"), display="internalName"
    )
    hero = field("heroImage", "Link", "imageBlock", linkType="Entry")
    space.put_model(content_type("article", field("title", "Symbol"), field("slug", "Symbol"), hero), image, locales=US)
    space.put(entry("article", "a", title="Mills", slug="mills", heroImage=link("Entry", "i")))
    space.put(entry("imageBlock", "i", internalName="Mills > hero", image=link("Asset", "pic")))
    space.put(asset("pic", "IMG_8.svg", len(SVG)), file=SVG)
    guide.build()
    assert len(shown(guide, "/article/mills/").xpath(".//div[@class='picture']//img")) == 1
    assert len(shown(guide, "/article/mills/").xpath(".//img")) == 1
    assert len(shown(guide, "/").xpath(".//a[@class='card']/img")) == 1
    assert "hero" not in text_of(shown(guide, "/article/mills/"))


@pytest.mark.parametrize("name", ["photo", "image"])
def test_picture_with_a_caption_is_an_entry_for_readers(guide: Guide, space: SpaceFiles, name: str) -> None:
    fields = field("title", "Symbol"), field("picture", "Link", linkType="Asset"), field("imageCaption", "Text")
    images = field("images", "Array", name, **ENTRIES)
    album = content_type("album", field("title", "Symbol"), field("slug", "Symbol"), images)
    space.put_model(album, content_type(name, *fields), locales=US)
    space.put(entry("album", "a", title="Summer", slug="summer", images=[link("Entry", "p")]))
    caption = "Seen from the mole."
    space.put(entry(name, "p", title="The old harbour", picture=link("Asset", "pic"), imageCaption=caption))
    space.put(asset("pic", "IMG_9.svg", len(SVG)), file=SVG)
    guide.build()
    assert "The old harbour" in text_of(shown(guide, "/album/summer/"))
    assert caption in text_of(shown(guide, f"/{name}/the-old-harbour/"))


def test_modules_of_text_are_shown_on_a_page_without_a_picture(guide: Guide, space: SpaceFiles) -> None:
    copy = content_type("lessonCopy", field("title", "Symbol"), field("copy", "Text"))
    label = content_type("label", field("name", "Symbol"), field("text", "Symbol"), display="name")
    modules = field("modules", "Array", "lessonCopy", "label", **ENTRIES)
    space.put_model(
        content_type("lesson", field("title", "Symbol"), field("slug", "Symbol"), modules), copy, label, locales=US
    )
    space.put(entry("lesson", "l", title="Knots", slug="knots", modules=[link("Entry", key) for key in ("c", "w")]))
    space.put(entry("lessonCopy", "c", title="Knots > first", copy="Take a *rope*."))
    space.put(entry("label", "w", name="hint.rope", text="Any rope will do"))
    guide.build()
    page = shown(guide, "/lesson/knots/")
    assert "Take a rope." in text_of(page)
    assert [text_of(strong) for strong in page.iter("em")] == ["rope"]
    assert "Any rope will do" in text_of(page)
    assert "hint.rope" not in text_of(page)
