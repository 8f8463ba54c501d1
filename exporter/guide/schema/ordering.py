"""The order of entries in lists: titles, dates, numbers."""

from __future__ import annotations

import struct
import unicodedata
from typing import TYPE_CHECKING

from exporter.guide.schema.dates import read_date, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.core.encoding import Json
    from exporter.guide.schema.field_roles import Roles

_LARGEST = 1e300
"""Numbers beyond this, which JSON can hold and a double cannot, order as infinity."""
_LONGEST = 200
"""Characters of a text that order a list."""
_LAST = float("inf")


def sortable(number: float) -> bytes:
    """Return eight bytes that compare as numbers do.

    The bits of a double, its sign first, then exponent and fraction, already order positive numbers when they are read
    as one unsigned integer. Negative ones come after these, and in reverse. So a set sign bit flips all bits, which
    reverses them and puts them first; a clear one is set, which puts positive numbers behind them.
    """
    (bits,) = struct.unpack(">Q", struct.pack(">d", number))
    return struct.pack(">Q", bits ^ (1 << 64) - 1 if bits >> 63 else bits | 1 << 63)


def place_of(roles: Roles, ask: Callable[[str], Json]) -> float:
    """Return what lists order an entry by, before its title: its field `order`, else its date, else infinity.

    `ask` returns the value of a field, None where there is none.
    """
    order = ask(roles.order)
    if isinstance(order, (int, float)) and abs(order) < _LARGEST:
        return float(order)
    moment = read_date(ask(roles.date)) if roles.date else None
    if moment is None:
        return _LAST
    seconds = seconds_of(moment)
    return -seconds if roles.newest_first else seconds


def first_letter(title: str) -> str:
    """Return the letter that a title is filed under; `#` for anything but a letter."""
    bare = unicodedata.normalize("NFKD", sort_key(title.strip())[0][:1])[:1].upper()
    return bare if bare.isalpha() else "#"


def sort_key(title: str) -> tuple[str, str]:
    """Return a key that orders titles as people do: accents and case come second."""
    if title.isascii():
        return title.casefold(), title
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", title) if not unicodedata.combining(letter))
    return bare.casefold(), title


def value_order(value: Json, *, is_date: bool) -> bytes | None:
    """Return bytes that order as a field's values do; None for a value without an order, which comes last.

    In a Date field that is everything but a date, so that texts never stand among moments.
    """
    if is_date:
        moment = read_date(value)
        return sortable(seconds_of(moment)) if moment is not None else None
    if isinstance(value, int | float):
        return sortable(float(value) if abs(value) < _LARGEST else _LAST * (1 if value > 0 else -1))
    if not isinstance(value, str) or not value.strip():
        return None
    return sort_key(value[:_LONGEST])[0].replace("\0", " ").encode("utf-8", "replace") + b"\0"
