"""A page of site/ as a bundle has it: no link to what was left out, and nothing that only an installed guide needs."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from exporter.bundles.markup import Element, Tag, edited, elements_of, tags_of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_BOXES = frozenset({"a", "footer", "li", "main", "nav", "section"})
_OF_LISTS = ("li", "section")
_INSTALLED = re.compile(r"""\s+data-guide(?:="[^"]*"|='[^']*'|=[^\s>]*)?(?=[\s>])""")
_OF_LINKS = ("href", "hreflang", "aria-current", "rel", "target", "download")
_LOADED = ("src", "href", "poster", "data")
OFFLINE = "offline/"
"""The folder of what the guide on a reader's device needs, and in each language the page about it."""


def path_of(page: str, link: str) -> str | None:
    """Return the path under site/ that a link on a page leads to; None for one that leaves the guide.

    A link that begins with a slash leads to a host's root, wherever the guide is on it.
    """
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return None
    path = posixpath.join(posixpath.dirname(page), unquote(parts.path)) if parts.path else page
    plain = posixpath.normpath(f"{path}index.html" if path.endswith("/") else path)
    return None if plain.startswith("..") else plain


def prepare(text: str, page: str, has: Callable[[str], bool]) -> str:
    """Return a page without what its bundle lacks; `has` says whether that has a path.

    A link that would be dead goes: from a navigation or the foot of a page with its words, and with the section or the
    item of a list that has no other link; anywhere else its words stay. So do scripts and style sheets that do not
    come along.
    """
    tags = list(tags_of(text))

    def is_dead(tag: Tag, *names: str) -> str | None:
        values = tag.attributes()
        paths = (path_of(page, values[name]) for name in names if name in values)
        return next((path for path in paths if path is not None and not has(path)), None)

    edits = [(tag.start, tag.end, _INSTALLED.sub("", text[tag.start : tag.end])) for tag in tags if tag.name == "html"]
    edits += [
        (tag.start, tag.end, "")
        for tag in tags
        if tag.name in ("script", "link") and is_dead(tag, *_LOADED) is not None
    ]
    elements = elements_of(tags, _BOXES)
    links = [element for element in elements if element.tag.name == "a" and "href" in element.tag.values]
    dead = [(element, path) for element in links if (path := is_dead(element.tag, "href")) is not None]
    edits += [_without(element, path) for element, path in dead]
    edits += _items_without_links(elements, links, [element for element, _ in dead])
    return edited(text, edits)


def _without(element: Element, path: str) -> tuple[int, int, str]:
    """Return the edit that takes a dead link away."""
    is_of_foot = "footer" in element.inside and "main" not in element.inside
    if is_of_foot or "nav" in element.inside or f"/{path}".rpartition("/")[0].endswith(f"/{OFFLINE[:-1]}"):
        return element.tag.start, element.end, ""
    values = {name: value for name, value in element.tag.attributes().items() if name not in _OF_LINKS}
    return element.tag.start, element.tag.end, written("a", values)


def _items_without_links(
    elements: Sequence[Element], links: Sequence[Element], dead: Sequence[Element]
) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that take away sections and items of lists whose links are all dead."""
    starts, dead_starts = [link.tag.start for link in links], [link.tag.start for link in dead]
    for item in elements if dead else ():
        if item.tag.name in _OF_LISTS:
            inner, gone = (bisect(found, item.end) - bisect(found, item.tag.start) for found in (starts, dead_starts))
            if gone and gone == inner:
                yield item.tag.start, item.end, ""


def paths_in(text: str, page: str) -> set[str]:
    """Return the paths under site/ that a page links to or loads."""
    found: set[str | None] = set()
    for tag in tags_of(text):
        values = tag.attributes() if "=" in tag.values else {}
        found.update(path_of(page, values[name]) for name in _LOADED if name in values)
        for name in ("srcset", "imagesrcset"):
            parts = (part.strip().split(" ")[0] for part in values.get(name, "").split(","))
            found.update(path_of(page, part) for part in parts if part)
    return {path for path in found if path is not None}
