"""Headings of parts of pages, without the name of the page that editors write before or behind them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import key_name, words_of
from exporter.guide.schema.modules import PART_WORDS
from exporter.render.view.fields import content_type_of, title_of, type_of
from exporter.render.view.view import loaded_of, roles_of_thing, view_of

if TYPE_CHECKING:
    from exporter.render.view.view import Entry

_PATH = " > "
"""What editors write between the names of a page and its part: `Home > Hero`."""
_BETWEEN = r"\s*(?:[:|/·•–—]|\s-\s)\s*"
_BEFORE = re.compile(rf"{_BETWEEN}(?P<rest>.+)", re.DOTALL)
_BEHIND = re.compile(rf"(?P<rest>.+?)(?:{_BETWEEN}|\s*[(\[])", re.DOTALL)

_HEADLINES = {"headline", "heading"}


def part_title(entry: Entry, title: str) -> str:
    """Return the heading of a part: its title without the page's, "" if only the name of the part is left.

    A title with the name of its type before it, `Tile: the small one`, is for editors where the part has a headline.
    """
    if _PATH in title:
        return ""
    if headline := _headline(entry, title):
        return headline
    page = page_title(entry)
    rest = _without(title, page) if page else title
    if rest == title:
        return title
    names = {*words_of(type_of(entry)), *PART_WORDS}
    is_name = all(word.isdigit() or word in names for word in words_of(rest))
    return "" if is_name else rest[:1].upper() + rest[1:]


def _headline(entry: Entry, title: str) -> str:
    """Return the headline of a part whose title begins with the name of its type, "" for any other part."""
    content_type, folded = content_type_of(entry), title.casefold()
    known = {key_name(type_of(entry)), content_type.name if content_type is not None else ""}
    if not any(name and folded.startswith(name.casefold()) and _BEFORE.fullmatch(title[len(name) :]) for name in known):
        return ""
    roles = roles_of_thing(entry)
    names = (name for name in roles.named_by if name != roles.title and {*words_of(name)[-1:]} & _HEADLINES)
    found = (view_of(entry).answer(loaded_of(entry), name)[0] for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), "")


def page_title(entry: Entry) -> str:
    """Return what the entry is called whose page is being rendered, "" on another page."""
    view = view_of(entry)
    page = view.thing(view.page.key) if view.page.key is not None else None
    return title_of(page) if page is not None else ""


def _without(title: str, page: str) -> str:
    """Return a title without that of the page, with which it begins or ends; "" if they are the same."""
    folded, name = title.casefold(), page.casefold()
    if folded == name:
        return ""
    found = None
    if folded.startswith(name):
        found = _BEFORE.fullmatch(title[len(page) :])
    elif folded.rstrip(")]").endswith(name):
        found = _BEHIND.fullmatch(title.rstrip(")]")[: -len(page)])
    return found["rest"].strip() if found else title
