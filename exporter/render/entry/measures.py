"""Numbers with the units that editors write into the names of fields: `Distance (km)`, `durationMinutes`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from exporter.guide.schema.field_words import words_of
from exporter.render.view.languages import babel_locale, write_number

_IN_BRACKETS = re.compile(r"\s*[(\[]\s*([^()\[\]]{1,12}?)\s*[)\]]\s*$")
_UNITS = {
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), "length-kilometer"),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), "length-meter"),
    **dict.fromkeys(("mi", "mile", "miles"), "length-mile"),
    **dict.fromkeys(("h", "hr", "hour", "hours", "std", "stunden"), "duration-hour"),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuten"), "duration-minute"),
    **dict.fromkeys(("day", "days", "tage"), "duration-day"),
}
_OF_IDS = {"km", "minutes", "minute", "mins", "min", "hours", "miles", "metres", "meters", "days"}
"""Units that the last word of a field's id may name: the others are too short to mean nothing else."""
_HOUR = 60


class Measure(NamedTuple):
    """What a number counts: the name of its field without the unit, and the unit as CLDR calls it, "" for none."""

    name: str
    unit: str


@cache
def measure_of(identifier: str, name: str) -> Measure:
    """Return what a field counts, by its id and its name."""
    found = _IN_BRACKETS.search(name)
    if found is not None and found[1].lower() in _UNITS:
        return Measure(name[: found.start()], _UNITS[found[1].lower()])
    last = words_of(identifier)[-1:]
    return Measure(name, _UNITS[last[0]] if last and last[0] in _OF_IDS else "")


@cache
def write_measure(value: float, unit: str, locale: str) -> str:
    """Return a number with its unit as a locale writes it; 90 minutes are an hour and 30 minutes."""
    from babel.units import format_unit

    spoken = babel_locale(locale) or "en"
    hours, minutes = divmod(value, _HOUR)
    if unit == "duration-minute" and hours and value == int(value):
        parts = [(int(hours), "duration-hour"), (int(minutes), unit)]
        return " ".join(str(format_unit(part, of, "short", locale=spoken)) for part, of in parts if part)
    return str(format_unit(write_number(value, locale), unit, "short", locale=spoken))
