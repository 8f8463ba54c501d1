"""What the fields of a content type are for, from the content model alone: title, summary, pictures, date, parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import (
    ALT,
    SHORT,
    TITLES,
    is_alt,
    is_body,
    is_for_nobody,
    is_for_search,
    is_internal,
    is_order,
    is_patterned,
    leads_to_entries,
    says_search,
    targets_of,
    title_rank,
    words_of,
)
from exporter.guide.schema.type_traits import (
    called_by,
    has_address,
    headed_by,
    is_figure,
    is_machinery,
    leads_on,
    surname_field,
    title_field,
    type_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

_KINDS = ("Symbol", "Text", "RichText")
_SUMMARIES = (
    *("summary", "lead", "lede", "excerpt", "teaser", "blurb", "abstract", "standfirst", "subtitle", "subheading"),
    *("subheadline", "tagline", "intro", "introduction", "description"),
)
_OF_WHOLE = {
    *("short", "brief", "long", "page", "title", "hero", "header", "banner", "card", "teaser", "listing", "main"),
    *("intro", "section", "seo"),
}
_CAPTIONS = {"caption", "credit", "credits", "copyright"}
_LESSER = {"thumbnail", "thumb", "preview", "mobile", "background"}
_CODE = {"code", "snippet", "snippets", "css"}
_OF_CODE = {*_CODE, "source", "sample", "embed", "block", "example", "html", "js", "language", "custom"}
_OLDEST_FIRST = {"start", "starts", "begin", "begins", "beginning", "event", "when", "from"}
_NEWEST_FIRST = {"date", "publish", "published", "publication", "post", "posted", "release", "released"}
_NO_ORDER = {
    *("birth", "birthday", "born", "death", "died", "founded", "built", "end", "ends", "until", "to", "expiry"),
    *("expires", "expiration", "update", "updated", "modified", "created", "deadline", "completed"),
}


@dataclass(frozen=True)
class Roles:
    """What the fields of a content type are for, each told by its id.

    `title` names an entry, the first of `named_by` that is filled does where that is empty. `summaries` say in a
    sentence what it is, the best first. `pictures` are the fields that its picture is looked for in, `captions` what
    stands below that, `alts` what says what they show. `date` puts it in the calendar, the newest first where it is
    `newest_first`.
    `hidden` are fields that are not for readers; `code` those that hold source code. `is_titled` says that the title is
    for readers where the entry stands inside another one's page. A `surname` follows the title, `order` puts entries in
    the editor's own order, `leads_on` holds the address that a button or link stands for;
    `spare` are small copies of the picture, `called_by` addresses with the field that names each and what both are,
    `headed_by` texts with the field that is the heading of each, `bodies` the texts that say what all of it is about.
    """

    title: str
    named_by: tuple[str, ...]
    summaries: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()
    alts: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    newest_first: bool = False
    hidden: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()
    is_titled: bool = True
    surname: str = ""
    order: str = "order"
    leads_on: str = ""
    spare: frozenset[str] = frozenset()
    called_by: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    headed_by: Mapping[str, str] = field(default_factory=dict)
    bodies: frozenset[str] = frozenset()


UNKNOWN = Roles("title", ("title",), _SUMMARIES)
"""What is told of an asset, or of an entry whose type the content model does not know."""


def roles_of(content_type: ContentType) -> Roles:
    """Tell what the fields of a content type are for."""
    fields = content_type.fields
    title = title_field(content_type)
    date, newest_first = _calendar(fields)
    short = [each for each in fields if each.type in SHORT and each.id not in (title, "slug")]
    pictures = tuple(each.id for each in sorted(filter(_may_be_picture, fields), key=_picture_rank))
    surname = surname_field(content_type, title)
    hidden = {each.id for each in fields if each.id == surname or is_alt(each) or is_for_nobody(each)}
    named = sorted((each.id for each in short if each.id not in hidden and not is_patterned(each)), key=title_rank)
    return Roles(
        title,
        tuple(filter(None, (title, surname, *named))),
        _summaries(content_type, [each for each in fields if each in short or each.type == "RichText"]),
        pictures,
        frozenset(each.id for each in short if _CAPTIONS & set(words_of(each.id)[-1:])),
        _alts(pictures, [each.id for each in short if is_alt(each)]),
        date,
        newest_first,
        frozenset(hidden),
        _code(content_type),
        surname != "" or _is_titled(content_type, title),
        surname,
        next((each.id for each in fields if is_order(each)), "order"),
        leads_on(content_type),
        frozenset(each for each in pictures[1:] if _LESSER & {*words_of(each)}),
        called_by(content_type),
        {text: heading for text, heading in headed_by(content_type).items() if heading != title},
        frozenset(each.id for each in fields if is_body(each.id, type_words(content_type))),
    )


def _alts(pictures: tuple[str, ...], names: list[str]) -> dict[str, str]:
    """Return the field that says what a picture shows, by the field of that."""
    bare = {tuple(each for each in words_of(name) if each not in ALT): name for name in names}
    only = bare.get((), "") if len(pictures) == 1 else ""
    return {each: found for each in pictures if (found := bare.get(words_of(each), only))}


def _summaries(content_type: ContentType, fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the fields whose last word is one for a summary: by that word, the shortest kind of field first.

    What sums up a part of an entry, as a `speakersSubtitle` does, is none.
    """
    own = type_words(content_type) | _OF_WHOLE
    headings = {words_of(each.id)[:-1] for each in content_type.fields if title_rank(each.id) < len(TITLES)} - {()}
    ranked = [
        (_SUMMARIES.index(words[-1]), _KINDS.index(each.type), number, each.id)
        for number, each in enumerate(fields)
        if (words := words_of(each.id))
        and words[-1] in _SUMMARIES
        and not is_for_search(each)
        and {*words[:-1]} <= own
        and words[:-1] not in headings
        and (words[-1] != "lead" or len(words) == 1)
    ]
    return tuple(each[-1] for each in sorted(ranked))


def _may_be_picture(field: Field) -> bool:
    return "Asset" in (field.link_type, field.items.get("linkType"))


def _picture_rank(field: Field) -> tuple[bool, bool, bool]:
    """Put single pictures before lists, behind them small ones, and marks such as icons and logos."""
    words = set(words_of(field.id))
    is_mark = bool(words & {"icon", "icons", "favicon", "favicons", "logo", "og", "seo"})
    return field.type == "Array", is_mark, bool(words & _LESSER)


def _calendar(fields: tuple[Field, ...]) -> tuple[str, bool]:
    """Return the field that puts entries in the calendar, and whether the newest comes first; empty for none."""
    for each in fields:
        words = set(words_of(each.id))
        if each.type == "Date" and not words & _NO_ORDER and words & (_OLDEST_FIRST | _NEWEST_FIRST):
            return each.id, not words & _OLDEST_FIRST
    return "", False


def _code(content_type: ContentType) -> frozenset[str]:
    """Return the Text fields that hold source code: those called so, or all of a type that is."""
    texts = [each for each in content_type.fields if each.type == "Text"]
    if {"snippet", "snippets"} & type_words(content_type):
        return frozenset(each.id for each in texts)
    return frozenset(each.id for each in texts if _CODE & {*words_of(each.id)} and {*words_of(each.id)} <= _OF_CODE)


def _is_titled(content_type: ContentType, title: str) -> bool:
    """Return whether a title is for readers; one of a pattern, or the only text without translations, is for editors."""
    own = content_type.find(title)
    if own is None or is_patterned(own) or is_internal(own):
        return False
    texts = (each for each in content_type.fields if each.type in {"Symbol", "Text", "RichText"})
    is_name = words_of(title) == ("name",)  # that of a person or a firm needs no translation
    return is_name or own.localized or not any(each.localized for each in texts)


def parts_of(types: Mapping[str, ContentType]) -> frozenset[str]:
    """Return the content types whose entries are parts of other pages.

    They have no slug, and a list of links takes them among others that have none: the modules of a page. Or editors see
    them by a note of their own, and a field links to them, or may: the Delivery API says of single links and of Rich
    Text only that they lead to entries. Or they are the menus and settings of a site. What only parts link to is part
    of them.
    """
    found: set[str] = set()
    for each in (each for content_type in types.values() for each in content_type.fields if each.type == "Array"):
        targets = targets_of(each)
        if len(targets) > 1 and not any(_has_slug(types, each) for each in targets):
            found.update(targets)
    named = {each.id: _named(each, search=False) for each in types.values()}
    linked = {name for names in named.values() for name in names}
    noted = (each for each in types.values() if _is_noted(each))
    noted_parts = {each.id for each in noted if each.id in linked or _may_be_linked(types, each)}
    machinery = {each.id for each in types.values() if is_machinery(each)}
    parts = _with_inner((found | noted_parts | machinery) & types.keys(), types, named)
    return parts if parts != types.keys() else frozenset(found & types.keys())


def _with_inner(
    parts: AbstractSet[str], types: Mapping[str, ContentType], named: Mapping[str, AbstractSet[str]]
) -> frozenset[str]:
    """Add the types without a slug that parts alone link to."""
    found = set(parts)
    while True:
        inner = {name for each in found for name in named[each] if not _has_slug(types, name)} & types.keys()
        inner -= {name for name in inner if _calendar(types[name].fields)[0]}
        outer = {name for each, names in named.items() if each not in found for name in names}
        if inner - outer <= found:
            return frozenset(found)
        found |= inner - outer


def _may_be_linked(types: Mapping[str, ContentType], content_type: ContentType) -> bool:
    """Return whether a field of another type leads to entries of no certain type."""
    fields = (field for each in types.values() if each is not content_type for field in each.fields)
    return any(leads_to_entries(each) and not targets_of(each) and not is_for_search(each) for each in fields)


def _named(content_type: ContentType, *, search: bool) -> set[str]:
    """Return the other content types that fields link to: those for search engines, or all others."""
    fields = (each for each in content_type.fields if is_for_search(each) is search)
    return {name for each in fields for name in targets_of(each)} - {content_type.id}


def _is_noted(content_type: ContentType) -> bool:
    """Return whether editors see the entries of a type by a note of their own, or these are only links or figures."""
    shown = content_type.find(content_type.display_field)
    is_note = shown is not None and is_internal(shown)
    is_bit = leads_on(content_type) != "" or is_figure(content_type)
    is_dated = _calendar(content_type.fields)[0] != ""
    return (is_note or is_bit) and not (is_dated or has_address(content_type))


def _has_slug(types: Mapping[str, ContentType], type_id: str) -> bool:
    return type_id in types and has_address(types[type_id])


def pages_of(types: Mapping[str, ContentType]) -> tuple[str, ...]:
    """Return the content types that have pages: those with a slug or a title, and those that no other says it links to.

    Of types that link to each other alone the first has pages too, so that what they hold stands somewhere; what is
    for search engines alone, as a type called SEO or metadata without a slug is, has none. First those with a slug,
    then those with a title, the parts of other pages last.
    """
    named = {each.id: _named(each, search=False) for each in types.values()}
    linked = {name for names in named.values() for name in names}
    unseen = {name for each in types.values() for name in _named(each, search=True)} - linked
    unseen |= {each.id for each in types.values() if says_search(each.id) and each.find("slug") is None}
    shown = [each for each in types.values() if each.id not in unseen or each.find("slug")]
    found = {each.id for each in shown if each.address_field or each.id not in linked}
    led = _led_to(found, named)
    for each in types:
        if each not in led and each not in unseen:
            found.add(each)
            led |= _led_to([each], named)
    parts = parts_of(types)
    ordered = sorted((types[each] for each in types if each in found), key=lambda each: _page_rank(each, parts))
    return tuple(each.id for each in ordered)


def _led_to(found: Iterable[str], named: Mapping[str, Iterable[str]]) -> set[str]:
    """Return some content types and all that links lead to from them."""
    seen, pending = set(found), list(found)
    while pending:
        new = set(named.get(pending.pop(), ())) - seen
        seen |= new
        pending += new
    return seen


def _page_rank(content_type: ContentType, parts: frozenset[str]) -> tuple[bool, bool]:
    return content_type.id in parts, content_type.find("slug") is None
