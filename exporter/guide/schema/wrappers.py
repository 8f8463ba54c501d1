"""Content types whose entries only wrap one thing for editors: a picture, a word under its key, a price."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import (
    ALT,
    NUMBERS,
    SHORT,
    is_alt,
    is_for_search,
    is_internal,
    leads_to_entries,
    targets_of,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

PICTURE, WORD, PRICE = "picture", "word", "price"

_OF_PICTURES = {
    *("wrapper", "mediawrapper", "imagewrapper", "image", "picture", "media", "asset", "img", "illustration", "icon"),
    *("logo", "file"),
}
_WRAPPERS = {"wrapper", "mediawrapper", "imagewrapper"}
_NOTES = {"title", "name", "label"}
_KEYS = {"key", "code", "identifier"}
_OF_WORDS = {"microcopy", "resource", "translation", "label", "string", "dictionary", "phrase", "i18n", "copy", "text"}
_VALUES = {"value", "text", "translation", "copy", "content", "string", "message", "word", "label"}
_PRICES = {"price", "pricing", "cost", "fee", "tariff"}
_LOOKS = {"image", "picture", "photo", "img", "media", "illustration", "visual", "thumbnail"}
_MOST_FIELDS = 6


def wrapped_field(content_type: ContentType) -> tuple[str, str]:
    """Return what entries of a type wrap, and the field that holds it; two empty texts for any other type."""
    fields = [field for field in content_type.fields if not is_internal(field)]
    if not fields or len(fields) > _MOST_FIELDS or content_type.slug_field:
        return "", ""
    kind = {*words_of(content_type.id), *words_of(content_type.name)}
    is_noted = len(fields) < len(content_type.fields)
    if kind & _OF_PICTURES and (name := _picture(fields, is_sure=is_noted or bool(kind & _WRAPPERS))):
        return PICTURE, name
    if name := _word(fields, kind):
        return WORD, name
    return (PRICE, name) if kind & _PRICES and (name := _price(fields)) else ("", "")


def _picture(fields: list[Field], *, is_sure: bool) -> str:
    """Return the only picture among fields that else describe it, "" where there is more.

    A title alone may be for readers, unless `is_sure`: one beside an alternative text names the wrapper for editors.
    """
    pictures = [field for field in fields if field.type == "Link" and field.link_type == "Asset"]
    others = [field for field in fields if field not in pictures]
    plain = all(is_alt(field) or (field.type in SHORT and _is_note(field)) for field in others)
    return pictures[0].id if len(pictures) == 1 and plain and (is_sure or any(map(is_alt, others))) else ""


def _is_note(field: Field) -> bool:
    return bool({*words_of(field.id)[-1:]} & (_NOTES | ALT))


def _word(fields: list[Field], kind: AbstractSet[str]) -> str:
    """Return the word among a key and its word, "" where there is more.

    A long text below a title is no word, whatever its type is called: a module of copy is a part of pages.
    """
    if any(field.type not in SHORT for field in fields) or len(fields) > 3:
        return ""
    keys = _KEYS if not kind & _OF_WORDS else _KEYS | _NOTES
    keyed = [field for field in fields if {*words_of(field.id)[-1:]} & keys]
    values = [field for field in fields if field not in keyed and {*words_of(field.id)[-1:]} & _VALUES]
    if len(keyed) != 1 or len(values) != 1 or not {*words_of(keyed[0].id)} <= keys | kind:
        return ""
    return values[0].id if values[0].type == "Symbol" or {*words_of(keyed[0].id)} & _KEYS else ""


def _price(fields: list[Field]) -> str:
    """Return the first number among fields that are numbers but for a title and a currency, "" where there is more."""
    numbers = [field for field in fields if field.type in NUMBERS]
    known = _NOTES | {"currency", "unit", "period", "interval"}
    others = (field for field in fields if field not in numbers)
    is_plain = all(field.type == "Symbol" and {*words_of(field.id)[-1:]} <= known for field in others)
    return numbers[0].id if numbers and is_plain else ""


def wrapped_pictures(types: Mapping[str, ContentType]) -> dict[str, tuple[str, ...]]:
    """Return, by content type, the fields that may link to an entry that wraps a picture."""
    wrapping = {type_id for type_id, found in types.items() if wrapped_field(found)[0] == PICTURE}
    if not wrapping:
        return {}
    return {
        type_id: names
        for type_id, found in types.items()
        if (names := tuple(field.id for field in found.fields if _may_wrap(field, wrapping)))
    }


def _may_wrap(field: Field, wrapping: AbstractSet[str]) -> bool:
    if field.type == "RichText" or not leads_to_entries(field) or is_for_search(field):
        return False
    targets = {*targets_of(field)}
    return targets <= wrapping if targets else bool(_LOOKS & {*words_of(field.id)})
