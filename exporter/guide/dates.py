"""Dates as editors write them: their place in the calendar, and how a page's language writes them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from babel import Locale

    from exporter.guide.roles import Roles
    from exporter.model import Json

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_LENGTHS: dict[str, Literal["short", "medium", "long", "full"]] = {
    "short": "short",
    "medium": "medium",
    "long": "long",
    "full": "full",
}
_LARGEST = 1e300
_LAST = float("inf")


class Moment(NamedTuple):
    """A date as it was written: its own clock time, where it has one, and its zone's offset."""

    when: datetime
    has_time: bool
    zone: str


def read_date(value: Json) -> Moment | None:
    """Read a date in one of the forms that a Date field has (PROTOCOL: 2018-01-01, …T10:00+01:00, …T00:00, …Z)."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(each or 0) for each in found.groups()[:6])
        when = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return Moment(when, found[4] is not None, found["zone"] or "")


def write_date(moment: Moment, locale: Locale, length: str = "long") -> str:
    """Write a date in a language; the time with it where it says more than midnight, in the zone that it names."""
    from babel.dates import format_date, format_time

    day = format_date(moment.when, _LENGTHS.get(length, "long"), locale)
    if not moment.has_time or (moment.when.hour, moment.when.minute) == (0, 0):
        return str(day)
    time = format_time(moment.when, "short", locale=locale)
    if moment.zone:
        time = f"{time} UTC{'' if is_utc(moment.zone) else moment.zone}"
    pattern = locale.datetime_formats["medium"]
    return str(pattern).replace("'", "").replace("{0}", time).replace("{1}", day)


def is_utc(zone: str) -> bool:
    """Tell whether a zone is that of Greenwich."""
    return zone.strip("Z+-0:") == ""


def place_of(roles: Roles, ask: Callable[[str], Json]) -> float:
    """Give what lists order an entry by, before its title: its field `order`, else its date, else the end.

    `ask` gives the value of a field, None where there is none.
    """
    order = ask("order")
    if isinstance(order, int | float) and abs(order) < _LARGEST:
        return float(order)
    moment = read_date(ask(roles.date)) if roles.date else None
    if moment is None:
        return _LAST
    seconds = (moment.when - datetime(1, 1, 1)).total_seconds()
    return -seconds if roles.newest_first else seconds
