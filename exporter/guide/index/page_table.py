"""The table of pages: all that the guide has, built or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.guide.index.database import Table, in_parts
from exporter.guide.index.records import Page, PageKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from exporter.guide.index.records import NewPage

_NO_PAGE = "kind IN ('robots', 'feed', 'sitemap', 'sitemap-index', 'style', 'manifest')"
"""Rows for files that are rendered as pages are, and are none that anybody reads."""
SCHEMA = f"""
CREATE TABLE page (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL COLLATE NOCASE, locale TEXT NOT NULL,
  key TEXT, type TEXT NOT NULL, letter TEXT NOT NULL, number INTEGER NOT NULL,
  sitemap_file INTEGER NOT NULL, sitemap_files INTEGER NOT NULL, template TEXT NOT NULL,
  base TEXT COLLATE NOCASE, parted TEXT COLLATE NOCASE, sitemap_bucket INTEGER
);
CREATE INDEX page_by_url ON page (url);
CREATE INDEX page_by_base ON page (base) WHERE base NOT NULL;
CREATE INDEX page_by_parted ON page (parted) WHERE parted NOT NULL;
CREATE INDEX page_by_key ON page (key) WHERE key NOT NULL;
CREATE INDEX page_that_is_none ON page (kind) WHERE {_NO_PAGE};
CREATE INDEX page_by_sitemap_bucket ON page (sitemap_bucket) WHERE sitemap_bucket NOT NULL;
"""
_KINDS = {kind.value: kind for kind in PageKind}
_COLUMNS = "kind, url, locale, key, type, letter, number, sitemap_file, sitemap_files, template"
_PAGES = f"SELECT id, {_COLUMNS} FROM page"  # noqa: S608 - the line above
_INSERT = f"INSERT INTO page ({_COLUMNS}, base, sitemap_bucket) VALUES ({', '.join('?' * 12)})"  # noqa: S608 - the same


class EntryPage(NamedTuple):
    """An entry's page: its number, what it was planned with, and where it is; `parted` if others want its base."""

    number: int
    locale: str
    base: str
    template: str
    type_id: str
    url: str
    parted: str | None


class Contender(NamedTuple):
    """A page that wants an address which others may want too: `wanted`; it lies at `url`."""

    number: int
    key: str
    locale: str
    wanted: str
    url: str
    parted: str | None


class PageTable(Table):
    """Queries of pages.

    An entry's page has a `base`, the address that it wants. Where several want one, each gets its own by its entry's
    date or id: `parted`. `url` is where the page lies in the end; no two lie at one, but while they are being placed.
    Addresses are compared without regard to case, as some disks do.
    """

    __slots__ = ()

    def is_empty(self) -> bool:
        """Whether no page was ever planned."""
        return self._database.value("SELECT 1 FROM page LIMIT 1") is None

    def count(self) -> int:
        """Return the number of pages that people read: not of feeds, the manifest and the like."""
        rest = f"SELECT count(*) FROM page WHERE {_NO_PAGE}"  # noqa: S608 - the line above
        return int(self._database.value("SELECT count(*) FROM page")) - int(self._database.value(rest))

    def all(self) -> list[tuple[int, Page]]:
        """Return all pages with their numbers, in the order in which they were planned."""
        return self._pages("ORDER BY id")

    def at(self, url: str) -> list[tuple[int, Page]]:
        """Return the pages at an address, however it is cased, with their numbers."""
        return self._pages("WHERE url = ?", url)

    def numbered(self, numbers: Sequence[int]) -> dict[int, Page]:
        """Return pages by their numbers."""
        found: dict[int, Page] = {}
        for some, marks in in_parts(numbers):
            found.update(self._pages(f"WHERE id IN ({marks})", *some))
        return found

    def of_kinds(self, kinds: Collection[PageKind]) -> list[tuple[int, Page]]:
        """Return the pages of some kinds with their numbers."""
        marks = ", ".join("?" * len(kinds))
        return self._pages(f"WHERE kind IN ({marks})", *(kind.value for kind in kinds))

    def redirects_at(self, urls: Collection[str]) -> list[tuple[int, Page]]:
        """Return the redirects at some addresses with their numbers."""
        marks = ", ".join("?" * len(urls))
        return self._pages(f"WHERE kind = 'moved' AND url IN ({marks})", *urls)

    def rivals_at(self, url: str) -> list[Page]:
        """Return the pages at an address, redirects excepted: more than one must not stay."""
        return [page for _, page in self._pages("WHERE url = ? AND kind != 'moved' ORDER BY kind DESC, key", url)]

    def _pages(self, rest: str, *values: Any) -> list[tuple[int, Page]]:
        rows = self._database.database.execute(f"{_PAGES} {rest}", values)
        return [(row[0], Page(_KINDS[row[1]], *row[2:])) for row in rows]

    def urls(self) -> list[str]:
        """Return the addresses of all pages."""
        return [url for (url,) in self._database.rows("SELECT url FROM page")]

    def urls_taken_twice(self) -> list[str]:
        """Return the addresses at which several pages lie, redirects excepted."""
        query = "SELECT url FROM page WHERE kind != 'moved' GROUP BY url HAVING count(*) > 1 ORDER BY url"
        return [url for (url,) in self._database.rows(query)]

    def is_at(self, url: str) -> bool:
        """Whether there is a page at an address."""
        return self._database.value("SELECT 1 FROM page WHERE url = ?", url) is not None

    def is_below(self, url: str) -> bool:
        """Whether a page lies below an address, which ends without a slash."""
        query = "SELECT 1 FROM page WHERE url >= ? AND url < ?"
        return self._database.value(query, f"{url}/", f"{url}0") is not None

    def is_taken(self, url: str) -> bool:
        """Whether a page that is no redirect lies at an address."""
        return self._database.value("SELECT 1 FROM page WHERE url = ? AND kind != 'moved'", url) is not None

    def numbers_of(self, key: str) -> list[int]:
        """Return the numbers of the pages that show an entry or lead to it."""
        return [number for (number,) in self._database.rows("SELECT id FROM page WHERE key = ?", key)]

    def of_entry(self, key: str) -> list[EntryPage]:
        """Return an entry's pages."""
        query = """
            SELECT id, locale, base, template, type, url, parted FROM page WHERE key = ? AND kind = 'entry'
        """
        return [EntryPage(*row) for row in self._database.rows(query, key)]

    def has_pages(self, key: str) -> bool:
        """Whether an entry has a page in any locale."""
        return self._database.value("SELECT 1 FROM page WHERE key = ? AND kind = 'entry'", key) is not None

    def has_page(self, key: str, locale: str) -> bool:
        """Whether an entry has a page in a locale."""
        query = "SELECT 1 FROM page WHERE key = ? AND locale = ? AND kind = 'entry'"
        return self._database.value(query, key, locale) is not None

    def is_parted(self, key: str, locale: str) -> bool:
        """Whether others want the address that an entry's page wants in a locale."""
        query = "SELECT 1 FROM page WHERE key = ? AND locale = ? AND kind = 'entry' AND parted NOT NULL"
        return self._database.value(query, key, locale) is not None

    def addresses(self, keys: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the addresses of entries' pages, by key and locale."""
        found: dict[str, dict[str, str]] = {}
        for some, marks in in_parts(keys):
            query = f"SELECT key, locale, url FROM page WHERE key IN ({marks}) AND kind = 'entry'"  # noqa: S608 - marks
            for key, locale, url in self._database.database.execute(query, some):
                found.setdefault(key, {})[locale] = url
        return found

    def shared_bases(self) -> list[str]:
        """Return the addresses that several pages want, or that one lay aside for others."""
        query = (
            "SELECT base FROM page WHERE base NOT NULL GROUP BY base HAVING count(*) > 1"
            " UNION SELECT base FROM page WHERE parted NOT NULL"
        )
        return [base for (base,) in self._database.rows(query)]

    def wanting(self, base: str) -> list[Contender]:
        """Return the pages that want an address, by the key of their entries."""
        query = "SELECT id, key, locale, base, url, parted FROM page WHERE base = ? ORDER BY key"
        return [Contender(*row) for row in self._database.rows(query, base)]

    def meeting_at(self, address: str) -> list[Contender]:
        """Return the pages that the first step of parting has left or put at an address."""
        query = (
            "SELECT id, key, locale, coalesce(parted, base), url, parted FROM page WHERE base = ? AND parted IS NULL"
            " UNION SELECT id, key, locale, parted, url, parted FROM page WHERE parted = ?"
        )
        return [Contender(*row) for row in self._database.rows(query, address, address)]

    def has_parted(self) -> bool:
        """Whether an address is wanted by several pages."""
        return self._database.value("SELECT 1 FROM page WHERE parted NOT NULL") is not None

    def parted_bases(self) -> list[tuple[str, str, str, str]]:
        """Return the base, locale, key and content type of each entry's page that does not lie at its base."""
        query = "SELECT base, locale, key, type FROM page WHERE parted NOT NULL ORDER BY base, key"
        return self._database.rows(query)

    def sitemap_files(self) -> int:
        """Return the number of the sitemap's files that name pages."""
        return int(self._database.value("SELECT count(*) FROM page WHERE kind = 'sitemap'"))

    def count_in_sitemap(self) -> int:
        """Return the number of pages that the sitemap names."""
        return int(self._database.value("SELECT count(*) FROM page WHERE sitemap_bucket NOT NULL"))

    def in_sitemap_buckets(self, first: int, end: int) -> list[tuple[str | None, str, str]]:
        """Return key, locale and address of the pages in the sitemap's buckets from `first` to before `end`."""
        query = "SELECT key, locale, url FROM page WHERE sitemap_bucket >= ? AND sitemap_bucket < ?"
        return self._database.rows(query, first, end)

    def insert(self, pages: Iterable[NewPage]) -> None:
        """Write new pages."""
        rows = ((page.kind.value, *page[1:], base, sitemap_bucket) for page, base, sitemap_bucket in pages)
        self._database.database.executemany(_INSERT, rows)

    def set_url(self, number: int, url: str) -> None:
        """Move a page to an address."""
        self._database.database.execute("UPDATE page SET url = ? WHERE id = ?", (url, number))

    def set_parted(self, number: int, address: str | None) -> None:
        """Note the address that a page gets in place of its base; None if it can have that."""
        self._database.database.execute("UPDATE page SET parted = ? WHERE id = ?", (address, number))

    def delete(self, number: int) -> None:
        """Remove a page's row."""
        self._database.database.execute("DELETE FROM page WHERE id = ?", (number,))
