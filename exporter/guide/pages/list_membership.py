"""The lists of site.yaml and of feeds: in which ones an entry stands, and at which place.

A list is named in the index by its content type, or by `@` and its name in site.yaml, with `/` and a value behind it
where it holds the entries of that value alone. The same list with a `+` before its name holds the entries that have a
page in the locale, newest first: for its feed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import OWN_FACTS
from exporter.core.model import link_key, own_facts
from exporter.guide.schema.guide_model import TAGS
from exporter.guide.schema.ordering import value_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.config.site_schema import ListPattern
    from exporter.core.encoding import Json
    from exporter.core.model import Item
    from exporter.guide.schema.guide_model import GuideModel

BY_DATE = "+"
"""Before the name of a list: the one that its feed is made of."""
CREATED = "sys.createdAt"
"""What dates an entry that has no date of its own."""


def lists_with(
    guide: GuideModel, item: Item, labels: tuple[tuple[str, str, bytes], ...], bases: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str, str, bytes], ...]:
    """Return list, locale, letter and place for each list that an entry stands in beside that of its type.

    `labels` are its places in the list of its type, which decide between entries that are equal; `bases` are the
    addresses of its pages.
    """
    if item.content_type not in guide.lists and guide.site.base_url is None:
        return ()
    shown = {code for code, _ in bases} if guide.site.base_url is not None else set()
    found = []
    for code, _, last in labels:
        if code in shown and item.content_type in guide.types:
            found.append(
                (f"{BY_DATE}{item.content_type}", code, "", _place(guide, item, (f"-{CREATED}",), code) + last)
            )
        for name, wanted in guide.lists.get(item.content_type, ()):
            if _belongs(guide, item, wanted, code):
                names = [f"@{name}", *(f"@{name}/{value}" for value in by_values(guide, item, wanted, code))]
                place = _place(guide, item, wanted.sort or (), code) + last
                found += [(list_id, code, "", place) for list_id in names]
                if code in shown and wanted.feed:
                    dated = _place(guide, item, (f"-{date_name(guide, wanted)}",), code) + last
                    found += [(f"{BY_DATE}{list_id}", code, "", dated) for list_id in names]
    return tuple(found)


def _belongs(guide: GuideModel, item: Item, wanted: ListPattern, code: str) -> bool:
    return all({*_texts(guide, item, name, code)} & {*values} for name, values in wanted.where.items())


def _texts(guide: GuideModel, item: Item, name: str, code: str) -> Iterator[str]:
    """Yield the texts by which site.yaml may name a value: of a link its target's id, of a tag its id and name."""
    value = guide.answer(item, name, code).value
    for single in value if isinstance(value, list) else [value]:
        key = link_key(single)
        if key is not None:
            yield key.id
        elif isinstance(single, bool):
            yield str(single).lower()
        elif isinstance(single, str | int | float):
            yield str(single)
    if _means_tags(guide, item.content_type, name):
        yield from (text for tag in _tags(item) for text in (tag, guide.tags.get(tag, tag)))


def _means_tags(guide: GuideModel, type_id: str, name: str) -> bool:
    content_type = guide.model.types.get(type_id)
    return name == TAGS and (content_type is None or content_type.find(TAGS) is None)


def _tags(item: Item) -> list[str]:
    return own_facts(item)[1]


def by_values(guide: GuideModel, item: Item, wanted: ListPattern, code: str) -> list[str]:
    """Return the values that a list is split by: `entry:ID` for a link, `tag:ID` for a tag, else `text:TEXT`."""
    if wanted.by is None:
        return []
    if _means_tags(guide, item.content_type, wanted.by):
        return _plain(f"tag:{tag}" for tag in _tags(item))
    value = guide.answer(item, wanted.by, code).value
    found = []
    for single in value if isinstance(value, list) else [value]:
        key = link_key(single)
        if key is not None and key.kind == "entry":
            found.append(f"entry:{key.id}")
        elif isinstance(single, str | int) and str(single).strip():
            found.append(f"text:{str(single).strip()}")
    return _plain(found)


def _plain(values: Iterable[str]) -> list[str]:
    """Return each value once, as text that the index can hold."""
    return list(dict.fromkeys(value.encode("utf-8", "replace").decode() for value in values))


def date_name(guide: GuideModel, wanted: ListPattern) -> str:
    """Return what dates the entries of a list: the first field that it is sorted by, if that is a date."""
    name = (wanted.sort or ("",))[0].removeprefix("-")
    content_type = guide.model.types.get(wanted.type)
    field = content_type.find(name) if content_type is not None else None
    return name if name in OWN_FACTS[1:] or (field is not None and field.type == "Date") else CREATED


def value_of(guide: GuideModel, item: Item, name: str, code: str) -> Json:
    """Return a field's value, or one of the entry's own facts."""
    if name in OWN_FACTS:
        return item.sys.get(name.partition(".")[2])
    value = guide.answer(item, name, code).value
    return value[0] if isinstance(value, list) and value else value


def _place(guide: GuideModel, item: Item, names: tuple[str, ...], code: str) -> bytes:
    """Return bytes that sort a list; an entry without a value comes last, whichever way it is sorted."""
    found = b""
    for name in names:
        bare = name.removeprefix("-")
        raw = value_order(value_of(guide, item, bare, code), is_date=_is_date(guide, item.content_type, bare))
        if raw is None:
            found += b"\1"
        else:
            found += b"\0" + (bytes(255 - byte for byte in raw) if name != bare else raw)
    return found


def _is_date(guide: GuideModel, type_id: str, name: str) -> bool:
    content_type = guide.model.types.get(type_id)
    field = content_type.find(name) if content_type is not None else None
    return name in OWN_FACTS[1:] or (field is not None and field.type == "Date")
