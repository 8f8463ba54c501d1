"""Dates as editors write them: their place in the calendar, and how a page's language writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from babel import Locale

    from exporter.guide.roles import Roles
    from exporter.spelling import Json

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(?P<zone>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?",
    re.ASCII,
)
_LENGTHS: dict[str, Literal["short", "medium", "long", "full"]] = {
    "short": "short",
    "medium": "medium",
    "long": "long",
    "full": "full",
}
_LEAP = 60
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
        late = (hour, minute, second) == (24, 0, 0)
        when = datetime(year, month, day, 0 if late else hour, minute, second - (second == _LEAP)) + timedelta(late)
    except (ValueError, OverflowError):
        return None
    return Moment(when, found[4] is not None, found["zone"] or "")


def machine_date(moment: Moment) -> str:
    """Write a date as HTML has it, whose times know fewer forms than ISO 8601."""
    if not moment.has_time:
        return moment.when.date().isoformat()
    zone = "Z" if moment.zone and is_utc(moment.zone) else moment.zone
    return f"{moment.when.isoformat(timespec='seconds' if moment.when.second else 'minutes')}{zone}"


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
