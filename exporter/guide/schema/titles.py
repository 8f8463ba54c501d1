"""Titles: which text of an entry is its title, made fit for one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_words import TITLES, title_rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from exporter.core.encoding import Json
    from exporter.guide.schema.field_roles import Roles

_LONGEST_TITLE = 120
"""Characters of a title; a longer one is cut between words."""
_LONGEST_HEADING = 256
"""Characters of a heading, as many as a short text can have; a longer text is no heading."""
_EMPHASIS = r"(\*\*|__|\*|_)(.+)\1"

_OF_FILES = r"[0-9_-]"

_NO_CHARACTER = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]"


class Title(NamedTuple):
    """What an item is called, in one line that may be cut, the locale of that, and the `heading` above its page.

    The heading is whole. It is empty if an item has no title and is called by the beginning of its text. `name` is
    the field that both are from.
    """

    value: str
    locale: str | None
    heading: str
    name: str = ""


def find_title(roles: Roles, locales: Iterable[str], ask: Callable[[str, str], Sequence[Json]]) -> Title | None:
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
                whole = f"{text} {surname}".strip()
                return Title(_cut(whole), found, _heading(name, whole), name)
    return None


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE].rsplit(' ', 1)[0]}…"


def _heading(name: str, text: str) -> str:
    """Return the text of a field as a heading, "" for a long text in a field that is not named as a title."""
    is_title = title_rank(name) < len(TITLES) and len(text) <= _LONGEST_HEADING
    return text if is_title or len(text) <= _LONGEST_TITLE else ""


def _in_a_line(value: Json) -> str:
    """Return a title as one line; empty for what is no text or number."""
    if not isinstance(value, str):
        return str(value) if type(value) in (int, float) else ""
    text = value.strip()
    if not text.isprintable():
        text = re.sub(_NO_CHARACTER, "", text).strip()
        text = text if any(letter.isprintable() and letter != " " for letter in text) else ""
    if "\n" in text:
        first = text.split("\n", 1)[0].lstrip("# ").strip()
        marked = re.fullmatch(_EMPHASIS, first)
        text = marked[2] if marked else first
    return text


def is_file_name(title: str, file: str) -> bool:
    """Whether an asset's title is only the name that its file was uploaded with, which means nothing to readers."""
    stem = file.rpartition(".")[0] or file
    return title == file or (title == stem and re.search(_OF_FILES, title) is not None and " " not in title)
