"""The content model of a museum's space: 40 types, most of which readers never meet as such.

Editors see blocks by internal names, wrap pictures, keep words under keys, and hold menus, forms and settings beside
the pages.
"""

from __future__ import annotations

from typing import Any

from tests.conftest import content_type, locale
from tests.support.everything import ASSETS, ENTRIES, field

LOCALES = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")]
BLOCKS = (
    *("heroBlock", "textBlock", "imageBlock", "galleryBlock", "quoteBlock", "ctaBlock", "faqBlock", "statsBlock"),
    *("teaserGrid", "accordion", "videoBlock", "formBlock", "newsletterBlock", "spacerBlock", "carousel", "columns"),
)

Field = dict[str, Any]


def words(identifier: str, kind: str = "Symbol") -> Field:
    """Make a field of words in every language."""
    return field(identifier, kind, localized=True)


def plain(*identifiers: str, kind: str = "Symbol") -> list[Field]:
    """Make fields that are the same in every language."""
    return [field(identifier, kind) for identifier in identifiers]


def one(identifier: str, *targets: str) -> Field:
    """Make a link to an entry of one of some types."""
    return field(identifier, "Link", *targets, linkType="Entry")


def many(identifier: str, *targets: str) -> Field:
    """Make a list of links to entries of some types."""
    return field(identifier, "Array", *targets, **ENTRIES)


def file(identifier: str) -> Field:
    """Make a link to an asset."""
    return field(identifier, "Link", linkType="Asset")


def page_type(identifier: str, *fields: Field) -> dict[str, Any]:
    """Make a content type whose entries are pages: with title, slug and what search engines get."""
    return content_type(identifier, words("title"), *plain("slug"), *fields, one("seo", "seo"))


def block_type(identifier: str, *fields: Field) -> dict[str, Any]:
    """Make a content type that editors see by an internal name, with looks for the template."""
    looks = plain("backgroundColor", "cssClass")
    return content_type(identifier, *plain("internalName"), *fields, *looks, display="internalName")


PAGES = [
    page_type("page", many("sections", *BLOCKS), *plain("hideInMenu", kind="Boolean")),
    page_type(
        "article",
        words("teaser"),
        one("image", "imageWrapper"),
        one("author", "person"),
        one("category", "category"),
        many("tags", "tag"),
        *plain("publishDate", kind="Date"),
        words("body", "RichText"),
    ),
    page_type(
        "event",
        words("summary", "Text"),
        *plain("startDate", "endDate", kind="Date"),
        one("venue", "venue"),
        one("price", "price"),
        words("description", "Text"),
    ),
    page_type(
        "exhibit", words("description", "Text"), file("photo"), *plain("year", kind="Integer"), one("room", "room")
    ),
    content_type("person", *plain("name"), words("role"), file("portrait"), words("bio", "Text"), display="name"),
    content_type("category", words("title"), *plain("slug")),
    content_type("tag", words("name"), *plain("slug"), display="name"),
    content_type("venue", words("name"), words("address", "Text"), field("location", "Location"), display="name"),
    content_type("room", words("name"), *plain("floor", kind="Integer"), display="name"),
]
PARTS = [
    block_type(
        "heroBlock", words("headline"), words("subline", "Text"), one("image", "imageWrapper"), one("cta", "link")
    ),
    block_type("textBlock", words("heading"), words("body", "Text")),
    block_type("imageBlock", one("image", "imageWrapper"), words("caption")),
    block_type("galleryBlock", words("heading"), field("pictures", "Array", **ASSETS)),
    block_type("quoteBlock", words("quote", "Text"), one("person", "person")),
    block_type("ctaBlock", words("heading"), words("text", "Text"), words("buttonText"), *plain("buttonUrl")),
    block_type("faqBlock", words("heading"), many("items", "faqItem")),
    block_type("faqItem", words("question"), words("answer", "Text")),
    block_type("statsBlock", words("heading"), many("stats", "stat")),
    block_type("stat", *plain("value", kind="Integer"), words("label")),
    block_type("teaserGrid", words("heading"), many("teasers", "teaser")),
    block_type("teaser", words("headline"), words("text", "Text"), one("page", "page", "article", "event", "exhibit")),
    block_type("accordion", words("heading"), many("panels", "accordionItem")),
    block_type("accordionItem", words("title"), words("content", "RichText")),
    block_type("videoBlock", words("heading"), *plain("videoUrl")),
    block_type("formBlock", words("heading"), many("fields", "formField"), one("submitLabel", "microcopy")),
    block_type(
        "formField", words("label"), words("placeholder"), *plain("fieldType"), *plain("required", kind="Boolean")
    ),
    block_type("newsletterBlock", words("heading"), words("text", "Text"), one("consent", "microcopy")),
    block_type("spacerBlock", *plain("height", kind="Integer")),
    block_type("carousel", many("slides", "carouselSlide")),
    block_type("carouselSlide", words("headline"), one("image", "imageWrapper")),
    block_type("columns", many("columns", "textBlock", "imageBlock")),
]
WRAPPERS = [
    content_type("imageWrapper", *plain("title"), words("altText"), file("asset")),
    content_type("microcopy", *plain("key"), words("value"), display="key"),
    content_type("price", *plain("title"), *plain("amount", kind="Number"), *plain("currency")),
    content_type("link", words("label"), *plain("url"), one("page", "page", "article", "event"), display="label"),
]
FRAME = [
    content_type("navigation", *plain("internalName"), many("items", "navigationItem"), display="internalName"),
    content_type("navigationItem", words("label"), one("page", "page"), *plain("icon"), display="label"),
    content_type("footer", *plain("internalName"), words("copyright"), many("links", "link"), display="internalName"),
    content_type("siteSettings", *plain("internalName", "trackingId"), file("logo"), display="internalName"),
    content_type("seo", *plain("title"), words("metaTitle"), words("metaDescription"), file("ogImage")),
]
TYPES = [*PAGES, *PARTS, *WRAPPERS, *FRAME]
