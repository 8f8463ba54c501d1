"""The words of the theme and of the project, by name and language."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from exporter.core.containment import PlainFolders
from exporter.core.errors import ConfigError
from exporter.guide.library.template_files import THEME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FOLDER = THEME / "words"
"""The theme's words: a file for each language, with the same names in all of them."""
OWN_FILE = "words.yaml"
"""The project's file of words, in `templates/`: by name and then by language."""
ENGLISH = "en"
FIRST_OFFLINE = "offline"
"""The first of the words that only a guide which can be kept on a device needs; all after it are such words too."""
NAMES = "name."
"""What the words begin with that fields and content types are often called by; a guide can do without them."""
_ALSO = {
    **dict.fromkeys(("Publication date", "Published on", "Published at", "Date published"), "Publish date"),
    **dict.fromkeys(("E-mail", "Mail", "Email address", "E-mail address"), "Email"),
    **dict.fromkeys(("Telephone", "Phone number", "Telephone number"), "Phone"),
    **dict.fromkeys(("Start", "Starts"), "Start date"),
    **dict.fromkeys(("End", "Ends"), "End date"),
    "Hours": "Opening hours",
    "Web site": "Website",
}
"""Names that mean the same as one of these words."""
_TRADITIONAL = {"hant", "tw", "hk", "mo"}
"""Scripts and regions of Chinese that write traditional characters."""


def read_words(locales: Iterable[str], templates: Path) -> Mapping[str, Mapping[str, str]]:
    """Read the words for some locales, by name and language: the theme's, with the project's in place of these.

    Raises ConfigError for a file of the project that is no such list.
    """
    shipped = {name.removesuffix(".yaml") for name in os.listdir(FOLDER)}  # noqa: PTH208 - names are enough
    wanted = dict.fromkeys([ENGLISH, *(code for locale in locales for code in codes_for(locale))])
    words: dict[str, dict[str, str]] = {}
    for code in wanted:
        for name, text in _read(FOLDER / f"{code}.yaml").items() if code in shipped else ():
            words.setdefault(name, {})[code] = text
    if PlainFolders(templates).find(OWN_FILE) is not None:
        _add_own(words, templates / OWN_FILE)
    return words


def theme_names() -> list[str]:
    """Return the names of all of the theme's words, those for reading offline last."""
    return list(_read(FOLDER / f"{ENGLISH}.yaml"))


@cache
def known_names() -> Mapping[str, tuple[str, str]]:
    """Return the words for what fields and content types are called: by these names, folded, each with its English."""
    words = {text: name for name, text in _read(FOLDER / f"{ENGLISH}.yaml").items() if name.startswith(NAMES)}
    names = {**{text: text for text in words}, **_ALSO}
    return {called.casefold(): (words[text], text) for called, text in names.items()}


def _read(file: Path) -> dict[str, str]:
    found: dict[str, str] = _load(file)
    return found


def _load(file: Path) -> Any:
    """Return what a YAML file holds, scalars as text. Raises ValueError if it is no YAML."""
    import yaml  # imported here: a page is rendered without it as long as no template asks for words

    try:
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        return yaml.load(file.read_text("utf-8"), loader)  # noqa: S506 - it makes texts, lists and dicts
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _add_own(words: dict[str, dict[str, str]], file: Path) -> None:
    try:
        for name, by_language in (_load(file) or {}).items():
            words.setdefault(str(name), {}).update({str(code): str(text) for code, text in by_language.items()})
    except (ValueError, AttributeError):
        raise ConfigError(
            "words-invalid", f"{file}: expected names, each with texts by language, as in older: {{en: Older}}"
        ) from None


def codes_for(locale: str) -> tuple[str, ...]:
    """Return the codes under which words for a locale may stand: the locale, its script of Chinese, its language."""
    language, *rest = locale.split("-")
    script = ("zh-Hant",) if language == "zh" and _TRADITIONAL & {part.lower() for part in rest} else ()
    return tuple(dict.fromkeys((locale, *script, language)))


def find_word(words: Mapping[str, Mapping[str, str]], name: str, locale: str, first: str = "") -> str:
    """Return a word in a locale, else in its language, else in the guide's `first`, else in English, else its name."""
    by_language = words.get(name, {})
    return by_language.get(word_language(words, name, locale, first), name)


def word_language(words: Mapping[str, Mapping[str, str]], name: str, locale: str, first: str = "") -> str:
    """Return the language that a word is found in for a locale, "" if it is in none that will do."""
    codes = (*codes_for(locale), *codes_for(first), ENGLISH)
    return next((code for code in codes if code in words.get(name, {})), "")
