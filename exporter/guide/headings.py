"""Headings inside of fields: none outranks the heading that it stands under, and each can be led to."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.guide.objects import View

OWN_ANCHORS = frozenset({"text"})
"""The ids that the theme's own templates write; no heading of the space gets one of them."""

_LEAST = 6
_LEVELS = "123456"
_ATTRIBUTES = r'(?: [a-z]+="[^"]*")'
_HEADING = re.compile(
    rf"<h([1-6])({_ATTRIBUTES}*+)>((?:[^<]++|<(?!/?h[1-6])/?[a-z][a-z0-9]*+{_ATTRIBUTES}*+>)*+)</h\1>"
    rf"|<[a-z][a-z0-9]*+{_ATTRIBUTES}++>"
)
"""A heading; any other tag with attributes is taken whole, so that what looks like a heading in one is none."""
_TAG = re.compile(r"<[^>]*>")
_NO_WORD = re.compile(r"[^\w\- ]+")


def mark_headings(markup: str, view: View, under: int) -> str:
    """Write ids into the headings of safe markup and lower them all by what brings the first one `under` a heading."""
    levels = [int(found[1]) for found in _HEADING.finditer(markup) if found[1]]
    step = step_under(under, min(levels, default=_LEAST))

    def written(found: re.Match[str]) -> str:
        return _written(int(found[1]), found[2], found[3], step, view) if found[1] else found[0]

    return _HEADING.sub(written, markup)


def mark_plain_headings(markup: str, view: View, under: int) -> str:
    """Do the same for markup without `<` in attributes and with none in headings, which costs a tenth."""
    first, *others = markup.split("<h")
    if not others:
        return markup
    levels = [int(each[0]) for each in others if each[0] in _LEVELS]  # and not <hr>
    step = step_under(under, min(levels, default=_LEAST))
    pieces = [first]
    for each in others:
        if each[0] in _LEVELS:
            inner, _, after = each[2:].partition("</h")
            pieces += (_written(int(each[0]), "", inner, step, view), after[2:])
        else:
            pieces += ("<h", each)
    return "".join(pieces)


def _written(level: int, attributes: str, inner: str, step: int, view: View) -> str:
    level = level_of(level, step)
    words = _TAG.sub("", inner) if "<" in inner else inner
    name = anchor_for(unescape(words) if "&" in words else words, view)
    return f'<h{level}{attributes} id="{name}">{inner}</h{level}>'


def step_under(under: int, highest: int) -> int:
    """Say by how much headings are lowered whose highest is of a level, to stand under one of another."""
    return max(0, under + 1 - highest)


def level_of(level: int, step: int) -> int:
    """Lower a heading; there is nothing below the sixth level."""
    return min(level + step, _LEAST)


def anchor_for(text: str, view: View) -> str:
    """Make the id of a heading of its words; one that the page has already gets a number."""
    plain = _NO_WORD.sub("", text.strip().lower()).replace(" ", "-").strip("-") or "section"
    name, number = plain, 1
    while name in view.anchors:
        number += 1
        name = f"{plain}-{number}"
    view.anchors.add(name)
    return name
