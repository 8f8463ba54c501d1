"""Dates as editors write them: their place in the calendar, and how a page's language writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from babel import Locale

    from exporter.core.encoding import Json

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
