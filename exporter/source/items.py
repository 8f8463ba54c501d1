"""The items of a page, decoded one by one as they are asked for: each is stored while it is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from exporter.core.encoding import (
    LISTED,
    MOST_LEVELS,
    Json,
    decode,
    has_exponent,
    is_deeper,
    may_be_deeper,
    no_deeper,
    read_double,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _Page(msgspec.Struct):
    """A page whose items are only located, not decoded."""

    items: list[msgspec.Raw]
    nextPageUrl: Json = None  # noqa: N815 - the wire's names
    nextSyncUrl: Json = None  # noqa: N815 - the name on the wire


_PAGES = msgspec.json.Decoder(_Page)


class SplitPage(NamedTuple):
    """A page's links by name, its items with whether each is plain, and their number; None if it has no list.

    An item is plain where no number in it is written with an exponent. The items can be gone through once.
    """

    links: Json
    items: Iterable[tuple[Json, bool]] | None
    size: int


def split_page(data: bytes | bytearray) -> SplitPage:
    """Split a page into its links and its items.

    Raises ValueError for what is no JSON object, and, while the items are decoded, for one that is no JSON.
    """
    try:
        page = _PAGES.decode(data)
    except (msgspec.DecodeError, RecursionError):  # no page, or one that the standard library alone can read
        body = decode(data, levels=MOST_LEVELS + LISTED)
    else:
        links = {"nextPageUrl": page.nextPageUrl, "nextSyncUrl": page.nextSyncUrl}
        return SplitPage(links, _decoded(page.items), len(page.items))
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    items = body.get("items")
    if not isinstance(items, list):
        return SplitPage(body, None, 0)
    return SplitPage(body, [(no_deeper(item), False) for item in items], len(items))


def _decoded(items: list[msgspec.Raw]) -> Iterator[tuple[Json, bool]]:
    plain = True

    def number(text: str) -> float:
        nonlocal plain
        value = read_double(text)
        plain = plain and not has_exponent(value)
        return value

    decoder = msgspec.json.Decoder(float_hook=number)
    for raw in items:
        plain, data = True, bytes(raw)
        try:
            value = decoder.decode(data)
            exactly = may_be_deeper(data) and is_deeper(value)
        except (msgspec.DecodeError, ValueError, RecursionError):
            exactly = True
        yield (_exactly(data), False) if exactly else (value, plain)


def _exactly(data: bytes) -> Json:
    try:
        return decode(data)
    except ValueError:
        raise ValueError("an item that is no JSON") from None
