"""The lists of site.yaml and of feeds: in which ones an entry stands, and at which place.

A list is named in the index by its content type, by `@` and its name in site.yaml, and with `/` and a value where it
holds the entries of that value alone. A `+` before it orders it by date, newest first, without what is not in the
locale.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exporter.model import link_key
from exporter.patterns import OWN_FACTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.config import ListPattern
    from exporter.guide.frame import Frame
    from exporter.model import Item
    from exporter.spelling import Json

OWN_NAMES = {"files", "updates", "offline", "search", "map", "style.css", "icon.svg"}
"""Where what is no page of an entry or list lies, on top of a guide: folders, and static files of the theme."""
CREATED = "sys.createdAt"
TAGS = "tags"
_LARGEST = 1e300
_LONGEST = 200
"""Characters of a text that order a list."""


def lists_with(
    frame: Frame, item: Item, labels: tuple[tuple[str, str, bytes], ...], bases: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str, str, bytes], ...]:
    """Give list, locale, letter and place for each list that an entry stands in beside that of its type.

    `labels` are its places in the list of its type, which decide where all else is equal; `bases` where it has pages.
    """
    if item.content_type not in frame.lists and frame.site.base_url is None:
        return ()
    shown = {code for code, _ in bases} if frame.site.base_url is not None else set()
    found = []
    for code, _, last in labels:
        if code in shown and item.content_type in frame.types:
            found.append((f"+{item.content_type}", code, "", _place(frame, item, (f"-{CREATED}",), code) + last))
        for name, wanted in frame.lists.get(item.content_type, ()):
            if _belongs(frame, item, wanted, code):
                names = [f"@{name}", *(f"@{name}/{each}" for each in by_values(frame, item, wanted, code))]
                place = _place(frame, item, wanted.sort or (), code) + last
                found += [(each, code, "", place) for each in names]
                if code in shown and wanted.feed:
                    dated = _place(frame, item, (f"-{date_name(frame, wanted)}",), code) + last
                    found += [(f"+{each}", code, "", dated) for each in names]
    return tuple(found)


def _belongs(frame: Frame, item: Item, wanted: ListPattern, code: str) -> bool:
    return all({*_texts(frame, item, name, code)} & {*values} for name, values in wanted.where.items())


def _texts(frame: Frame, item: Item, name: str, code: str) -> Iterator[str]:
    """Yield what a value is in site.yaml: a link is the id that it leads to; tags are their ids and names."""
    value = frame.answer(item, name, code).value
    for each in value if isinstance(value, list) else [value]:
        key = link_key(each)
        if key is not None:
            yield key.id
        elif isinstance(each, bool):
            yield str(each).lower()
        elif isinstance(each, str | int | float):
            yield str(each)
    if _means_tags(frame, item.content_type, name):
        yield from (text for tag in _tags(item) for text in (tag, frame.tags.get(tag, tag)))


def _means_tags(frame: Frame, type_id: str, name: str) -> bool:
    content_type = frame.model.types.get(type_id)
    return name == TAGS and (content_type is None or content_type.find(TAGS) is None)


def _tags(item: Item) -> list[str]:
    from exporter.guide.facts import own_facts

    return own_facts(item)[1]


def by_values(frame: Frame, item: Item, wanted: ListPattern, code: str) -> list[str]:
    """Give the values that part a list: `entry:ID` of a link, `tag:ID` of a tag, `text:TEXT` of any other."""
    if wanted.by is None:
        return []
    if _means_tags(frame, item.content_type, wanted.by):
        return _plain(f"tag:{each}" for each in _tags(item))
    value = frame.answer(item, wanted.by, code).value
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


def date_name(frame: Frame, wanted: ListPattern) -> str:
    """Give what dates the entries of a list: the first thing that it is sorted by where that is a date."""
    name = (wanted.sort or ("",))[0].removeprefix("-")
    content_type = frame.model.types.get(wanted.type)
    field = content_type.find(name) if content_type is not None else None
    return name if name in OWN_FACTS[1:] or (field is not None and field.type == "Date") else CREATED


def value_of(frame: Frame, item: Item, name: str, code: str) -> Json:
    """Give a field's value, or one of the entry's own facts."""
    if name in OWN_FACTS:
        return item.sys.get(name.partition(".")[2])
    value = frame.answer(item, name, code).value
    return value[0] if isinstance(value, list) and value else value


def _place(frame: Frame, item: Item, names: tuple[str, ...], code: str) -> bytes:
    """Give bytes that order a list; what has no value comes last, whichever way it is sorted."""
    found = b""
    for name in names:
        bare = name.removeprefix("-")
        raw = _ordered(value_of(frame, item, bare, code), is_date=_is_date(frame, item.content_type, bare))
        if raw is None:
            found += b"\1"
        else:
            found += b"\0" + (bytes(255 - each for each in raw) if name != bare else raw)
    return found


def _is_date(frame: Frame, type_id: str, name: str) -> bool:
    content_type = frame.model.types.get(type_id)
    field = content_type.find(name) if content_type is not None else None
    return name in OWN_FACTS[1:] or (field is not None and field.type == "Date")


def _ordered(value: Json, *, is_date: bool) -> bytes | None:
    """Give bytes that order as a value does; None for what has no order."""
    from exporter.guide.frame import sort_key

    moment = read_moment(value) if is_date else None
    number = moment.timestamp() if moment is not None else value
    if isinstance(number, int | float):
        whole = float(number) if abs(number) < _LARGEST else float("inf") * (1 if number > 0 else -1)
        (bits,) = struct.unpack(">Q", struct.pack(">d", whole))
        return struct.pack(">Q", bits ^ (1 << 64) - 1 if bits >> 63 else bits | 1 << 63)
    if not isinstance(value, str) or not value.strip():
        return None
    return sort_key(value[:_LONGEST])[0].replace("\0", " ").encode("utf-8", "replace") + b"\0"


def read_moment(value: Json) -> datetime | None:
    """Read a date as Contentful has them, with a time and an offset or without; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if found is None else found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_moment(found: datetime) -> str:
    """Write a moment as feeds and sitemaps have it."""
    return f"{found.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def unknown_names(frame: Frame) -> Iterator[str]:
    """Yield a sentence for each name in `lists:` that the content model does not have."""
    for name, wanted in frame.site.lists.items():
        content_type = frame.model.types.get(wanted.type)
        if content_type is None:
            has = ", ".join(frame.model.types)
            yield f"lists.{name}.type: the space has no content type {wanted.type}: it has {has}"
            continue
        if (wanted.url or f"/{name}/").split("/")[1].lower() in OWN_NAMES:
            yield f"lists.{name}.url: {wanted.url or f'/{name}/'} is the guide's own: give it another url"
        asked = [("where", each) for each in wanted.where] + ([("by", wanted.by)] if wanted.by else [])
        sorts = [("sort", each.removeprefix("-")) for each in wanted.sort or ()]
        asked += [each for each in sorts if each[1] not in OWN_FACTS]
        for key, field in asked:
            if content_type.find(field) is None and (key == "sort" or field != TAGS):
                has = ", ".join(each.id for each in content_type.fields)
                yield f"lists.{name}.{key}: {wanted.type} has no field {field}: it has {has}"
