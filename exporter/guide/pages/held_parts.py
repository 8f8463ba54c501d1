"""Content types that are parts of pages by what lists hold, where names and validations of the model do not tell.

A list is one of parts by its name: `sections`, or one that means nothing to readers, such as `content`. What decides
are the links: entries of which nearly all are in such lists, each in one alone if it has a slug, and to which nothing
else leads, are parts of the pages that hold them; their slugs are anchors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_words import is_for_search, is_module, targets_of, words_of
from exporter.guide.schema.modules import PART_WORDS, entry_lists, is_of_parts, is_surely_of_parts, module_types
from exporter.guide.schema.type_traits import HELPERS, has_address, is_machinery, type_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

ListField = tuple[str, str]
"""A content type and its field that holds a list of entries."""

_PLACES = {
    *("area", "areas", "layout", "entry", "entries", "reference", "references", "list", "stack", "container", "column"),
    *("columns", "region", "regions", "stage", "slot", "slots", "left", "right", "top", "bottom", "above", "below"),
    "contents",
}
"""Words in the names of lists that say where something stands and nothing to readers, beside those of `is_module`."""
_PAGES = {
    *(
        "page",
        "article",
        "post",
        "story",
        "news",
        "blog",
        "product",
        "event",
        "recipe",
        "place",
        "guide",
        "course",
        "job",
    ),
    *("lesson", "chapter", "unit", "landing", "episode", "book", "film", "movie", "album", "song", "project", "city"),
    *("exhibit", "artwork", "location", "country", "hotel", "restaurant", "tour", "trip", "service", "case", "study"),
}
"""Words in the names of types whose entries stand for themselves."""
_OF_PAGES = {"teaser", "excerpt", "summary", "abstract", "standfirst", "blurb", "lede"}
"""Last words in the names of fields that say in other places what a page is."""
_NEARLY_ALL = 0.9


class Links(NamedTuple):
    """The links to the entries of a content type: how many it has, and how many of these are so.

    `held`: in lists of parts and nowhere else; `once`: in a single one; `lists`: those that hold any of them.
    """

    entries: int
    held: int
    once: int
    lists: AbstractSet[ListField]


def lists_of_parts(types: Mapping[str, ContentType]) -> set[ListField]:
    """Return the lists that may hold parts of pages, by their names."""
    lists = ((types[owner], field) for owner, field in entry_lists(types))
    return {(owner.id, field.id) for owner, field in lists if not is_machinery(owner) and _may_hold_parts(owner, field)}


def _may_hold_parts(owner: ContentType, field: Field) -> bool:
    words = {*words_of(field.id)}
    neutral = words - _PLACES - type_words(owner)
    return is_of_parts(field) or not neutral or is_module(" ".join(neutral))


def undecided(types: Mapping[str, ContentType]) -> set[str]:
    """Return the content types of which the model alone does not tell whether they are parts of pages."""
    lists = lists_of_parts(types)
    if not lists:
        return set()
    open_lists = [found for owner, found in entry_lists(types) if (owner, found.id) in lists]
    targets = [targets_of(found) for found in open_lists]
    named = set(types) if () in targets else {name for some in targets for name in some}
    return {name for name in named & types.keys() - module_types(types) if not _is_like_a_page(types[name])}


def _is_like_a_page(content_type: ContentType) -> bool:
    """Whether a type has by other signs pages of its own: its name, dates, lists of parts, what only pages need."""
    own = type_words(content_type)
    if is_machinery(content_type) or (own & (_PAGES | HELPERS) and not own & PART_WORDS):
        return True
    if any(field.type == "Date" for field in content_type.fields):
        return True
    return has_address(content_type) and any(map(_is_of_pages, content_type.fields))


def _is_of_pages(field: Field) -> bool:
    """Whether a field is one that pages have: for search engines, about the page in other places, for its parts."""
    return is_for_search(field) or bool(_OF_PAGES & {*words_of(field.id)[-1:]}) or _holds_parts(field)


def _holds_parts(field: Field) -> bool:
    return field.type == "Array" and field.items.get("linkType") == "Entry" and is_of_parts(field)


def parts_by_links(
    types: Mapping[str, ContentType], links: Mapping[str, Links], held: Mapping[ListField, AbstractSet[str]]
) -> frozenset[str]:
    """Return the undecided content types that are parts of pages by the `links` to their entries.

    `held` are the types that each list of parts holds.
    """
    found = (name for name, known in links.items() if _are_held(known, has_slugs=has_address(types[name])))
    return frozenset(name for name in found if all(_takes(types, name, at, held[at]) for at in links[name].lists))


def _are_held(links: Links, *, has_slugs: bool) -> bool:
    """Whether nearly all entries of a type are in lists of parts alone; those with slugs in a single one."""
    return bool(links.lists) and (links.once if has_slugs else links.held) >= _NEARLY_ALL * links.entries


def _takes(types: Mapping[str, ContentType], name: str, at: ListField, held: AbstractSet[str]) -> bool:
    """Whether a list that holds some types takes one of them as a part: there are others, most of them without slugs.

    A list of `blocks` may hold one type alone, which even has slugs; half of those in a list of `sections` may.
    """
    owner, field_id = at
    if owner == name:
        return False
    field = types[owner].find(field_id)
    if field is not None and is_surely_of_parts(field):
        return True
    addressed = sum(other in types and has_address(types[other]) for other in held)
    most = len(held) / 2 if field is not None and is_of_parts(field) else (len(held) - 1) / 2
    return len(held) > 1 and addressed <= most
