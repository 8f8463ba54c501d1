"""The words of the theme and of the project, by name and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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


def find_word(words: Mapping[str, Mapping[str, str]], name: str, locale: str) -> str:
    """Return a word in a locale, else in its language, else in English, else its name."""
    by_language = words.get(name, {})
    for code in (locale, locale.split("-", 1)[0], "en"):
        if code in by_language:
            return by_language[code]
    return name
