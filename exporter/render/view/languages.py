"""Languages: their names, their direction, and the theme's own words in each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from exporter.core.naming import file_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from babel import Locale

    from exporter.render.view.view import View


_SAMPLE = re.compile(r"(\D*)1(\D)234(?:\2)567(\D)891", re.ASCII)
_MOST_EXACT = 1e15
_LEAST_GROUPED = 10_000


@dataclass(frozen=True)
class Language:
    """A locale as pages speak of it. Its name and direction are looked up once a template asks: Babel is slow to load.

    `_known` are the codes of the locales that its name tells it apart from, its own among them, with their names in
    the space. `folder` names the locale's folder under `updates/`; one that the guide does not have has none.
    """

    code: str
    _known: tuple[tuple[str, str], ...]
    folder: str = ""

    @property
    def name(self) -> str:
        """What the language is called in itself."""
        return _names(self._known)[self.code]

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        found = babel_locale(self.code)
        return "rtl" if found is not None and found.character_order == "right-to-left" else "ltr"


@cache
def babel_locale(code: str) -> Locale | None:
    """Return what Babel knows of a locale, by its language alone where it does not know the region."""
    from babel import Locale, UnknownLocaleError

    for text in (code, code.split("-", 1)[0]):
        try:
            return Locale.parse(text, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


_LIBRARIANS = frozenset(
    "alb arm baq bur chi cze dut fre geo ger gre ice mac mao may per rum slo tib wel".split()  # noqa: SIM905 - a list
)
"""Codes of three letters for languages that have another one, made of their own names."""


def three_letters(code: str) -> str:
    """Return the language of a locale as ISO 639-3 has it, `und` for none that Babel knows."""
    from babel.core import get_global

    short = code.partition("-")[0].lower()
    names = (name for name, alias in get_global("language_aliases").items() if alias == short and len(name) == 3)
    known = sorted(name for name in names if name not in _LIBRARIANS)
    macro = next((name for name in known if name.startswith(short)), known[0] if known else "")
    return macro or (short if len(short) == 3 else "und")


def language(code: str, name: str) -> Language:
    """Return a locale as pages speak of it; `name`, as the space calls it, is for one that Babel does not know."""
    return Language(code, ((code, name),))


def languages(names: Mapping[str, str], published: Iterable[str] = ()) -> dict[str, Language]:
    """Return locales, given with their names in the space, as pages speak of them, each with a name of its own.

    Those that are `published`, the guide's, have folders.
    """
    known, folders = tuple(names.items()), file_names(published)
    return {code: Language(code, known, folders.get(code, "")) for code in names}


@cache
def _names(known: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return what languages are called in themselves, by code.

    Those of one language are called by region and script; those that Babel calls the same, as the space does.
    """
    in_space = dict(known)
    found = {code: _own_name(code) or name for code, name in known}
    for tell_apart in (_full_name, in_space.__getitem__, str):
        counts = Counter(found.values())
        for code, name in found.items():
            if counts[name] > 1:
                found[code] = tell_apart(code) or name
    return found


def _own_name(code: str) -> str:
    """Return what a language is called in itself, without its region, "" if Babel does not know it."""
    known = babel_locale(code)
    name = known.get_language_name(known) if known is not None else None
    return name[:1].upper() + name[1:] if name else ""


def _full_name(code: str) -> str:
    """Return what a locale is called in itself, with its region and script, "" if Babel does not know it."""
    known = babel_locale(code)
    name = known.get_display_name(known) if known is not None else None
    return name[:1].upper() + name[1:] if name else ""


def language_name(code: str, locale: str) -> str:
    """Return what a language is called in the language of a locale, its code where Babel does not know it."""
    found, spoken = babel_locale(code), babel_locale(locale)
    return (found.get_display_name(spoken) or code) if found is not None else code


@cache
def spoken_name(code: str, name: str, locale: str) -> str:
    """Return what a locale's language, without its region, is called in another's; `name` where Babel knows none.

    It is `name` as well where the two differ in no more than their regions.
    """
    found, spoken = babel_locale(code), babel_locale(locale)
    if found is None or spoken is None or found.language == spoken.language:
        return name
    return found.get_language_name(spoken) or name


def write_number(value: Any, locale: str) -> str:
    """Return a number as a locale writes it, and any other value as it is.

    Up to four digits, which may be a year, are not grouped. Very large numbers and locales that do not group by threes
    are left to Babel, which writes the others alike but takes ten times as long.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    marks = _marks(locale)
    if marks is None or not abs(value) < _MOST_EXACT:
        return _by_babel(value, locale)
    minus, group, point = marks
    if type(value) is int and 0 <= value < _LEAST_GROUPED:
        return str(value)
    whole, _, part = format(abs(Decimal(repr(value))), ",f").partition(".")
    part = part.rstrip("0")
    sign = minus if value < 0 or str(value) == "-0.0" else ""
    return sign + whole.replace(",", group if abs(value) >= _LEAST_GROUPED else "") + (point + part if part else "")


def write_price(value: float, currency: str, locale: str) -> str:
    """Return a sum of money as a locale writes it, with its currency's sign; one unknown to Babel follows."""
    from babel.numbers import format_currency

    code, spoken = currency.strip(), babel_locale(locale) or _english()
    if code.upper() not in spoken.currencies or not abs(value) < _MOST_EXACT:
        return f"{write_number(value, locale)} {code}".rstrip()
    return str(format_currency(Decimal(repr(value)), code.upper(), locale=spoken))


def _by_babel(value: float, locale: str) -> str:
    from babel.numbers import format_decimal

    try:
        grouped = abs(value) >= _LEAST_GROUPED
        spoken = babel_locale(locale) or "en"
        return str(format_decimal(value, locale=spoken, decimal_quantization=False, group_separator=grouped))
    except ArithmeticError:  # more digits than Babel can handle
        return str(value)


@cache
def _marks(locale: str) -> tuple[str, str, str] | None:
    """Return how a locale marks negative numbers, thousands and decimals, None if it writes numbers another way."""
    found = _SAMPLE.fullmatch(_by_babel(-1234567.891, locale))
    return (found[1], found[2], found[3]) if found else None


def locale_of_page(view: View) -> Locale:
    """Return the Babel locale that a page's dates and numbers are written in."""
    return babel_locale(view.locale) or _english()


@cache
def _english() -> Locale:
    from babel import Locale

    return Locale("en")
