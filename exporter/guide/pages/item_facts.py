"""What the index keeps of an item: its places in lists, its links, the addresses that its pages want, its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import pack
from exporter.core.model import Item, Key, link_key, own_facts
from exporter.core.naming import asset_files
from exporter.guide.index.records import ItemFacts
from exporter.guide.pages.addresses import base_address, dates_of, linked_values
from exporter.guide.pages.list_membership import lists_with
from exporter.guide.schema.field_roles import UNKNOWN
from exporter.guide.schema.ordering import first_letter, place_of, sort_key, sortable
from exporter.guide.schema.type_traits import layer_of
from exporter.maps.points import read_point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.core.encoding import Json
    from exporter.guide.schema.guide_model import GuideModel

_LONGEST_SHORT = 300
"""Characters of a text, or values of a list, in a field that a summary holds."""
_MOST_NAMES = 8
"""Names in an object that a summary holds."""


def summary_of(item: Item) -> bytes:
    """Pack what other pages mostly read of an item: all but its long fields, and the names of those.

    Where it cannot be packed, it names no field: None in place of the names stands for all of them.
    """
    short: dict[str, Json] = {}
    long: list[str] = []
    for name, values in item.fields.items():
        if _is_short(values):
            short[name] = values
        else:
            long.append(name)
    try:
        return pack([item.content_type, *own_facts(item), short, long])
    except (UnicodeEncodeError, OverflowError):
        return pack(["", {}, [], {}, None])


def _is_short(values: Json) -> bool:
    """Whether a field is short in all locales, as most are; the check must cost less than packing the field."""
    if not isinstance(values, dict):
        return False
    for value in values.values():
        if isinstance(value, (str, list)):
            if len(value) > _LONGEST_SHORT:
                return False
        elif isinstance(value, dict) and ("nodeType" in value or len(value) > _MOST_NAMES):
            return False
    return True


def facts_of(guide: GuideModel, item: Item, path: str) -> ItemFacts:
    """Return an item's facts; its JSON lies at `path` under content/."""
    targets = _targets(item)
    kind, identifier = item.key
    if kind == "asset":
        keeps = guide.site.content.active == "keep"
        files = tuple([(file.path_in_site(keeps_active=keeps), file.path) for file in asset_files(item, path)])
        return ItemFacts(f"asset:{identifier}", "", (), targets, (), files)
    type_id = item.content_type
    titles = [(code, guide.title(item, code)) for code in guide.locales]
    labels = tuple([(code, first_letter(title), _sort(guide, item, title, code)) for code, title in titles])
    bases: tuple[tuple[str, str], ...] = ()
    if type_id in guide.types:
        shown = [code for code in guide.locales if guide.is_shown(item, code)]
        bases = tuple([(code, base_address(guide, item, code)) for code in shown])
    lists = lists_with(guide, item, labels, bases)
    values, dates = linked_values(guide, item), dates_of(guide, item)
    points = tuple(_points(guide, item, titles)) if type_id in guide.located else ()
    return ItemFacts(f"entry:{identifier}", type_id, labels, targets, bases, (), lists, values, dates, points)


def _points(
    guide: GuideModel, item: Item, titles: list[tuple[str, str]]
) -> Iterator[tuple[str, str, float, float, str]]:
    """Yield where an entry is by its first filled Location field: layer, locale, degrees, what it is called."""
    how = guide.located[item.content_type]
    for code, title in titles:
        values = (guide.answer(item, name, code).value for name in how.fields)
        point = next(filter(None, map(read_point, values)), None)
        if point is not None:
            yield layer_of(how), code, *point, _plain(title)


def _targets(item: Item) -> tuple[tuple[str, str], ...]:
    """Return key and field of what an item links to."""
    found: set[tuple[str, str]] = set()
    for name, values in item.fields.items():
        for value in values.values() if type(values) is dict else ():
            if type(value) is str:  # as most are
                continue
            if (type(value) is dict or type(value) is list) and (keys := links_in(value)):
                plain = _plain(name)
                found.update([(f"{kind}:{identifier}", plain) for kind, identifier in keys])
    return tuple(sorted(found))


def _plain(name: str) -> str:
    """Return the id of a field as UTF-8 can hold it."""
    return name if name.isascii() else name.encode("utf-8", "replace").decode()


def links_in(value: Json) -> list[Key]:
    """Return the keys that a value links to, at any depth, Rich Text included."""
    found: list[Key] = []
    pending: list[Json] = [value]
    for part in pending:  # which grows while it is walked
        key = link_key(part) if "sys" in part else None
        if key is not None:
            found.append(key)
        else:
            inside = part.values() if type(part) is dict else part
            pending += [inner for inner in inside if type(inner) is dict or type(inner) is list]
    return found


def _sort(guide: GuideModel, item: Item, title: str, locale: str) -> bytes:
    """Return bytes that sort as lists do: by `order` or date, where there is one, then by title, then by id."""
    place = place_of(guide.roles.get(item.content_type, UNKNOWN), lambda name: _place(guide, item, name, locale))
    plain, own = sort_key(title.replace("\0", " "))
    return sortable(place) + f"{plain}\0{own}\0{item.key.id}".encode("utf-8", "replace")


def _place(guide: GuideModel, item: Item, name: str, locale: str) -> Json:
    return guide.answer(item, name, locale).value if name in item.fields else None
