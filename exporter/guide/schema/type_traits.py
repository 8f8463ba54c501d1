"""What a content type is as a whole, told by its fields: what names its entries, whether they are links or figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import (
    ADDRESSES,
    LONG,
    NUMBERS,
    SHORT,
    TITLES,
    is_for_nobody,
    is_for_search,
    is_internal,
    label,
    title_rank,
    words_of,
)

if TYPE_CHECKING:
    from exporter.core.model import ContentType, Field

_LABELS = (*TITLES, "text")
_NO_TITLE = {"slug", "path", "permalink", "url", "href", "link", "uri", "cta", "button", "key", "id", "hash", "year"}
_PEOPLE = {"person", "people", "author", "artist", "speaker", "staff", "member", "guide", "team", "user", "employee"}
_FORENAMES = ({"first", "name"}, {"given", "name"}, {"forename"})
_SURNAMES = ({"last", "name"}, {"family", "name"}, {"surname"}, {"last", "initial"})


def type_words(content_type: ContentType) -> set[str]:
    """Return the words that a type is called by: ids may be made by a machine."""
    return {*words_of(content_type.id), *words_of(content_type.name)}


def title_field(content_type: ContentType) -> str:
    """Return the field that says what readers call an entry: the one that editors see, unless that is their own note.

    Then it is the one called `title`, `name` and so on, or so with the type before it: the `pageTitle` of a page. So it
    is where editors see an address or a key.
    """
    shown = content_type.display_field
    own = content_type.find(shown)
    if own is None or not (is_internal(own) or _NO_TITLE & {*words_of(shown)[-1:]}):
        return shown
    kind = type_words(content_type)
    titles = ("name", *TITLES) if kind & _PEOPLE else TITLES if is_internal(own) else _LABELS
    before = {*kind, "first", "given"}
    texts = (each for each in content_type.fields if each.type in SHORT and not is_internal(each))
    known = (each.id for each in texts if not is_for_search(each) and {*words_of(each.id)[:-1]} <= before)
    best = min(known, key=lambda each: title_rank(each, titles), default=shown)
    return best if title_rank(best, titles) < len(titles) else shown


def surname_field(content_type: ContentType, title: str) -> str:
    """Return the field of a person's surname, where the `title` is a first name; empty for none."""
    if {*words_of(title)} not in _FORENAMES:
        return ""
    return next((each.id for each in content_type.fields if {*words_of(each.id)} in _SURNAMES), "")


def leads_on(content_type: ContentType) -> str:
    """Return the field whose address an entry stands for, as a button or a link does; empty for any other type."""
    fields = [each for each in content_type.fields if not is_for_nobody(each)]
    texts = [each.id for each in fields if each.type == "Symbol" and not _STYLES & {*words_of(each.id)}]
    found = [each for each in texts if ADDRESSES & {*words_of(each)[-1:]}]
    plain = len(fields) <= _FEW and all(_is_of_link(each) for each in fields) and not has_address(content_type)
    return found[0] if plain and len(found) == 1 and len(texts) <= _FEW_TEXTS else ""


def _is_of_link(field: Field) -> bool:
    """Return whether a link can have a field: a text, a switch, a picture, the page that it leads to."""
    leads = field.type == "Link" and (field.link_type == "Asset" or bool(_PAGES & {*words_of(field.id)[-1:]}))
    return leads or field.type in ("Symbol", "Boolean")


_PAGES = {"page", "target", "link", "entry", "reference"}


def called_by(content_type: ContentType) -> dict[str, tuple[str, str]]:
    """Return the addresses that a text beside them names, as `buttonText` does `buttonLink`: its field, what both are."""
    texts = {words_of(each.id): each.id for each in content_type.fields if each.type == "Symbol"}
    found = {}
    for words, name in texts.items():
        before = words[:-1] or words
        beside = (texts.get((*before, each)) for each in ("text", "label", "title"))
        text = next(filter(None, beside), "") if {*words[-1:]} & ADDRESSES else ""
        if text:
            found[name] = text, label("_".join(before))
    return found


_HEADINGS = {"title", "heading", "header", "headline"}
_TEXTS = {"body", "text", "paragraph", "description", "content", "copy"}


def headed_by(content_type: ContentType) -> dict[str, str]:
    """Return the texts that a short field beside them is the heading of, as `section1Heading` is of `section1Body`."""
    headings = {
        tuple(word for word in words if word not in _HEADINGS): each.id
        for each in content_type.fields
        if each.type == "Symbol" and _HEADINGS & {*(words := words_of(each.id))}
    }
    found = {}
    for each in content_type.fields:
        words = tuple(word for word in words_of(each.id) if word not in _TEXTS)
        if each.type in LONG and words and words != words_of(each.id) and words in headings:
            found[each.id] = headings[words]
    return found


_MACHINERY = {"navigation", "nav", "navbar", "footer", "settings", "config", "configuration", "globals"}
_OF_SITES = {"main", "item", "footer", "header", "top", "site", "link", "nav"}
_COUNTED = {
    "stat",
    "stats",
    "figure",
    "metric",
    "counter",
    "value",
    "amount",
    "number",
    "count",
    "percent",
    "percentage",
}


def is_machinery(content_type: ContentType) -> bool:
    """Return whether a type is called as what stands around the pages of a site, or says how it works."""
    words = {*words_of(content_type.id)}
    is_menu = "menu" in words and bool(words & _OF_SITES)  # a menu alone may be that of a restaurant
    return (is_menu or bool(_MACHINERY & words)) and not has_address(content_type)


def is_figure(content_type: ContentType) -> bool:
    """Return whether an entry is no more than a number and what it counts."""
    fields = [each for each in content_type.fields if not is_for_nobody(each)]
    kinds = {each.type for each in fields}
    words = {*words_of(content_type.id), *(word for each in fields for word in words_of(each.id))}
    is_small = len(fields) <= _FEW_TEXTS + 1 and kinds <= {"Symbol", *NUMBERS} and bool(kinds & NUMBERS)
    return is_small and bool(words & _COUNTED)


_STYLES = {"theme", "variant", "style", "size", "icon", "color", "colour", "target"}
_FEW = 4
_FEW_TEXTS = 2
"""Fields, and texts among them, of an entry that is no more than a link: what it is called, where it leads."""


def has_address(content_type: ContentType) -> bool:
    """Return whether editors give the entries of a type addresses of their own."""
    return bool(
        {word for each in content_type.fields for word in words_of(each.id)[-1:]} & {"slug", "permalink", "path"}
    )
