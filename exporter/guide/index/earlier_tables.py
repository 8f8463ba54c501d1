"""The tables of earlier addresses, which `guide/pages/redirects.py` keeps.

`earlier` holds them by the entry whose record in moved.json they come from, `earlier_record` the digest of that record,
`earlier_read` which other entries its addresses read something of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


SCHEMA = """
CREATE TABLE earlier_record (key TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE earlier_read (read TEXT, key TEXT, PRIMARY KEY (read, key)) WITHOUT ROWID;
CREATE INDEX earlier_read_by_key ON earlier_read (key);
CREATE TABLE earlier (
  key TEXT, number INTEGER, source TEXT, locale TEXT, url TEXT, dated INTEGER, folded TEXT,
  PRIMARY KEY (key, number)
) WITHOUT ROWID;
CREATE INDEX earlier_by_source ON earlier (source);
CREATE INDEX earlier_by_folded ON earlier (folded);
"""


class EarlierAddress(NamedTuple):
    """An address that led to the page of its `source` in a locale before.

    One that is `dated` did so only if others wanted the page's address too: it has what told the page apart.
    """

    source: str
    locale: str
    url: str
    dated: bool = False


class EarlierTables(Table):
    """Queries of earlier addresses."""

    __slots__ = ()

    def record_digests(self) -> dict[str, bytes]:
        """Return the digest of each entry's record, by its key."""
        return dict(self._database.rows("SELECT key, digest FROM earlier_record"))

    def urls(self) -> set[str]:
        """Return all earlier addresses."""
        return {url for (url,) in self._database.rows("SELECT url FROM earlier")}

    def urls_from(self, key: str) -> set[str]:
        """Return the earlier addresses that come from an entry's record."""
        return {url for (url,) in self._database.rows("SELECT url FROM earlier WHERE key = ?", key)}

    def urls_like(self, url: str) -> set[str]:
        """Return the earlier addresses that differ from one by case alone, or not at all."""
        query = "SELECT url FROM earlier WHERE folded = ?"
        return {found for (found,) in self._database.rows(query, url.casefold())}

    def urls_to(self, source: str) -> set[str]:
        """Return the earlier addresses that lead to an entry."""
        return {url for (url,) in self._database.rows("SELECT url FROM earlier WHERE source = ?", source)}

    def leading_from(self, url: str) -> list[EarlierAddress]:
        """Return what may redirect from an address, however it is cased: the last record first."""
        query = "SELECT source, locale, url, dated FROM earlier WHERE folded = ? ORDER BY key DESC, number DESC"
        return [
            EarlierAddress(source, locale, at, bool(dated))
            for source, locale, at, dated in self._database.rows(query, url.casefold())
        ]

    def readers_of(self, key: str) -> set[str]:
        """Return the entries whose earlier addresses read something of another one."""
        return {reader for (reader,) in self._database.rows("SELECT key FROM earlier_read WHERE read = ?", key)}

    def insert(self, key: str, digest: bytes, addresses: Iterable[EarlierAddress], read: Iterable[str]) -> None:
        """Write the addresses that an entry's record makes, and the entries that they read."""
        rows = [(key, number, *address, address.url.casefold()) for number, address in enumerate(addresses)]
        execute_many = self._database.database.executemany
        self._database.database.execute("INSERT INTO earlier_record VALUES (?, ?)", (key, digest))
        execute_many("INSERT INTO earlier VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        execute_many("INSERT INTO earlier_read VALUES (?, ?)", ((other, key) for other in read))

    def delete(self, key: str) -> None:
        """Remove all that comes from an entry's record."""
        for table in ("earlier_record", "earlier_read", "earlier"):
            self._database.database.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608 - the line above
