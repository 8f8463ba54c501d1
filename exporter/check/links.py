"""Links that lead nowhere: to items that the mirror does not hold, and to addresses at which no page lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.check.written import addresses_of
from exporter.render.markup.link_syntax import item_named
from exporter.report.problems import problem
from exporter.report.report import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporter.check.content import ItemFindings
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.report import Problem

_SCHEMA = """
CREATE TEMP TABLE item_name (key TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID;
CREATE TEMP TABLE item_link (target TEXT, source TEXT, field TEXT, locale TEXT);
CREATE TEMP TABLE written_link (path TEXT, source TEXT, field TEXT, locale TEXT);
"""
_UNRESOLVED = """
SELECT DISTINCT source, field, locale, target, name, item.path FROM item_link
JOIN item_name ON item_name.key = source JOIN item ON item.key = source
WHERE NOT EXISTS (SELECT 1 FROM item AS other WHERE other.key = target) ORDER BY 1, 2, 3, 4
"""
_WRITTEN = """
SELECT DISTINCT source, field, locale, written_link.path, name, item.path FROM written_link
JOIN item_name ON item_name.key = source JOIN item ON item.key = source ORDER BY 1, 2, 3, 4
"""


class LinkTables:
    """The links of all items, with what messages call these: in temporary tables of the index's database."""

    def __init__(self, index: GuideIndex, guide: GuideModel) -> None:
        self._index = index
        self._guide = guide
        index.database.executescript(_SCHEMA)

    def add(self, items: Sequence[ItemFindings]) -> None:
        """Note what items are called and what they link to."""
        add = self._index.database.executemany
        add("INSERT INTO item_name VALUES (?, ?)", ((item.key, _encodable(item.name)) for item in items))
        add("INSERT INTO item_link VALUES (?, ?, ?, ?)", _rows((item.key, item.links) for item in items))
        add("INSERT INTO written_link VALUES (?, ?, ?, ?)", _rows((item.key, item.written) for item in items))

    def name_of(self, key: str) -> str:
        """Return what messages call an item."""
        return str(self._index.value("SELECT name FROM item_name WHERE key = ?", key) or key)

    def unresolved(self) -> Iterator[Problem]:
        """Yield the links to items that the mirror does not hold."""
        source = self._guide.site.source
        other = "" if source.search is None and not source.only else " or not mirrored"
        for key, field, locale, target, name, path in self._index.database.execute(_UNRESOLVED):
            message = f"{name}, {field} ({locale}) links to {target}, which is not published{other}: "
            message = one_line(f"{message}publish it, or remove the link", 400)
            yield problem("link-unresolved", message, item=key, locale=locale, field=field, file=f"content/{path}")

    def dead(self) -> Iterator[Problem]:
        """Yield the links to addresses of the guide at which neither a page nor a redirect lies."""
        for source, field, locale, link, name, path in self._index.database.execute(_WRITTEN):
            urls = addresses_of(self._guide, link, locale, self._pages_of(source))
            if not self._leads(urls, item_named(link)):
                message = f"{name}, {field} ({locale}) links to {link}, where there is no page: "
                message = one_line(f"{message}fix the link, or link to an entry", 400)
                yield problem("link-dead", message, item=source, locale=locale, field=field, file=f"content/{path}")

    def _pages_of(self, key: str) -> Iterator[str]:
        """Yield the addresses of an entry's pages; only relative links have the query run."""
        yield from self._index.pages.addresses([key]).get(key, {}).values()

    def _leads(self, urls: Iterable[str], key: str) -> bool:
        """Whether a page lies at one of some addresses, or a link names an item by its key.

        A relative link in an entry without a page has no address at all, so there is nothing to be mended.
        """
        has_address = False
        for url in urls:
            has_address = True
            if self._index.pages.is_at(url):
                return True
        if not has_address:
            return True
        if key.startswith("asset:"):
            return self._guide.site.content.assets == "download" and self._index.items.path_of(key) is not None
        return self._index.pages.has_pages(key)


def _rows(found: Iterable[tuple[str, tuple[tuple[str, str, str], ...]]]) -> Iterator[tuple[str, str, str, str]]:
    for key, links in found:
        for target, field, locale in links:
            yield _encodable(target), key, _encodable(field), _encodable(locale)


def _encodable(text: str) -> str:
    """Return a text as UTF-8 can hold it."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
