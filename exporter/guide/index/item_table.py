"""The table of items, one row for each JSON file under content/ that can be an item's, and the links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.guide.index.database import Table, in_parts
from exporter.guide.index.records import IndexedItem, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporter.guide.index.records import ItemFacts

SCHEMA = """
CREATE TABLE item (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, signature INTEGER NOT NULL, digest BLOB NOT NULL,
  key TEXT UNIQUE, facts BLOB, summary BLOB
);
CREATE INDEX item_by_path ON item (path, signature);
CREATE TABLE link (target TEXT, field TEXT, source INTEGER, type TEXT, PRIMARY KEY (target, field, source))
WITHOUT ROWID;
"""


class ItemTable(Table):
    """Queries of items. A row whose file holds no item has neither key nor facts."""

    __slots__ = ()

    def count(self) -> int:
        """Return the number of rows."""
        return int(self._database.value("SELECT count(*) FROM item"))

    def last_number(self) -> int:
        """Return the greatest number of a row; 0 if there is none."""
        return int(self._database.value("SELECT coalesce(max(id), 0) FROM item"))

    def all_paths(self) -> list[str]:
        """Return the path under content/ of each row."""
        return [path for (path,) in self._database.rows("SELECT path FROM item")]

    def paths(self) -> dict[str, str]:
        """Return the path under content/ of each item that the mirror holds, by key, in the order of the keys."""
        return dict(self._database.rows("SELECT key, path FROM item WHERE key NOT NULL ORDER BY key"))

    def digests(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and digest of each file, in the order of the paths."""
        yield from self._database.database.execute("SELECT path, digest FROM item ORDER BY path")

    def signatures_in(self, folder: str) -> list[tuple[str, int]]:
        """Return path and signature of each item file in a folder."""
        query = "SELECT path, signature FROM item WHERE path > ? AND path < ?"
        try:
            return self._database.rows(query, f"{folder}/", f"{folder}0")
        except UnicodeEncodeError:
            return []  # a name that no row can hold

    def at_path(self, path: str) -> IndexedItem | None:
        """Return the row of the file at a path."""
        for number, digest, facts in self._database.rows("SELECT id, digest, facts FROM item WHERE path = ?", path):
            return IndexedItem(number, digest, read_facts(facts))
        return None

    def path_of(self, key: str) -> str | None:
        """Return the path of an item's JSON under content/; None for an item that the mirror does not hold."""
        found = self._database.value("SELECT path FROM item WHERE key = ?", key)
        return str(found) if found is not None else None

    def paths_of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the paths of items' JSON under content/, by key."""
        found: dict[str, str] = {}
        for some, marks in in_parts(keys):
            query = f"SELECT key, path FROM item WHERE key IN ({marks})"  # noqa: S608 - question marks
            found.update(self._database.database.execute(query, some).fetchall())
        return found

    def facts_of(self, key: str) -> ItemFacts | None:
        """Return the facts of an item; None for one that the mirror does not hold."""
        return read_facts(self._database.value("SELECT facts FROM item WHERE key = ?", key))

    def summaries(self, keys: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
        """Yield key, path under content/ and packed summary of those items that the mirror holds."""
        for some, marks in in_parts(keys):
            query = f"SELECT key, path, summary FROM item WHERE key IN ({marks})"  # noqa: S608 - question marks
            yield from self._database.database.execute(query, some).fetchall()

    def linked_summaries(self, most: int) -> Iterator[tuple[str, str, bytes]]:
        """Yield the same for up to `most` of the items that others link to."""
        query = "SELECT key, path, summary FROM item WHERE key IN (SELECT target FROM link) LIMIT ?"
        yield from self._database.database.execute(query, (most,))

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write rows: number, path, signature, digest, key, packed facts, packed summary."""
        self._database.database.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def renew(self, path: str, signature: int, digest: bytes, summary: bytes) -> None:
        """Note that a file holds something else that has the same facts."""
        query = "UPDATE item SET signature = ?, digest = ?, summary = ? WHERE path = ?"
        self._database.database.execute(query, (signature, digest, summary, path))

    def set_signatures(self, signatures: Iterable[tuple[int, str]]) -> None:
        """Note the new signature of each file, by path, that still holds the same bytes."""
        self._database.database.executemany("UPDATE item SET signature = ? WHERE path = ?", signatures)

    def delete(self, number: int) -> None:
        """Remove a row."""
        self._database.database.execute("DELETE FROM item WHERE id = ?", (number,))


class LinkTable(Table):
    """Queries of links: by the key of the target; the source is the number of an item, `type` its content type."""

    __slots__ = ()

    def referrers(self, keys: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Return content type and key of each entry that links to one of some items, by that item's key."""
        found: dict[str, list[tuple[str, str]]] = {key: [] for key in keys}
        for some, marks in in_parts(keys):
            query = f"""
                SELECT DISTINCT target, type, key FROM link JOIN item ON item.id = link.source
                WHERE target IN ({marks}) ORDER BY key
            """  # noqa: S608 - question marks
            for target, type_id, key in self._database.database.execute(query, some):
                found[target].append((type_id, key))
        return found

    def sources(self, target: str, field: str) -> list[str]:
        """Return the keys of the items that link to one in a field."""
        query = "SELECT key FROM link JOIN item ON item.id = link.source WHERE target = ? AND field = ?"
        return [key for (key,) in self._database.rows(query, target, field)]

    def targets(self, type_id: str, field: str) -> list[tuple[str, int]]:
        """Return what a field of a content type leads to: each key, and how many entries link to it."""
        query = "SELECT target, count(*) FROM link WHERE type = ? AND field = ? GROUP BY target"
        return self._database.rows(query, type_id, field)

    def fields_leading_to(self, keys: Sequence[str]) -> Iterator[tuple[str, str, str, int]]:
        """Yield, for some items, each field that leads to one: its key, content type, field, number of entries."""
        for some, marks in in_parts(keys):
            query = f"SELECT target, type, field, count(*) FROM link WHERE target IN ({marks}) GROUP BY 1, 2, 3"  # noqa: S608 - question marks
            yield from self._database.database.execute(query, some).fetchall()

    def insert(self, rows: Iterable[tuple[str, str, int, str]]) -> None:
        """Write rows: target, field, number of the source, its content type."""
        self._database.database.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", rows)

    def delete(self, rows: Iterable[tuple[str, str, int]]) -> None:
        """Remove rows, by target, field and number of the source."""
        self._database.database.executemany("DELETE FROM link WHERE (target, field, source) = (?, ?, ?)", rows)
