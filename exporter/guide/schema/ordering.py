"""The order of entries in lists: titles, dates, numbers."""

from __future__ import annotations

import struct
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

from exporter.guide.schema.dates import is_utc, read_date, read_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.core.encoding import Json
    from exporter.guide.schema.field_roles import Roles

_LARGEST = 1e300


_LAST = float("inf")


def _offset(zone: str) -> int:
    """Give the seconds that a zone is ahead of Greenwich; none where it is not known."""
    ahead = 0 if is_utc(zone) else 60 * (60 * int(zone[1:3]) + int(zone[-2:]))
    return -ahead if zone.startswith("-") else ahead


def place_of(roles: Roles, ask: Callable[[str], Json]) -> float:
    """Give what lists order an entry by, before its title: its field `order`, else its date, else the end.

    `ask` gives the value of a field, None where there is none.
    """
    order = ask(roles.order)
    if isinstance(order, (int, float)) and abs(order) < _LARGEST:
        return float(order)
    moment = read_date(ask(roles.date)) if roles.date else None
    if moment is None:
        return _LAST
    seconds = (moment.when - datetime(1, 1, 1)).total_seconds() - _offset(moment.zone)
    return -seconds if roles.newest_first else seconds


def first_letter(title: str) -> str:
    """Give the letter that a title is filed under; `#` for what is no letter."""
    bare = unicodedata.normalize("NFKD", sort_key(title.strip())[0][:1])[:1].upper()
    return bare if bare.isalpha() else "#"


def sort_key(title: str) -> tuple[str, str]:
    """Order titles as people do: accents and case come second."""
    if title.isascii():
        return title.casefold(), title
    bare = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return bare.casefold(), title


_LARGEST = 1e300


_LONGEST = 200


def _ordered(value: Json, *, is_date: bool) -> bytes | None:
    """Give bytes that order as a value does; None for what has no order."""
    from exporter.guide.schema.ordering import sort_key

    moment = read_moment(value) if is_date else None
    number = moment.timestamp() if moment is not None else value
    if isinstance(number, int | float):
        whole = float(number) if abs(number) < _LARGEST else float("inf") * (1 if number > 0 else -1)
        (bits,) = struct.unpack(">Q", struct.pack(">d", whole))
        return struct.pack(">Q", bits ^ (1 << 64) - 1 if bits >> 63 else bits | 1 << 63)
    if not isinstance(value, str) or not value.strip():
        return None
    return sort_key(value[:_LONGEST])[0].replace("\0", " ").encode("utf-8", "replace") + b"\0"
