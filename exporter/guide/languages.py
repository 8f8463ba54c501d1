"""Languages: their names, their direction, and the theme's own words in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import yaml
from babel import Locale, UnknownLocaleError

from exporter.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Language:
    """A locale as pages speak of it: its code, its name in itself, `ltr` or `rtl`."""

    code: str
    name: str
    direction: str


@cache
def babel_locale(code: str) -> Locale | None:
    """Find what Babel knows of a locale, by its language alone where it does not know the region."""
    for text in (code, code.split("-", 1)[0]):
        try:
            return Locale.parse(text, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def language(code: str, name: str) -> Language:
    """Describe a locale; `name` is what the space calls it, for one that Babel does not know."""
    found = babel_locale(code)
    if found is None:
        return Language(code, name, "ltr")
    own = found.get_language_name(found) or name
    return Language(code, own[:1].upper() + own[1:], "rtl" if found.character_order == "right-to-left" else "ltr")


def read_words(files: list[Path]) -> Mapping[str, Mapping[str, str]]:
    """Read files of words, by name and then by language; a later file overrides an earlier one, word by word.

    Raises ConfigError for a file that is no such list.
    """
    words: dict[str, dict[str, str]] = {}
    for file in files:
        try:
            raw = yaml.load(file.read_text("utf-8"), yaml.BaseLoader) or {}  # noqa: S506 - it makes texts, lists, dicts
            for name, by_language in raw.items():
                words.setdefault(str(name), {}).update({str(code): str(text) for code, text in by_language.items()})
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError):
            raise ConfigError("words-invalid", f"{file}: expected names, each with texts by language") from None
    return words


def word(words: Mapping[str, Mapping[str, str]], name: str, locale: str) -> str:
    """Give a word in a locale, in its language, else in English, else its name."""
    by_language = words.get(name, {})
    for code in (locale, locale.split("-", 1)[0], "en"):
        if code in by_language:
            return by_language[code]
    return name
