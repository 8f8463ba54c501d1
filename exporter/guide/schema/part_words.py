"""Parts of pages by the names of their fields: sizes for templates, inputs of forms, quotations, prices and links."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import LONG, NUMBERS, SHORT, leads_to_entries, words_of
from exporter.guide.schema.modules import PART_WORDS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

_SPACERS = {"spacer", "spacing", "divider", "separator", "gap", "whitespace"}
_LAID_OUT = {*PART_WORDS, "grid", "columns", "slider", "slideshow", "gallery", "teaser", "container", "stage", "map"}
"""Words in the names of types whose entries a template lays out in a size, or in columns."""
_SIZES = {
    *("height", "width", "size", "columns", "cols", "gap", "limit", "speed", "delay", "interval", "zoom", "opacity"),
}
_OF_SIZES = {
    *("min", "max", "desktop", "tablet", "mobile", "image", "picture", "items", "item", "per", "row", "slide"),
    *("slides", "number", "of", "autoplay", "transition", "animation", "px"),
}
_INPUTS = {"form", "forms", "input", "inputs", "checkbox", "textarea", "newsletter", "signup", "subscribe"}
_OF_INPUTS = {
    *("type", "kind", "pattern", "regex", "mask", "required", "validation", "method", "autocomplete", "default"),
    *("length", "rows", "min", "max"),
}
_SAID_BY_FORMS = {"label", "placeholder", "message", "error", "success", "submit", "consent"}
_PARTS_OF_FORMS = {"field", "fields", "input", "inputs"}
_QUOTES = {"quote", "quotation", "testimonial", "blockquote", "pullquote"}
_CITED = {
    *("person", "author", "name", "source", "cite", "citation", "attribution", "speaker", "by", "role", "company"),
    *("position", "job", "organisation", "organization"),
}
_MONEY = {"price", "prices", "amount", "cost", "costs", "fee", "fare", "tariff", "deposit", "rent", "salary", "budget"}
_LINKS = {"cta", "button", "link", "page", "target", "destination", "url", "href", "action", "reference", "entry"}
_OF_LINKS = {
    *("internal", "external", "linked", "primary", "secondary", "main", "call", "to", "read", "more", "learn", "item"),
    *("content", "first", "second", "title", "text", "label"),
}


def is_spacer(content_type: ContentType) -> bool:
    """Whether entries of a type only keep others apart."""
    return bool(_SPACERS & _kind(content_type))


def sizes_of(content_type: ContentType, title: str) -> set[str]:
    """Return the fields that tell a template how large a part is, or in how many columns it stands.

    Of what keeps parts apart these are all short fields but the `title`. A mountain has a height of its own, so other
    types than parts of pages have none.
    """
    kind = _kind(content_type)
    short = [field for field in content_type.fields if field.type in ("Symbol", "Boolean", *NUMBERS)]
    if kind & _SPACERS:
        return {field.id for field in short if field.id != title}
    return {field.id for field in short if field.type != "Boolean" and kind & _LAID_OUT and _is_size(field)}


def _is_size(field: Field) -> bool:
    words = {word for word in words_of(field.id) if not word.isdigit()}
    return bool(words & _SIZES) and words <= _SIZES | _OF_SIZES


def inputs_of(content_type: ContentType, title: str) -> set[str]:
    """Return the fields of a form or of one of its inputs that mean nothing where none can be filled in."""
    if not _INPUTS & _kind(content_type):
        return set()
    return {field.id for field in content_type.fields if field.id != title and _is_of_input(field)}


def _is_of_input(field: Field) -> bool:
    last = {*words_of(field.id)[-1:]}
    if field.type != "RichText" and leads_to_entries(
        field
    ):  # to a word that is kept under a key, or to what is to be filled in
        return bool(last & (_SAID_BY_FORMS | _PARTS_OF_FORMS))
    is_short = field.type in ("Symbol", *NUMBERS)
    return field.type == "Boolean" or "consent" in words_of(field.id) or (is_short and bool(last & _OF_INPUTS))


def quotation_of(content_type: ContentType, title: str) -> tuple[str, frozenset[str]]:
    """Return the field with the words of a quotation, "" where entries are none, and those that say whose they are."""
    if not _QUOTES & _kind(content_type):
        return "", frozenset()
    texts = (field.id for field in content_type.fields if field.type in (*SHORT, *LONG) and field.id != title)
    quote = next((name for name in texts if {*words_of(name)} <= _QUOTES | {"text"} and words_of(name)), "")
    others = (field.id for field in content_type.fields if quote and field.type in ("Symbol", "Link"))
    return quote, frozenset(name for name in others if name not in (quote, title) and {*words_of(name)[-1:]} & _CITED)


def prices_of(content_type: ContentType, *, is_price: bool) -> tuple[tuple[str, ...], str, str]:
    """Return the numbers of a type that are sums of money, the field of their currency, and that of what each is for.

    Without a field for the currency there are none, unless entries are but prices (`is_price`), all of whose numbers
    are such. A sum in cents is none.
    """
    short = [field.id for field in content_type.fields if field.type == "Symbol"]
    currency = next((name for name in short if "currency" in words_of(name)), "")
    unit = next((name for name in short if is_price and {*words_of(name)[-1:]} & {"unit", "period", "interval"}), "")
    numbers = (field.id for field in content_type.fields if field.type in NUMBERS and (currency or is_price))
    found = (name for name in numbers if is_price or (_MONEY & {*words_of(name)} and "cents" not in words_of(name)))
    return tuple(found), currency, unit


@cache
def is_link_name(name: str) -> bool:
    """Whether a link is called by a designer's word for it, which means nothing to readers: `cta`, `targetPage`."""
    words = {word for word in words_of(name) if not word.isdigit()}
    return bool(words & _LINKS) and words <= _LINKS | _OF_LINKS


def _kind(content_type: ContentType) -> AbstractSet[str]:
    return {*words_of(content_type.id), *words_of(content_type.name)}
