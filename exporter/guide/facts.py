"""What the index keeps of an item: where lists put it, what it links to, where its pages want to lie, its files."""

from __future__ import annotations

import struct
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.addresses import base_address, parts_of
from exporter.guide.dates import place_of
from exporter.guide.frame import sort_key
from exporter.guide.listings import lists_with
from exporter.guide.roles import UNKNOWN
from exporter.layout import asset_files, is_item_path
from exporter.model import Item, Key, Upsert, link_id, link_key, read_change
from exporter.spelling import pack

if TYPE_CHECKING:
    from exporter.guide.frame import Frame
    from exporter.spelling import Json

_SHORT = 300
_LONG = (str, list)
_FEW = 8


class Facts(NamedTuple):
    """The facts of an item.

    `labels`: locale, letter and place in lists. `targets`: key and field of what it links to. `bases`: locale and
    address of each page that it wants. `files`: an asset's paths under site/ and under content/. `lists`: list, locale,
    letter and place in the lists that site.yaml and feeds are made of. `parts`: what addresses of others read of it.
    """

    key: str
    type: str
    labels: tuple[tuple[str, str, bytes], ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str, str, bytes], ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()


def card_of(item: Item) -> bytes:
    """Pack what other pages mostly ask of an item: all but its long fields, whose names stand beside."""
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


def own_facts(item: Item) -> tuple[dict[str, Json], list[str]]:
    """Give what an item's `sys` says that templates may ask, and the ids of its tags."""
    sys, metadata = item.sys, item.raw.get("metadata")
    links = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = [found for each in links if (found := link_id(each)) is not None] if isinstance(links, list) else []
    return {name: sys[name] for name in ("id", "createdAt", "updatedAt", "revision") if name in sys}, tags


def _is_short(values: Json) -> bool:
    """Tell cheaply whether a field is short in all locales, as most are; no text that is packed tells more."""
    if not isinstance(values, dict):
        return False
    for each in values.values():
        if isinstance(each, _LONG):
            if len(each) > _SHORT:
                return False
        elif isinstance(each, dict) and ("nodeType" in each or len(each) > _FEW):
            return False
    return True


def read_item(raw: Json, path: str) -> Item | None:
    """Read an item that lies at the path that is its own; None for a foreign file."""
    try:
        change = read_change(raw)
    except ValueError:
        return None
    if not isinstance(change, Upsert):
        return None
    return change.item if is_item_path(path, change.key, change.item.content_type) else None


def facts_of(frame: Frame, item: Item, path: str) -> Facts:
    """Work out an item's facts; its JSON lies at `path` under content/."""
    targets = _targets(item)
    kind, identifier = item.key
    if kind == "asset":
        files = tuple([(each.public_path, each.path) for each in asset_files(item, path)])
        return Facts(f"asset:{identifier}", "", (), targets, (), files)
    type_id = item.content_type
    titles = [(code, frame.title(item, code)) for code in frame.locales]
    labels = tuple([(code, first_letter(title), _sort(frame, item, title, code)) for code, title in titles])
    bases: tuple[tuple[str, str], ...] = ()
    if type_id in frame.types:
        shown = [code for code in frame.locales if frame.is_shown(item, code)]
        bases = tuple([(code, base_address(frame, item, code)) for code in shown])
    lists = lists_with(frame, item, labels, bases)
    return Facts(f"entry:{identifier}", type_id, labels, targets, bases, (), lists, parts_of(frame, item))


def _targets(item: Item) -> tuple[tuple[str, str], ...]:
    """Give key and field of what an item links to."""
    found: set[tuple[str, str]] = set()
    for name, values in item.fields.items():
        for value in values.values() if isinstance(values, dict) else ():
            if (type(value) is dict or type(value) is list) and (keys := links_in(value)):
                plain = _plain(name)
                found.update([(f"{kind}:{identifier}", plain) for kind, identifier in keys])
    return tuple(sorted(found))


def _plain(name: str) -> str:
    """Give the id of a field as UTF-8 can hold it."""
    return name if name.isascii() else name.encode("utf-8", "replace").decode()


def links_in(value: Json) -> list[Key]:
    """Give the keys that a value links to, at any depth, Rich Text included."""
    found: list[Key] = []
    pending: list[Json] = [value]
    for each in pending:  # which grows while it is walked
        key = link_key(each) if "sys" in each else None
        if key is not None:
            found.append(key)
        else:
            inside = each.values() if type(each) is dict else each
            pending += [inner for inner in inside if type(inner) is dict or type(inner) is list]
    return found


def _sort(frame: Frame, item: Item, title: str, locale: str) -> bytes:
    """Give bytes that order as lists do: by `order` or date, where there is one, then by title, then by id."""
    place = place_of(frame.roles.get(item.content_type, UNKNOWN), lambda name: _place(frame, item, name, locale))
    (bits,) = struct.unpack(">Q", struct.pack(">d", place))
    ordered = struct.pack(">Q", bits ^ (1 << 64) - 1 if bits >> 63 else bits | 1 << 63)
    plain, own = sort_key(title.replace("\0", " "))
    return ordered + f"{plain}\0{own}\0{item.key.id}".encode("utf-8", "replace")


def _place(frame: Frame, item: Item, name: str, locale: str) -> Json:
    return frame.answer(item, name, locale).value if name in item.fields else None


def first_letter(title: str) -> str:
    """Give the letter that a title is filed under; `#` for what is no letter."""
    bare = unicodedata.normalize("NFKD", sort_key(title.strip())[0][:1])[:1].upper()
    return bare if bare.isalpha() else "#"
