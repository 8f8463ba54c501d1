"""Titles: which text of an entry is its title, made fit for one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.core.model import LocalizedValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from exporter.core.encoding import Json
    from exporter.guide.schema.field_roles import Roles

_LONGEST_TITLE = 120
"""Characters of a title; a longer one is cut between words."""
_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(.+)\1")

_OF_FILES = re.compile(r"[0-9_-]")

_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def find_title(
    roles: Roles, locales: Iterable[str], ask: Callable[[str, str], Sequence[Json]]
) -> LocalizedValue | None:
    """Return what an item is called: its title in one of some locales, else its first short text; None for none.

    `ask` returns the value of a field in a locale, with the locale that it comes from.
    """
    codes = tuple(dict.fromkeys(locales))
    for name in roles.named_by:
        for code in codes:
            value, found = ask(name, code)
            text = _in_a_line(value) if value else ""
            if text and (name == roles.title or not text.startswith(("https://", "http://"))):
                surname = _in_a_line(ask(roles.surname, code)[0]) if roles.surname and name == roles.title else ""
                return LocalizedValue(f"{text} {surname}".strip(), found)
    return None


def _in_a_line(value: Json) -> str:
    """Return a title as one line, cut where it is too long for a title; empty for what is no text or number."""
    if not isinstance(value, str):
        return str(value) if type(value) in (int, float) else ""
    text = value.strip()
    if not text.isprintable():
        text = _NO_CHARACTER.sub("", text).strip()
        text = text if any(letter.isprintable() and letter != " " for letter in text) else ""
    if "\n" in text:
        first = text.split("\n", 1)[0].lstrip("# ").strip()
        marked = _EMPHASIS.fullmatch(first)
        text = marked[2] if marked else first
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE].rsplit(' ', 1)[0]}…"


def is_file_name(title: str, file: str) -> bool:
    """Whether an asset's title is only the name that its file was uploaded with, which means nothing to readers."""
    stem = file.rpartition(".")[0] or file
    return title == file or (title == stem and _OF_FILES.search(title) is not None and " " not in title)
