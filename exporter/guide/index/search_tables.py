"""The tables of search: what is searched of each page, and the leaves of its data files.

A page's row is made of the file that has the digest `digest`: `document` is the number of the document that the page
is, `weights` are its tokens, packed; both are NULL for a page that is not found by search. A leaf holds the postings
of some tokens, packed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import pack
from exporter.guide.index.database import Table, read_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA = """
CREATE TABLE searched (
  page INTEGER PRIMARY KEY, locale TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL,
  document INTEGER, weights BLOB
);
CREATE INDEX searched_by_document ON searched (document, locale);
CREATE TABLE leaf (
  locale TEXT, prefix TEXT, size INTEGER NOT NULL, tokens INTEGER NOT NULL, postings BLOB NOT NULL,
  PRIMARY KEY (locale, prefix)
) WITHOUT ROWID;
"""


class SearchedPage(NamedTuple):
    """A page as search knows it; `weights` are packed: how much each of its tokens weighs."""

    number: int
    locale: str
    path: str
    digest: bytes
    document: int | None
    weights: bytes | None


class PageFile(NamedTuple):
    """A page whose file is read: `path` under site/ (an address, where it comes from a query), digest of its bytes."""

    number: int
    locale: str
    path: str
    digest: bytes


class SearchTables(Table):
    """Queries of what is searched."""

    __slots__ = ()

    def differing(self) -> list[PageFile]:
        """Return the pages whose files are others than those searched, with their addresses for paths."""
        rows = self._database.rows(
            "SELECT page.id, page.locale, page.url, built.digest FROM built JOIN page ON page.id = built.page "
            "LEFT JOIN searched ON searched.page = page.id "
            "WHERE (page.url GLOB '*/' OR page.url GLOB '*.html') AND searched.digest IS NOT built.digest"
        )
        return [PageFile(*row) for row in rows]

    def gone(self) -> list[int]:
        """Return the numbers of the pages that are searched and are no more, or lie elsewhere now."""
        rows = self._database.rows(
            "SELECT searched.page FROM searched LEFT JOIN page ON page.id = searched.page WHERE page.id IS NULL "
            "OR searched.path <> substr(page.url, 2) || CASE WHEN page.url GLOB '*/' THEN 'index.html' ELSE '' END"
        )
        return [number for (number,) in rows]

    def page(self, number: int) -> SearchedPage | None:
        """Return a page; None for one that is not known."""
        rows = self._database.rows("SELECT * FROM searched WHERE page = ?", number)
        return SearchedPage(*rows[0]) if rows else None

    def numbers(self) -> set[int]:
        """Return the numbers of all pages."""
        return {number for (number,) in self._database.rows("SELECT page FROM searched")}

    def pages_of(self, locale: str, document: int) -> list[PageFile]:
        """Return the pages whose document has a number; two may share one."""
        query = "SELECT page, locale, path, digest FROM searched WHERE document = ? AND locale = ? ORDER BY path"
        return [PageFile(*row) for row in self._database.rows(query, document, locale)]

    def count(self, locale: str) -> int:
        """Return how many pages of a locale are found by search."""
        return int(self._database.value("SELECT count(document) FROM searched WHERE locale = ?", locale))

    def put(self, page: SearchedPage) -> None:
        """Write a page in place of what was known of it."""
        self._database.database.execute("INSERT OR REPLACE INTO searched VALUES (?, ?, ?, ?, ?, ?)", page)

    def delete(self, numbers: Iterable[int]) -> None:
        """Forget pages."""
        self._database.database.executemany("DELETE FROM searched WHERE page = ?", ((number,) for number in numbers))

    def leaves(self, locale: str) -> dict[str, tuple[int, int]]:
        """Return bytes and number of tokens of each leaf of a locale, by prefix."""
        rows = self._database.rows("SELECT prefix, size, tokens FROM leaf WHERE locale = ?", locale)
        return {prefix: (size, tokens) for prefix, size, tokens in rows}

    def postings(self, locale: str, prefix: str) -> dict[str, str]:
        """Return the postings of a leaf."""
        data = self._database.value("SELECT postings FROM leaf WHERE locale = ? AND prefix = ?", locale, prefix)
        found: dict[str, str] = read_row(data) if data is not None else {}
        return found

    def put_leaf(self, locale: str, prefix: str, size: tuple[int, int], postings: Mapping[str, str]) -> None:
        """Write a leaf."""
        row = (locale, prefix, *size, pack(postings))
        self._database.database.execute("INSERT OR REPLACE INTO leaf VALUES (?, ?, ?, ?, ?)", row)

    def delete_leaf(self, locale: str, prefix: str) -> None:
        """Forget a leaf."""
        self._database.database.execute("DELETE FROM leaf WHERE locale = ? AND prefix = ?", (locale, prefix))

    def clear(self) -> None:
        """Forget everything."""
        self._database.database.execute("DELETE FROM searched")
        self._database.database.execute("DELETE FROM leaf")
