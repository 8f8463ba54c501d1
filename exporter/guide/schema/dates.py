"""Dates as editors write them: the one parser, their place in the calendar, and how a page's language writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from babel import Locale

    from exporter.core.encoding import Json

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?:(:\d\d)(\.\d+)?)?)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?",
    re.ASCII,
)
_LENGTHS: dict[str, Literal["short", "medium", "long", "full"]] = {
    "short": "short",
    "medium": "medium",
    "long": "long",
    "full": "full",
}
_YEAR_ONE = datetime(1, 1, 1)
_UNIX_EPOCH = datetime(1970, 1, 1)


class Moment(NamedTuple):
    """A date as it was written: its own clock time, where it has one, and its zone's offset (empty for none)."""

    when: datetime
    has_time: bool
    zone: str


def read_date(value: Json) -> Moment | None:
    """Read a date in one of the forms that a Date field has; None for anything else.

    The forms are 2018-01-01, 2018-01-01T10:00, …T10:00:00.000, each with or without a zone (Z, +01:00, +0100).
    Midnight at the end of a day (T24:00) is the start of the next; a leap second counts as the second before it.
    """
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, second, fraction, zone = found.groups(default="")
    try:
        if clock == "24:00" and second in ("", ":00"):
            when = datetime.fromisoformat(day) + timedelta(days=1)
        else:
            second = ":59" if second == ":60" else second
            when = datetime.fromisoformat(f"{day}T{clock}{second}{fraction}" if clock else day)
    except (ValueError, OverflowError):
        return None
    return Moment(when, clock != "", zone)


def seconds_of(moment: Moment) -> float:
    """Return a moment's place in time: seconds since the start of the year 1 in UTC. Without a zone it is in UTC."""
    return (moment.when - _YEAR_ONE).total_seconds() - _offset(moment.zone)


def unix_time(moment: Moment) -> float:
    """Return a moment as Unix time, in seconds."""
    return (moment.when - _UNIX_EPOCH).total_seconds() - _offset(moment.zone)


def _offset(zone: str) -> int:
    """Return the seconds by which a zone is ahead of UTC; 0 for none."""
    ahead = 0 if is_utc(zone) else 60 * (60 * int(zone[1:3]) + int(zone[-2:]))
    return -ahead if zone.startswith("-") else ahead


def is_utc(zone: str) -> bool:
    """Whether a zone is UTC."""
    return zone.strip("Z+-0:") == ""


def machine_date(moment: Moment) -> str:
    """Return a date as HTML's `datetime` has it, which allows fewer forms than ISO 8601."""
    if not moment.has_time:
        return moment.when.date().isoformat()
    zone = "Z" if moment.zone and is_utc(moment.zone) else moment.zone
    return f"{moment.when.isoformat(timespec='seconds' if moment.when.second else 'minutes')}{zone}"


def write_date(moment: Moment, locale: Locale, length: str = "long") -> str:
    """Return a date in a language; with its time, in its own zone, unless that is midnight."""
    from babel.dates import format_date, format_time

    day = format_date(moment.when, _LENGTHS.get(length, "long"), locale)
    if not moment.has_time or (moment.when.hour, moment.when.minute) == (0, 0):
        return str(day)
    time = format_time(moment.when, "short", locale=locale)
    if moment.zone:
        time = f"{time} UTC{'' if is_utc(moment.zone) else moment.zone}"
    pattern = locale.datetime_formats["medium"]
    return str(pattern).replace("'", "").replace("{0}", time).replace("{1}", day)


def write_moment(moment: Moment) -> str:
    """Return a moment in UTC as feeds and sitemaps have it: 2018-01-01T09:00:00Z."""
    try:
        found = moment.when - timedelta(seconds=_offset(moment.zone))
    except OverflowError:  # the first or the last day of the calendar
        found = moment.when
    return f"{found.replace(microsecond=0).isoformat()}Z"
