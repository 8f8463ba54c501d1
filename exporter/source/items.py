"""The items of a page, decoded one by one as they are asked for: each is put away while it is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from exporter.core.encoding import Json, decode, is_spelled_apart, read_double

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _Page(msgspec.Struct):
    """A page whose items are only marked off."""

    items: list[msgspec.Raw]
    nextPageUrl: Json = None  # noqa: N815 - the wire's names
    nextSyncUrl: Json = None  # noqa: N815


_PAGES = msgspec.json.Decoder(_Page)


def split_page(data: bytes | bytearray) -> tuple[Json, Iterable[tuple[Json, bool]] | None]:
    """Give a page's links by name, and its items, each with whether it is plain; None where it has no list of them.

    An item is plain where no number in it is written with an exponent. Raises ValueError for what is no JSON object,
    and, while the items are decoded, for one that is no JSON.
    """
    try:
        page = _PAGES.decode(data)
    except (msgspec.DecodeError, RecursionError):  # no page, or one that the standard library alone can read
        body = decode(data)
    else:
        return {"nextPageUrl": page.nextPageUrl, "nextSyncUrl": page.nextSyncUrl}, _decoded(page.items)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    items = body.get("items")
    return body, [(each, False) for each in items] if isinstance(items, list) else None


def _decoded(items: list[msgspec.Raw]) -> Iterator[tuple[Json, bool]]:
    plain = True

    def number(text: str) -> float:
        nonlocal plain
        value = read_double(text)
        plain = plain and not is_spelled_apart(value)
        return value

    decoder = msgspec.json.Decoder(float_hook=number)
    for raw in items:
        plain = True
        try:
            value = decoder.decode(raw)
        except (msgspec.DecodeError, ValueError, RecursionError):
            value, plain = _exactly(raw), False
        yield value, plain


def _exactly(raw: msgspec.Raw) -> Json:
    try:
        return decode(bytes(raw))
    except ValueError:
        raise ValueError("an item that is no JSON") from None
