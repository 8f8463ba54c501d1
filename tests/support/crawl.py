"""A crawler of guides: which pages are reached, which links are dead, what is loaded from where."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOADED = (
    "//*[self::img or self::source or self::script or self::iframe or self::embed or self::audio or self::video"
    " or self::track or self::input]/@src | //video/@poster | //object/@data | //*[self::use or self::image]/@href"
    " | //link[not(contains(@rel, 'canonical') or contains(@rel, 'alternate'))]/@href"
)
_IN_STYLE = re.compile(r"""@import\s+["']?([^"';\s]+)|url\(\s*["']?([^"')]*)""")


@dataclass(frozen=True)
class Crawl:
    """A guide's folder as a crawler finds it."""

    root: Path

    @cached_property
    def trees(self) -> dict[str, Any]:
        """The pages by address."""
        return {file.as_uri(): html.parse(file).getroot() for file in sorted(self.root.rglob("*.html"))}

    @cached_property
    def files(self) -> set[str]:
        """The addresses of all files."""
        return {file.as_uri() for file in self.root.rglob("*") if file.is_file()}

    @cached_property
    def anchors(self) -> dict[str, set[str]]:
        """The ids on each page."""
        return {url: set(tree.xpath("//@id")) for url, tree in self.trees.items()}

    def name(self, url: str) -> str:
        """Return a URL as a path under the guide's folder."""
        return unquote(url.removeprefix(self.root.as_uri()))

    def unreached(self) -> list[str]:
        """Return the pages that cannot be reached by links from the home page; redirects do not count."""
        start = (self.root / "index.html").as_uri()
        reached, pending = {start}, deque([start])
        while pending:
            url = pending.popleft()
            for address in self.trees[url].xpath("//a/@href | //area/@href"):
                target = urldefrag(urljoin(url, address))[0]
                if target in self.trees and target not in reached:
                    reached.add(target)
                    pending.append(target)
        left = (url for url in self.trees if url not in reached and not url.endswith("/404.html"))
        return [self.name(url) for url in left if not self.trees[url].xpath("//meta[@http-equiv='refresh']")]

    def dead(self) -> list[tuple[str, str]]:
        """Return page and URL of each link inside the guide whose file or anchor does not exist."""
        found = []
        for url, tree in self.trees.items():
            for address in tree.xpath("//@href | //@src | //@poster | //object/@data"):
                target, anchor = urldefrag(urljoin(url, address))
                if urlsplit(target).scheme == "file" and (
                    target not in self.files or (anchor and unquote(anchor) not in self.anchors.get(target, ()))
                ):
                    found.append((self.name(url), address))
        return found

    def loaded_elsewhere(self) -> list[tuple[str, str]]:
        """Return page or style sheet, and URL, of everything that is loaded from another host."""
        found = [(self.name(url), address) for url, tree in self.trees.items() for address in _loaded(tree)]
        for sheet in self.root.rglob("*.css"):
            found += [(str(sheet.relative_to(self.root)), address) for address in in_style(sheet.read_text("utf-8"))]
        return [
            (where, address) for where, address in found if urlsplit(urljoin("file:///x", address)).scheme != "file"
        ]


def _loaded(tree: Any) -> Iterator[str]:
    yield from tree.xpath(_LOADED)
    for srcset in tree.xpath("//@srcset"):
        yield from (part.split()[0] for part in srcset.split(",") if part.strip())
    for css in (*tree.xpath("//@style"), *(style.text or "" for style in tree.iter("style"))):
        yield from in_style(css)


def in_style(sheet: str) -> list[str]:
    """Return the URLs that a style sheet loads."""
    return [first or second for first, second in _IN_STYLE.findall(sheet)]


def texts(tree: Any) -> str:
    """Return the text of a page as a reader sees it, without code."""
    parts = tree.xpath("//body//text()[not(ancestor::code or ancestor::pre or ancestor::script or ancestor::style)]")
    return "\n".join(parts)
