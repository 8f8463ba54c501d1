"""Headings inside fields: none outranks the heading that it is under, and each has an id for links."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from exporter.render.view.view import View

_LOWEST_LEVEL = 6
_ATTRIBUTES = r'(?: [a-z]+="[^"]*")'
_HEADING = re.compile(
    rf"<h([1-6])({_ATTRIBUTES}*+)>((?:[^<]++|<(?!/?h[1-6])/?[a-z][a-z0-9]*+{_ATTRIBUTES}*+>)*+)</h\1>"
    rf"|<[a-z][a-z0-9]*+{_ATTRIBUTES}++>"
)
"""A heading; any other tag with attributes is matched whole, so that its attributes are not searched for headings."""
_ANCHORED = re.compile(r'<h([2-6])[^>]* id="([^"]*)"[^>]*>(.*?)</h\1>', re.DOTALL)
"""A heading with an id, in markup that this program made."""
_PLAIN_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NOT_IN_IDS = re.compile(r"[^\w\s-]+")
"""What headings lose on the way to their ids. Any other id of a page has a dot, so that no heading can take it."""


class Heading(NamedTuple):
    """A heading on a page: its level from 2 to 6, its id, and its words as plain text."""

    level: int
    id: str
    title: str


class Outline:
    """The headings of a field that are written so far: the first is one level below `under`.

    No heading is more than one level below the one before it, whatever the editor chose.
    """

    def __init__(self, view: View, under: int) -> None:
        self._view = view
        self._under = under
        self._open: list[int] = []

    @property
    def level(self) -> int:
        """The level of the heading that what follows stands below."""
        return min(self._under + len(self._open), _LOWEST_LEVEL)

    def heading(self, level: int, words: str, inner: str, attributes: str = "") -> str:
        """Return a heading to which the editor gave a level; `words` is its content as plain text."""
        while self._open and self._open[-1] >= level:
            self._open.pop()
        self._open.append(level)
        now = self.level
        return f'<h{now}{attributes} id="{anchor_for(words, self._view)}">{inner}</h{now}>'


def mark_headings(markup: str, view: View, under: int) -> str:
    """Return safe markup whose headings have ids and stand below a heading of the level `under`."""
    if "<h" not in markup:
        return markup
    outline = Outline(view, under)

    def written(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0]
        return outline.heading(int(match[1]), _words(match[3]), match[3], match[2])

    return _HEADING.sub(written, markup)


def mark_plain_headings(markup: str, view: View, under: int) -> str:
    """Do the same for markup without `<` in attributes and without attributes on headings, in a tenth of the time."""
    outline = Outline(view, under)

    def written(match: re.Match[str]) -> str:
        return outline.heading(int(match[1]), _words(match[2]), match[2])

    return _PLAIN_HEADING.sub(written, markup)


def headings_in(markup: str) -> tuple[Heading, ...]:
    """Return the headings that have ids, in their order."""
    found = _ANCHORED.finditer(markup) if " id=" in markup else ()
    return tuple(Heading(int(match[1]), unescape(match[2]), _words(match[3])) for match in found)


def _words(inner: str) -> str:
    words = _TAG.sub("", inner) if "<" in inner else inner
    return unescape(words) if "&" in words else words


def anchor_for(text: str, view: View) -> str:
    """Return an id made of a heading's words; where the page has that id already, with `-1`, `-2` and so on.

    That is how GitHub, Hugo and Gatsby count, whose links editors bring along.
    """
    plain = "-".join(_NOT_IN_IDS.sub("", text.lower()).split()) or "section"
    name, number = plain, view.anchors.get(plain, 0)
    while name in view.anchors:
        number += 1
        name = f"{plain}-{number}"
    view.anchors[plain] = number
    view.anchors.setdefault(name, 0)
    return name
