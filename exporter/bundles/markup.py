"""A page's markup as tags with their places, so that some can be changed and all else stays as it is."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VALUES = r"""(?:[^>"']|"[^"]*"|'[^']*')*+"""
_TAG = re.compile(
    rf"<!--.*?-->|<(?P<raw>script|style|textarea|title)\b(?P<of_raw>{_VALUES})>(?P<text>.*?)</(?P=raw)\s*>"
    rf"|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<values>{_VALUES})>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s=/"'>]+)(?:\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+)))?""")
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 - as HTML lists them
)
"""Elements that have no end tag."""


class Tag(NamedTuple):
    """A tag of a page from `start` to `end`; that of a script, style sheet or title reaches to its end tag.

    `values` are its attributes as written, `text` is what such an element holds.
    """

    name: str
    start: int
    end: int
    values: str
    closes: bool = False
    text: str = ""

    def attributes(self, *, cased: bool = False) -> dict[str, str]:
        """Return the attributes, in lower case unless they are to be `cased`; of several of a name the first counts."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.values):
            value = next((part for part in match.group("a", "b", "c") if part is not None), "")
            found.setdefault(match["name"] if cased else match["name"].lower(), unescape(value))
        return found


class Element(NamedTuple):
    """An element of a page, from its `tag` to `end`, behind its end tag; `inside` names the elements around it."""

    tag: Tag
    end: int
    inside: tuple[str, ...]


def tags_of(text: str) -> Iterator[Tag]:
    """Yield the tags of a page in their order, comments left out."""
    for match in _TAG.finditer(text):
        if match["raw"]:
            yield Tag(match["raw"].lower(), match.start(), match.end(), match["of_raw"], text=match["text"])
        elif match["name"]:
            yield Tag(match["name"].lower(), match.start(), match.end(), match["values"], bool(match["close"]))


def elements_of(tags: Iterable[Tag], names: frozenset[str]) -> list[Element]:
    """Return the elements of some names, in the order in which they begin; one that is never closed is left out."""
    open_tags: list[Tag] = []
    found: list[Element] = []
    for tag in tags:
        if tag.name not in names:
            continue
        if not tag.closes:
            open_tags.append(tag)
        elif any(known.name == tag.name for known in open_tags):
            while open_tags[-1].name != tag.name:
                open_tags.pop()
            opened = open_tags.pop()
            found.append(Element(opened, tag.end, tuple(known.name for known in open_tags)))
    return sorted(found, key=lambda element: element.tag.start)


def main_of(text: str) -> str:
    """Return the markup inside a page's `main`, or in its body where it has none."""
    found = elements_of(tags_of(text), frozenset({"main", "body"}))
    main = next((element for element in found if element.tag.name == "main"), found[0] if found else None)
    return text[main.tag.end : text.rindex("</", main.tag.end, main.end)] if main is not None else ""


def title_of(text: str) -> str:
    """Return what a page is called: its first heading, or else its title."""
    heading = next(iter(elements_of(tags_of(text), frozenset({"h1"}))), None)
    name = plain_text(text[heading.tag.end : heading.end]) if heading is not None else ""
    return name or plain_text(next((tag.text for tag in tags_of(text) if tag.name == "title"), ""))


def plain_text(html: str) -> str:
    """Return the text of markup in one line, without that of scripts and the like."""
    pieces, at = [], 0
    for tag in tags_of(html):
        pieces.append(html[at : tag.start])
        at = tag.end
    return " ".join(unescape(" ".join([*pieces, html[at:]])).split())


def written(name: str, attributes: dict[str, str], *, end: str = ">") -> str:
    """Return a tag as text."""
    values = "".join(f' {key}="{escape(value)}"' if value else f" {key}" for key, value in attributes.items())
    return f"<{name}{values}{end}"


def edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with some parts replaced; a part inside one that is replaced goes with it."""
    pieces, at = [], 0
    for start, end, replacement in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if start >= at:
            pieces += [text[at:start], replacement]
            at = end
    return "".join([*pieces, text[at:]])
