"""A page of the built guide: its links, anchors and pictures, and where a link leads. Reads text, not the disk."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

PAGES = (".html", ".htm")
"""The endings of the names of pages."""
_LINKS = ("href", "src", "poster", "data")
_SETS = ("srcset", "imagesrcset")


class Target(NamedTuple):
    """Where a link leads: a file under site/ (a path that begins with `..` is outside) and an anchor in it."""

    file: str
    anchor: str


class Found(NamedTuple):
    """A link or a picture in a page: its line, how it is written, where it leads (None for elsewhere)."""

    line: int
    written: str
    target: Target | None


@dataclass(frozen=True)
class Site:
    """The files of the built guide by their paths, and its address where it has one."""

    files: AbstractSet[str]
    base_url: str = ""

    def file(self, path: str) -> str | None:
        """Return the file that a path means: itself, or a folder's index.html; None where nothing lies there."""
        if path in self.files:
            return path
        inside = f"{path}/index.html"
        return inside if inside in self.files else None

    def target(self, page: str, link: str) -> Target | None:
        """Return where a link on a page leads; None for a place outside the guide."""
        link = link.strip()
        own = self.base_url and (link == self.base_url or link.startswith(f"{self.base_url}/"))
        try:
            parts = urlsplit(link[len(self.base_url) :] if own else link)
            root = urlsplit(self.base_url).path if not own else ""
        except ValueError:
            return None
        if parts.scheme or parts.netloc:
            return None
        path = unquote(parts.path)
        if own or path.startswith("/"):
            if not f"{path}/".startswith(f"{root}/"):
                return None  # beside the guide, on the same host
            path = path[len(root) :].lstrip("/")
        else:
            path = posixpath.join(posixpath.dirname(page), path) if path else page
        return Target(_normal(path), _anchor(parts.fragment))


def _normal(path: str) -> str:
    """Return the path of a file; a path that is empty or ends in a slash is a folder's index.html."""
    plain = posixpath.normpath(f"{path}index.html" if path.endswith("/") or not path else path)
    return "index.html" if plain == "." else plain


def _anchor(fragment: str) -> str:
    """Return the id that a fragment names; empty for none, and for the top of the page."""
    name = unquote(fragment.partition(":~:")[0])
    return "" if name.lower() == "top" else name


class PageReader(HTMLParser):
    """Reads a whole page: links with their lines, anchors, and pictures without `alt` or without a size."""

    def __init__(self, text: str, page: str, site: Site) -> None:
        super().__init__(convert_charrefs=False)
        self._site = site
        self._from: str | None = page
        self._has_base = False
        self.links: list[Found] = []
        self.anchors: set[str] = set()
        self.without_alt: list[Found] = []
        self.without_size: list[Found] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect an element's links and anchors; of several attributes with one name the first counts."""
        values = {name: value or "" for name, value in reversed(attributes)}
        self.anchors.update(values[name] for name in ("id", "name") if name in values and (name == "id" or tag == "a"))
        if tag == "base" and "href" in values:
            self._set_base(values["href"])
            return
        for name in _LINKS:
            if name in values and (name != "data" or tag == "object"):
                self._add(values[name])
        for name in _SETS:
            for address in addresses_in(values.get(name, "")):
                self._add(address)
        if tag == "img":
            self._look_at_picture(values)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip `<![…>` as browsers do; the parser's own way raises an error at a word that it does not know."""
        return self.parse_bogus_comment(i, report)

    def _add(self, link: str) -> None:
        self.links.append(Found(self.getpos()[0], link, self._target(link)))

    def _set_base(self, link: str) -> None:
        """Resolve the links that follow against another address; the first `base` of a page counts."""
        if not self._has_base and self._from is not None:
            found = self._site.target(self._from, link)
            self._from = found.file if found is not None else None
            self._has_base = True

    def _target(self, link: str) -> Target | None:
        """Return where a link leads; None where it is relative to an address outside the guide."""
        return self._site.target(self._from, link) if self._from is not None else None

    def _look_at_picture(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        found = Found(self.getpos()[0], source, self._target(source))
        if "alt" not in values:
            self.without_alt.append(found)
        if not (values.get("width") and values.get("height")):
            self.without_size.append(found)


def addresses_in(text: str) -> Iterator[str]:
    """Yield the addresses of a `srcset`, in which widths and densities follow them and commas separate them."""
    is_next = True
    for word in text.split():
        address = word.lstrip(",") if is_next else word.partition(",")[2].lstrip(",")
        if address.rstrip(","):
            yield address.rstrip(",")
        is_next = word.endswith(",") or (is_next and not address)
