"""The lists of site.yaml and of feeds: in which ones an entry stands, and at which place.

A list is named in the index by its content type, by `@` and its name in site.yaml, and with `/` and a value where it
holds the entries of that value alone. A `+` before it orders it by date, newest first, without what is not in the
locale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import OWN_FACTS
from exporter.core.model import link_key
from exporter.guide.schema.guide_model import TAGS
from exporter.guide.schema.ordering import value_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.config.site_schema import ListPattern
    from exporter.core.encoding import Json
    from exporter.core.model import Item
    from exporter.guide.schema.guide_model import GuideModel

"""Where what is no page of an entry or list lies, on top of a guide: folders, and static files of the theme."""
CREATED = "sys.createdAt"
"""Characters of a text that order a list."""


def lists_with(
    guide: GuideModel, item: Item, labels: tuple[tuple[str, str, bytes], ...], bases: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str, str, bytes], ...]:
    """Give list, locale, letter and place for each list that an entry stands in beside that of its type.

    `labels` are its places in the list of its type, which decide where all else is equal; `bases` where it has pages.
    """
    if item.content_type not in guide.lists and guide.site.base_url is None:
        return ()
    shown = {code for code, _ in bases} if guide.site.base_url is not None else set()
    found = []
    for code, _, last in labels:
        if code in shown and item.content_type in guide.types:
            found.append((f"+{item.content_type}", code, "", _place(guide, item, (f"-{CREATED}",), code) + last))
        for name, wanted in guide.lists.get(item.content_type, ()):
            if _belongs(guide, item, wanted, code):
                names = [f"@{name}", *(f"@{name}/{each}" for each in by_values(guide, item, wanted, code))]
                place = _place(guide, item, wanted.sort or (), code) + last
                found += [(each, code, "", place) for each in names]
                if code in shown and wanted.feed:
                    dated = _place(guide, item, (f"-{date_name(guide, wanted)}",), code) + last
                    found += [(f"+{each}", code, "", dated) for each in names]
    return tuple(found)


def _belongs(guide: GuideModel, item: Item, wanted: ListPattern, code: str) -> bool:
    return all({*_texts(guide, item, name, code)} & {*values} for name, values in wanted.where.items())


def _texts(guide: GuideModel, item: Item, name: str, code: str) -> Iterator[str]:
    """Yield what a value is in site.yaml: a link is the id that it leads to; tags are their ids and names."""
    value = guide.answer(item, name, code).value
    for each in value if isinstance(value, list) else [value]:
        key = link_key(each)
        if key is not None:
            yield key.id
        elif isinstance(each, bool):
            yield str(each).lower()
        elif isinstance(each, str | int | float):
            yield str(each)
    if _means_tags(guide, item.content_type, name):
        yield from (text for tag in _tags(item) for text in (tag, guide.tags.get(tag, tag)))


def _means_tags(guide: GuideModel, type_id: str, name: str) -> bool:
    content_type = guide.model.types.get(type_id)
    return name == TAGS and (content_type is None or content_type.find(TAGS) is None)


def _tags(item: Item) -> list[str]:
    from exporter.core.model import own_facts

    return own_facts(item)[1]


def by_values(guide: GuideModel, item: Item, wanted: ListPattern, code: str) -> list[str]:
    """Give the values that part a list: `entry:ID` of a link, `tag:ID` of a tag, `text:TEXT` of any other."""
    if wanted.by is None:
        return []
    if _means_tags(guide, item.content_type, wanted.by):
        return _plain(f"tag:{each}" for each in _tags(item))
    value = guide.answer(item, wanted.by, code).value
    found = []
    for each in value if isinstance(value, list) else [value]:
        key = link_key(each)
        if key is not None and key.kind == "entry":
            found.append(f"entry:{key.id}")
        elif isinstance(each, str | int) and str(each).strip():
            found.append(f"text:{str(each).strip()}")
    return _plain(found)


def _plain(values: Iterable[str]) -> list[str]:
    """Give each value once, as text that the index can hold."""
    return list(dict.fromkeys(each.encode("utf-8", "replace").decode() for each in values))


def date_name(guide: GuideModel, wanted: ListPattern) -> str:
    """Give what dates the entries of a list: the first thing that it is sorted by where that is a date."""
    name = (wanted.sort or ("",))[0].removeprefix("-")
    content_type = guide.model.types.get(wanted.type)
    field = content_type.find(name) if content_type is not None else None
    return name if name in OWN_FACTS[1:] or (field is not None and field.type == "Date") else CREATED


def value_of(guide: GuideModel, item: Item, name: str, code: str) -> Json:
    """Give a field's value, or one of the entry's own facts."""
    if name in OWN_FACTS:
        return item.sys.get(name.partition(".")[2])
    value = guide.answer(item, name, code).value
    return value[0] if isinstance(value, list) and value else value


def _place(guide: GuideModel, item: Item, names: tuple[str, ...], code: str) -> bytes:
    """Give bytes that order a list; what has no value comes last, whichever way it is sorted."""
    found = b""
    for name in names:
        bare = name.removeprefix("-")
        raw = value_order(value_of(guide, item, bare, code), is_date=_is_date(guide, item.content_type, bare))
        if raw is None:
            found += b"\1"
        else:
            found += b"\0" + (bytes(255 - each for each in raw) if name != bare else raw)
    return found


def _is_date(guide: GuideModel, type_id: str, name: str) -> bool:
    content_type = guide.model.types.get(type_id)
    field = content_type.find(name) if content_type is not None else None
    return name in OWN_FACTS[1:] or (field is not None and field.type == "Date")
