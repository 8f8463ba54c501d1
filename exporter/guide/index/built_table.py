"""The table of built pages: how the file of each looked once it stood, and what was wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.index.database import Table, read_row
from exporter.guide.index.page_table import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.core.encoding import Json


SCHEMA = """
CREATE TABLE built (
  page INTEGER PRIMARY KEY, shared_set INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
  digest BLOB NOT NULL, problems BLOB
);
CREATE INDEX built_by_shared_set ON built (shared_set);
CREATE INDEX built_with_problems ON built (page) WHERE problems NOT NULL;
"""


class BuiltPage(NamedTuple):
    """A page that was built: the number of the answers that it shares with others, and its file as it was written.

    `mtime` is in nanoseconds; `problems` are packed, None if there are none.
    """

    number: int
    shared_set: int
    size: int
    mtime: int
    digest: bytes
    problems: bytes | None


class BuiltTable(Table):
    """Queries of built pages. A page without a row is stale and has to be rendered."""

    __slots__ = ()

    def with_shared_set(self, number: int) -> list[int]:
        """Return the pages that read a shared set of answers."""
        return [page for (page,) in self._database.rows("SELECT page FROM built WHERE shared_set = ?", number)]

    def has_more_than(self, number: int) -> bool:
        """Whether more than so many pages are built."""
        return self._database.value("SELECT 1 FROM built LIMIT 1 OFFSET ?", number) is not None

    def stale(self) -> list[int]:
        """Return the numbers of the pages that are not built."""
        query = "SELECT id FROM page LEFT JOIN built ON built.page = page.id WHERE built.page IS NULL"
        return [number for (number,) in self._database.rows(query)]

    def urls_of_stale(self) -> list[tuple[int, str]]:
        """Return the number and address of each page that is not built."""
        return self._database.rows("SELECT id, url FROM page WHERE id NOT IN (SELECT page FROM built)")

    def owners_of_stale(self) -> dict[int, str]:
        """Return by number, for each page that is not built, the id of its entry, or its address if it has none."""
        query = f"SELECT id, {OWNER} FROM page WHERE id NOT IN (SELECT page FROM built)"  # noqa: S608 - a constant
        return dict(self._database.rows(query))

    def files(self) -> Iterator[tuple[int, str, int, int]]:
        """Yield number, address, size and mtime of every page that is built."""
        query = "SELECT id, url, size, mtime FROM built JOIN page ON page.id = built.page"
        return self._database.database.execute(query)

    def digests(self) -> Iterator[tuple[str, int, int, bytes]]:
        """Yield address, size, mtime and digest of every page that is built."""
        query = "SELECT url, size, mtime, digest FROM built JOIN page ON page.id = built.page"
        return self._database.database.execute(query)

    def digest_of(self, number: int) -> bytes | None:
        """Return the digest of a page's file; None for a page that is not built."""
        found: bytes | None = self._database.value("SELECT digest FROM built WHERE page = ?", number)
        return found

    def problems(self) -> Iterator[Json]:
        """Yield what was found wrong when pages were rendered, page by page."""
        for (data,) in self._database.rows("SELECT problems FROM built WHERE problems NOT NULL ORDER BY page"):
            yield from read_row(data)

    def insert(self, pages: Iterable[BuiltPage]) -> None:
        """Note that pages are built."""
        self._database.database.executemany("INSERT OR REPLACE INTO built VALUES (?, ?, ?, ?, ?, ?)", pages)

    def set_look(self, number: int, size: int, mtime: int) -> None:
        """Note that a page's file looks different and holds the same bytes."""
        query = "UPDATE built SET size = ?, mtime = ? WHERE page = ?"
        self._database.database.execute(query, (size, mtime, number))

    def forget(self, numbers: Iterable[int]) -> None:
        """Make pages stale."""
        self._database.database.executemany("DELETE FROM built WHERE page = ?", ((number,) for number in numbers))
