"""What a content type is as a whole: what names its entries; whether they are links, figures or helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_words import (
    ADDRESSES,
    NUMBERS,
    SHORT,
    TITLES,
    is_for_search,
    is_internal,
    leads_to_entries,
    targets_of,
    title_rank,
    words_of,
)
from exporter.guide.schema.machine_words import is_for_nobody

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

_LABELS = (*TITLES, "text")
_NO_TITLE = {"slug", "path", "permalink", "url", "href", "link", "uri", "cta", "button", "key", "id", "hash", "year"}
_PEOPLE = {"person", "people", "author", "artist", "speaker", "staff", "member", "guide", "team", "user", "employee"}
_FORENAMES = ({"first", "name"}, {"given", "name"}, {"forename"})
_SURNAMES = ({"last", "name"}, {"family", "name"}, {"surname"}, {"last", "initial"})


def type_words(content_type: ContentType) -> set[str]:
    """Return the words of a type's id and name: ids alone may be generated."""
    return {*words_of(content_type.id), *words_of(content_type.name)}


def title_field(content_type: ContentType) -> str:
    """Return the field that says what readers call an entry: the display field, unless that is an internal note.

    Then, or where the display field is an address or a key, it is the field called `title`, `name` and so on, perhaps
    with the type before that: the `pageTitle` of a page.
    """
    shown = content_type.display_field
    own = content_type.find(shown)
    if own is None or not (is_internal(own) or _NO_TITLE & {*words_of(shown)[-1:]}):
        return shown
    kind = type_words(content_type)
    titles = ("name", *TITLES) if kind & _PEOPLE else TITLES if is_internal(own) else _LABELS
    before = {*kind, "first", "given"}
    texts = (field for field in content_type.fields if field.type in SHORT and not is_internal(field))
    known = (field.id for field in texts if not is_for_search(field) and {*words_of(field.id)[:-1]} <= before)
    best = min(known, key=lambda name: title_rank(name, titles), default=shown)
    return best if title_rank(best, titles) < len(titles) else shown


def surname_field(content_type: ContentType, title: str) -> str:
    """Return the field of a person's surname where `title` is a first name; empty for none."""
    if {*words_of(title)} not in _FORENAMES:
        return ""
    return next((field.id for field in content_type.fields if {*words_of(field.id)} in _SURNAMES), "")


def leads_on(content_type: ContentType) -> str:
    """Return the field with the address that an entry stands for, as a button or a link does; empty for other types."""
    fields = [field for field in content_type.fields if not is_for_nobody(field)]
    texts = [field.id for field in fields if field.type == "Symbol" and not _STYLES & {*words_of(field.id)}]
    found = [name for name in texts if ADDRESSES & {*words_of(name)[-1:]}]
    plain = (
        len(fields) <= _LINK_FIELDS and all(_is_of_link(field) for field in fields) and not has_address(content_type)
    )
    return found[0] if plain and len(found) == 1 and len(texts) <= _LINK_TEXTS else ""


def _is_of_link(field: Field) -> bool:
    """Whether a field can be part of a link: a text, a switch, a picture, the page that it leads to."""
    leads = field.type == "Link" and (field.link_type == "Asset" or bool(_PAGES & {*words_of(field.id)[-1:]}))
    return leads or field.type in ("Symbol", "Boolean")


_PAGES = {"page", "target", "link", "entry", "reference"}


_MACHINERY = {
    *("navigation", "nav", "navbar", "footer", "settings", "config", "configuration", "globals", "sidebar"),
    *("breadcrumb", "breadcrumbs", "redirect", "redirects"),
}
_LINKED = {"links", "pages", "nav", "navigation"}
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
    """Whether a type is, by its name, a menu, footer or other frame of a site, or its settings."""
    words = {*words_of(content_type.id)}
    lists = {word for field in content_type.fields if field.type == "Array" for word in words_of(field.id)}
    is_menu = "menu" in words and bool(words & _OF_SITES or lists & _LINKED)  # any other may be that of a restaurant
    return (is_menu or bool(_MACHINERY & words)) and not has_address(content_type)


def is_figure(content_type: ContentType) -> bool:
    """Whether entries are no more than a number and what it counts."""
    fields = _fields_of_figure(content_type)
    words = {*words_of(content_type.id), *(word for field in fields for word in words_of(field.id))}
    has_number = any(field.type in NUMBERS for field in fields)
    return (has_number and bool(words & _COUNTED)) or figure_field(content_type) != ""


def figure_field(content_type: ContentType) -> str:
    """Return the field with the number of a statistic or quantity, "" for other types; "98%" is a text."""
    fields, kind = _fields_of_figure(content_type), type_words(content_type)
    counted = [field for field in fields if _VALUES & {*words_of(field.id)} or (kind & _FIGURES and _is_count(field))]
    numbers = (field.id for field in counted if field.type in NUMBERS)
    texts = (field.id for field in counted if kind & _FIGURES and len(fields) > 1)
    return next(numbers, "") or next(texts, "")


def _is_count(field: Field) -> bool:
    return bool(_COUNTED & {*words_of(field.id)[-1:]})


def _fields_of_figure(content_type: ContentType) -> list[Field]:
    """Return the fields of a type if these are few, numbers and short texts; none for any other."""
    fields = [field for field in content_type.fields if not is_for_nobody(field)]
    known = [field for field in fields if not _AROUND & {*words_of(field.id)[-1:]}]
    is_small = len(known) <= _LINK_TEXTS + 1 and {field.type for field in fields} <= {"Symbol", *NUMBERS}
    return fields if is_small else []


def figure_fields(content_type: ContentType, title: str) -> tuple[str, str, str, str]:
    """Return the fields of a figure: what stands before its number, this, what stands behind it, and what it counts.

    Each is "" for none, as all are where entries are no figures.
    """
    number = figure_field(content_type)
    if not number:
        return "", "", "", ""
    short = [field.id for field in content_type.fields if field.type == "Symbol" and field.id != number]
    before = next((name for name in short if {*words_of(name)[-1:]} == {"prefix"}), "")
    behind = next((name for name in short if {*words_of(name)[-1:]} & _AROUND - {"prefix"}), "")
    labels = [title] if title != number else [name for name in short if title_rank(name, _LABELS) < len(_LABELS)]
    return before, number, behind, next(iter(labels), "")


_FIGURES = {"stat", "stats", "statistic", "statistics", "metric", "metrics", "counter", "figure", "kpi"}
_VALUES = {"value", "amount", "count", "percent", "percentage", "stat", "figure"}
_AROUND = {"prefix", "suffix", "unit"}
_STYLES = {"theme", "variant", "style", "size", "icon", "color", "colour", "target"}
_LINK_FIELDS = 4
_LINK_TEXTS = 2
"""The most fields, and texts among them, of an entry that is no more than a link: its label and where it leads."""


def has_address(content_type: ContentType) -> bool:
    """Whether editors give the entries of a type addresses of their own."""
    words = {word for field in content_type.fields for word in words_of(field.id)[-1:]}
    return bool(words & {"slug", "permalink", "path"}) or content_type.slug_field.lower().endswith("handle")


HELPERS = {
    *("category", "categories", "tag", "tags", "topic", "topics", "genre", "keyword", "taxonomy", "label", "subject"),
    *("person", "people", "author", "authors", "speaker", "contributor", "writer", "editor", "staff", "employee"),
    *("kategorie", "categorie", "categoria", "autor", "auteur", "autore", "persona", "personne"),
}
"""Words in the names of types that say of others what these are about, or who made them."""


def shows_itself(content_type: ContentType, embedded: AbstractSet[str]) -> bool:
    """Whether the entries of a type have texts or pictures of their own, or are made of parts, which are `embedded`."""
    return any(_is_own(field, embedded) for field in content_type.fields if not is_for_nobody(field))


def _is_own(field: Field, embedded: AbstractSet[str]) -> bool:
    is_picture = "Asset" in (field.link_type, field.items.get("linkType"))
    return field.type in ("Text", "RichText") or is_picture or bool(embedded & {*targets_of(field)})


def helper_types(types: Mapping[str, ContentType], embedded: AbstractSet[str]) -> frozenset[str]:
    """Return the types that others link to, and that show nothing of their own or are named as helpers are.

    The Delivery API does not say where single links lead. One that may lead anywhere leads to all that show nothing,
    and to what it is named after: a `category` to the type Category.
    """
    return frozenset(name for name in types.keys() - embedded if _is_helper(types, types[name], embedded))


def _is_helper(types: Mapping[str, ContentType], found: ContentType, embedded: AbstractSet[str]) -> bool:
    own = type_words(found)
    others = (field for other in types.values() if other is not found for field in other.fields)
    leading = [field for field in others if leads_to_entries(field) and not is_for_search(field)]
    free = [field for field in leading if not targets_of(field) and field.type != "RichText"]
    is_named = any(found.id in targets_of(field) for field in leading) or any(
        own & {*words_of(field.id)} for field in free
    )
    if own & HELPERS and is_named:
        return True
    is_dated = any(field.type == "Date" for field in found.fields)
    return not is_dated and not shows_itself(found, embedded) and (is_named or free != [])


class Located(NamedTuple):
    """How the entries of a content type are on maps; every field is given by its id.

    - `fields` hold where an entry is, the first one that is filled; they are empty for a type that is only a walk.
    - `is_area`: its entries are where others lie, such as neighbourhoods; an `area` field links to such an entry.
    - `category` links to what says of which kind an entry is.
    - `stops` holds the places of a walk, in their order.
    """

    fields: tuple[str, ...] = ()
    is_area: bool = False
    area: str = ""
    category: str = ""
    stops: str = ""


PLACES, AREAS = "places", "areas"
"""The layers of maps: what is near to an entry, and counted with it, is of its own layer."""


def layer_of(how: Located) -> str:
    """Return the layer that the entries of a content type are in."""
    return AREAS if how.is_area else PLACES


_WALKS = {
    *("walk", "walks", "tour", "tours", "route", "routes", "trail", "itinerary", "hike", "trip", "ride", "stage"),
    *("stop", "stops", "station", "stations", "waypoint", "waypoints", "legs", "steps", "spaziergang", "rundgang"),
    *("stationen", "wanderung", "promenade", "parcours", "balade", "circuit", "ruta", "recorrido", "paseo", "paradas"),
    *("percurso", "passeio", "roteiro", "paragens", "percorso", "passeggiata", "tappe", "itinerario", "wandeling"),
}
"""Words for ways on foot and what they pass, in some languages: by them an ordered list of places is a walk."""


def located_types(types: Mapping[str, ContentType], shown: Iterable[str]) -> dict[str, Located]:
    """Return the content types that are on maps, of those `shown`: with places of their own, or walks past others'."""
    fields = {type_id: _fields_of(types[type_id], "Location") for type_id in shown}
    located = {type_id: names for type_id, names in fields.items() if names}
    if not located:
        return {}
    areas = {
        type_id
        for type_id in located
        if any(_link_to(types[other], {type_id}, types) for other in located if other != type_id)
    }
    kinds = fields.keys() - located.keys()
    found = {
        type_id: Located(
            names,
            type_id in areas,
            _link_to(types[type_id], areas - {type_id}, types),
            _link_to(types[type_id], kinds, types),
            _stops(types[type_id], located.keys() - areas),
        )
        for type_id, names in fields.items()
    }
    return {type_id: how for type_id, how in found.items() if how.fields or how.stops}


def _fields_of(content_type: ContentType, kind: str) -> tuple[str, ...]:
    return tuple(field.id for field in content_type.fields if field.type == kind)


def _link_to(content_type: ContentType, targets: AbstractSet[str], types: Mapping[str, ContentType]) -> str:
    """Return the first field that links to one entry of some types, by its validations or its name; "" for none."""
    for field in content_type.fields:
        if field.link_type != "Entry":
            continue
        named = targets_of(field) or [name for name in targets if {*words_of(field.id)} <= type_words(types[name])]
        if set(named) & targets:
            return field.id
    return ""


def _stops(content_type: ContentType, places: AbstractSet[str]) -> str:
    """Return the field with the places of a walk: a list of links to places, where a name says that it is a way."""
    for field in content_type.fields:
        if field.type == "Array" and leads_to_entries(field):
            named, words = set(targets_of(field)), {*words_of(field.id)}
            if _WALKS & (words | type_words(content_type) if named else words) and named <= places:
                return field.id
    return ""
