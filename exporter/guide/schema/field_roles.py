"""What the fields of a content type are for, from the content model alone, and which types have pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_pairs import called_by, headed_by
from exporter.guide.schema.field_words import (
    ALT,
    SHORT,
    TITLES,
    is_alt,
    is_body,
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
from exporter.guide.schema.machine_words import is_for_nobody, words_of_forms
from exporter.guide.schema.modules import module_types
from exporter.guide.schema.part_words import inputs_of, is_spacer, prices_of, quotation_of, sizes_of
from exporter.guide.schema.type_traits import (
    figure_fields,
    has_address,
    helper_types,
    is_figure,
    is_machinery,
    leads_on,
    surname_field,
    title_field,
    type_words,
)
from exporter.guide.schema.wrappers import PRICE, wrapped_field

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


class Roles(NamedTuple):
    """What the fields of a content type are for; every field is given by its id.

    - `title` names an entry; where it is empty, the first of `named_by` that is filled does. A `surname` follows it.
    - `summaries` say in a sentence what the entry is, the best first; `bodies` say all of it.
    - `pictures` are the fields in which its picture is looked for, `captions` the lines below that, `alts` what says in
      words what a picture shows, by the picture's field; `spare` are small copies of the picture.
    - `date` puts it in the calendar, the newest entry first where `newest_first`; `order` holds the editors' own order.
    - `hidden` fields are not for readers; `code` fields hold source code.
    - `is_titled`: the title is for readers where the entry stands inside another entry's page.
    - `slug` holds the entry's own address.
    - `wraps` says what the entry wraps for editors, if it is no more than that (`picture`, `word` or `price`), and
      `wrapped` holds that.
    - `leads_on` holds the address that a button or link stands for; `called_by` has, by field of an address, the field
      that names it and a label for the two; `headed_by` has, by field of a text, the field that is its heading.
    - `figure` are the fields of a statistic: what stands before its number, this, what is behind it, what it counts.
    - `prices` are sums of money in the `currency`, each for a `price_unit`.
    - `quote` holds the words of a quotation, `cited` say whose they are.
    """

    title: str
    named_by: tuple[str, ...]
    summaries: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()
    alts: Mapping[str, str] = {}
    date: str = ""
    newest_first: bool = False
    hidden: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()
    is_titled: bool = True
    surname: str = ""
    order: str = "order"
    leads_on: str = ""
    spare: frozenset[str] = frozenset()
    called_by: Mapping[str, tuple[str, str]] = {}
    headed_by: Mapping[str, str] = {}
    bodies: frozenset[str] = frozenset()
    slug: str = ""
    wraps: str = ""
    wrapped: str = ""
    figure: tuple[str, str, str, str] = ("", "", "", "")
    prices: tuple[str, ...] = ()
    currency: str = ""
    price_unit: str = ""
    quote: str = ""
    cited: frozenset[str] = frozenset()


UNKNOWN = Roles("title", ("title",), _SUMMARIES)
"""The roles in an asset, or in an entry whose type the content model does not know."""


def roles_of(content_type: ContentType) -> Roles:
    """Return what the fields of a content type are for."""
    fields = content_type.fields
    title = title_field(content_type)
    date, newest_first = _calendar(fields)
    short = [field for field in fields if field.type in SHORT and field.id not in (title, content_type.slug_field)]
    pictures = tuple(field.id for field in sorted(filter(_may_be_picture, fields), key=_picture_rank))
    surname = surname_field(content_type, title)
    wraps, wrapped = wrapped_field(content_type)
    hidden = {field.id for field in fields if field.id == surname or is_alt(field) or is_for_nobody(field)}
    hidden |= words_of_forms(content_type, title) | inputs_of(content_type, title) | sizes_of(content_type, title)
    is_titled = surname != "" or (not wraps and _is_titled(content_type, title))
    named = sorted((field.id for field in short if field.id not in hidden and not is_patterned(field)), key=title_rank)
    return Roles(
        title,
        tuple(filter(None, (title, surname, *named))),
        _summaries(content_type, [field for field in fields if field in short or field.type == "RichText"]),
        pictures,
        frozenset(field.id for field in short if _CAPTIONS & set(words_of(field.id)[-1:])),
        _alts(pictures, [field.id for field in short if is_alt(field)]),
        date,
        newest_first,
        frozenset(hidden),
        _code(content_type),
        is_titled,
        surname,
        next((field.id for field in fields if is_order(field)), "order"),
        leads_on(content_type),
        frozenset(name for name in pictures[1:] if _LESSER & {*words_of(name)}),
        called_by(content_type),
        {text: heading for text, heading in headed_by(content_type).items() if heading != title},
        frozenset(field.id for field in fields if _is_body(field, type_words(content_type))),
        content_type.slug_field,
        wraps,
        wrapped,
        figure_fields(content_type, title) if not wraps else ("", "", "", ""),
        *prices_of(content_type, is_price=wraps == PRICE),
        *quotation_of(content_type, title),
    )


def _alts(pictures: tuple[str, ...], names: list[str]) -> dict[str, str]:
    """Return, by field of a picture, the field that says in words what it shows."""
    bare = {tuple(word for word in words_of(name) if word not in ALT): name for name in names}
    only = bare.get((), "") if len(pictures) == 1 else ""
    return {name: found for name in pictures if (found := bare.get(words_of(name), only))}


def _summaries(content_type: ContentType, fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the fields whose last word is one for a summary: by that word, then the shortest type of field first.

    A summary of a part of an entry, such as a `speakersSubtitle`, does not count.
    """
    own = type_words(content_type) | _OF_WHOLE
    headings = {words_of(field.id)[:-1] for field in content_type.fields if title_rank(field.id) < len(TITLES)} - {()}
    ranked = [
        (_SUMMARIES.index(words[-1]), _KINDS.index(field.type), number, field.id)
        for number, field in enumerate(fields)
        if (words := words_of(field.id))
        and words[-1] in _SUMMARIES
        and not is_for_search(field)
        and {*words[:-1]} <= own
        and words[:-1] not in headings
        and (words[-1] != "lead" or len(words) == 1)
    ]
    return tuple(rank[-1] for rank in sorted(ranked))


def _is_body(field: Field, own: AbstractSet[str]) -> bool:
    """Whether a text is what an entry is about, by its id, or by what editors see: the Description of a brand."""
    return is_body(field.id, own) or is_body(field.name, own)


def _may_be_picture(field: Field) -> bool:
    return "Asset" in (field.link_type, field.items.get("linkType"))


def _picture_rank(field: Field) -> tuple[bool, bool, bool]:
    """Return a key that puts single pictures before lists, and both before marks (icons, logos) and small ones."""
    words = set(words_of(field.id))
    is_mark = bool(words & {"icon", "icons", "favicon", "favicons", "logo", "og", "seo"})
    return field.type == "Array", is_mark, bool(words & _LESSER)


def _calendar(fields: tuple[Field, ...]) -> tuple[str, bool]:
    """Return the field that puts entries in the calendar, empty for none, and whether the newest comes first."""
    for field in fields:
        words = set(words_of(field.id))
        if field.type == "Date" and not words & _NO_ORDER and words & (_OLDEST_FIRST | _NEWEST_FIRST):
            return field.id, not words & _OLDEST_FIRST
    return "", False


def _code(content_type: ContentType) -> frozenset[str]:
    """Return the Text fields that hold source code: those named so, or all of a type that is named so."""
    texts = [field for field in content_type.fields if field.type == "Text"]
    if {"snippet", "snippets"} & type_words(content_type):
        return frozenset(field.id for field in texts)
    return frozenset(field.id for field in texts if _CODE & {*words_of(field.id)} and {*words_of(field.id)} <= _OF_CODE)


def _is_titled(content_type: ContentType, title: str) -> bool:
    """Whether a title is for readers: one with a pattern, or the only text without translations, is for editors."""
    own = content_type.find(title)
    if own is None or is_patterned(own) or is_internal(own) or (is_spacer(content_type) and not own.localized):
        return False
    texts = (field for field in content_type.fields if field.type in {"Symbol", "Text", "RichText"})
    is_name = words_of(title) == ("name",)  # that of a person or a firm needs no translation
    return is_name or own.localized or not any(field.localized for field in texts)


def embedded_types(types: Mapping[str, ContentType], held: AbstractSet[str] = frozenset()) -> frozenset[str]:
    """Return the content types whose entries are embedded in pages of others instead of standing for themselves.

    Three kinds are: modules of pages; types whose entries editors see by an internal note, or which are but links,
    figures or wrappers, if a field links to them, or may (the Delivery API says of single links and of Rich Text only
    that they lead to entries); and the menus and settings of a site. So are types without a slug that only these link
    to, and those that are parts of pages by what lists of the space hold (`held`).
    """
    found = module_types(types) | held
    named = {content_type.id: _named(content_type, search=False) for content_type in types.values()}
    linked = {name for names in named.values() for name in names}
    noted = (content_type for content_type in types.values() if _is_noted(content_type))
    noted_types = {note.id for note in noted if note.id in linked or _may_be_linked(types, note)}
    machinery = {content_type.id for content_type in types.values() if is_machinery(content_type)}
    embedded = _with_inner((found | noted_types | machinery) & types.keys(), types, named)
    return embedded if embedded != types.keys() else frozenset(found & types.keys())


def _with_inner(
    embedded: AbstractSet[str], types: Mapping[str, ContentType], named: Mapping[str, AbstractSet[str]]
) -> frozenset[str]:
    """Add the types without a slug that only embedded types link to."""
    found = set(embedded)
    while True:
        inner = {name for type_id in found for name in named[type_id] if not _has_slug(types, name)} & types.keys()
        inner -= {name for name in inner if _calendar(types[name].fields)[0]}
        outer = {name for type_id, names in named.items() if type_id not in found for name in names}
        if inner - outer <= found:
            return frozenset(found)
        found |= inner - outer


def _may_be_linked(types: Mapping[str, ContentType], content_type: ContentType) -> bool:
    """Whether a field of another type links to entries without saying of which type."""
    fields = (field for other in types.values() if other is not content_type for field in other.fields)
    return any(leads_to_entries(field) and not targets_of(field) and not is_for_search(field) for field in fields)


def _named(content_type: ContentType, *, search: bool) -> set[str]:
    """Return the other content types that fields name as targets: fields for search engines, or all others."""
    fields = (field for field in content_type.fields if is_for_search(field) is search)
    return {name for field in fields for name in targets_of(field)} - {content_type.id}


def _is_noted(content_type: ContentType) -> bool:
    """Whether editors see the entries of a type by an internal note, or these are but links, figures or wrappers."""
    shown = content_type.find(content_type.display_field)
    is_note = shown is not None and is_internal(shown)
    is_bit = leads_on(content_type) != "" or is_figure(content_type) or wrapped_field(content_type)[0] != ""
    is_dated = _calendar(content_type.fields)[0] != ""
    return (is_note or is_bit) and not (is_dated or has_address(content_type))


def _has_slug(types: Mapping[str, ContentType], type_id: str) -> bool:
    return type_id in types and has_address(types[type_id])


def pages_of(types: Mapping[str, ContentType], held: AbstractSet[str] = frozenset()) -> tuple[str, ...]:
    """Return the content types that have pages: those with a slug or a title, and those that no other type links to.

    Of types that only link to each other the first has pages too, so that their content is shown somewhere; types for
    search engines alone, such as one named SEO or metadata without a slug, have none.
    """
    named = {content_type.id: _named(content_type, search=False) for content_type in types.values()}
    linked = {name for names in named.values() for name in names}
    unseen = {name for content_type in types.values() for name in _named(content_type, search=True)} - linked
    unseen |= {type_id for type_id, found in types.items() if says_search(type_id) and not found.slug_field}
    shown = [found for type_id, found in types.items() if type_id not in unseen or found.slug_field]
    found = {content_type.id for content_type in shown if content_type.address_field or content_type.id not in linked}
    led = _led_to(found, named)
    for type_id in types:
        if type_id not in led and type_id not in unseen:
            found.add(type_id)
            led |= _led_to([type_id], named)
    return ordered(types, found, held)


def ordered(
    types: Mapping[str, ContentType], chosen: AbstractSet[str], held: AbstractSet[str] = frozenset()
) -> tuple[str, ...]:
    """Return some content types in the order in which a guide offers them.

    Types with a slug come first, then those with a title; types that help to find others come after these, embedded
    types last.
    """
    embedded = embedded_types(types, held)
    helpers = helper_types(types, embedded)
    shown = [found for type_id, found in types.items() if type_id in chosen]
    shown.sort(key=lambda found: (found.id in embedded, found.id in helpers, not found.slug_field))
    return tuple(found.id for found in shown)


def _led_to(found: Iterable[str], named: Mapping[str, Iterable[str]]) -> set[str]:
    """Return some content types and all that links lead to from there."""
    seen, pending = set(found), list(found)
    while pending:
        new = set(named.get(pending.pop(), ())) - seen
        seen |= new
        pending += new
    return seen
