"""Headings inside of fields: none outranks the heading that it stands under, and each can be led to."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.render.view.view import View

OWN_ANCHORS = frozenset({"text"})
"""The ids that the theme's own templates write; no heading of the space gets one of them."""

_LEAST = 6
_ATTRIBUTES = r'(?: [a-z]+="[^"]*")'
_HEADING = re.compile(
    rf"<h([1-6])({_ATTRIBUTES}*+)>((?:[^<]++|<(?!/?h[1-6])/?[a-z][a-z0-9]*+{_ATTRIBUTES}*+>)*+)</h\1>"
    rf"|<[a-z][a-z0-9]*+{_ATTRIBUTES}++>"
)
"""A heading; any other tag with attributes is taken whole, so that what looks like a heading in one is none."""
_PLAIN_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NO_WORD = re.compile(r"[^\w\s-]+")


class Outline:
    """The headings of a field of a page, as far as they are written: the first stands one level below `under`.

    None is more than one level below the one before it, whatever the editor chose.
    """

    def __init__(self, view: View, under: int) -> None:
        self._view = view
        self._under = under
        self._open: list[int] = []

    @property
    def level(self) -> int:
        """The level of the heading that is open: what follows stands below it."""
        return min(self._under + len(self._open), _LEAST)

    def heading(self, level: int, words: str, inner: str, attributes: str = "") -> str:
        """Write a heading that the editor gave a level; `words` is what is inside it as plain text."""
        while self._open and self._open[-1] >= level:
            self._open.pop()
        self._open.append(level)
        now = self.level
        return f'<h{now}{attributes} id="{anchor_for(words, self._view)}">{inner}</h{now}>'


def mark_headings(markup: str, view: View, under: int) -> str:
    """Write ids and levels into the headings of safe markup, which stand below one of the level `under`."""
    if "<h" not in markup:
        return markup
    outline = Outline(view, under)

    def written(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        return outline.heading(int(found[1]), _words(found[3]), found[3], found[2])

    return _HEADING.sub(written, markup)


def mark_plain_headings(markup: str, view: View, under: int) -> str:
    """Do the same for markup without `<` in attributes and without attributes of headings, which costs a tenth."""
    outline = Outline(view, under)

    def written(found: re.Match[str]) -> str:
        return outline.heading(int(found[1]), _words(found[2]), found[2])

    return _PLAIN_HEADING.sub(written, markup)


def _words(inner: str) -> str:
    words = _TAG.sub("", inner) if "<" in inner else inner
    return unescape(words) if "&" in words else words


def anchor_for(text: str, view: View) -> str:
    """Make the id of a heading of its words; one that the page has already gets a number."""
    plain = "-".join(_NO_WORD.sub("", text.lower()).split()) or "section"
    name, number = plain, view.anchors.get(plain, 1)
    while name in view.anchors or name in OWN_ANCHORS:
        number += 1
        name = f"{plain}-{number}"
    view.anchors[plain] = number
    view.anchors.setdefault(name, 1)
    return name
