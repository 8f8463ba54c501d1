"""The index of the mirror: which file holds which item. A cache: rebuilt from content/ whenever the two differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.cache_database import CacheFormat, copy_cache, open_cache
from exporter.core.containment import list_folder, look_at
from exporter.core.encoding import decode, order_free_sum
from exporter.core.files import read_bytes, walk_files
from exporter.core.model import Key, item_digest, item_from_bytes
from exporter.core.naming import is_item_path, item_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FORMAT = CacheFormat("""
CREATE TABLE item (
  kind TEXT, id TEXT, folder TEXT NOT NULL, fold TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_fold ON item (folder, fold);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
""")


class Row(NamedTuple):
    """An item of the mirror: its folder, the path of its JSON under content/ and the digest of that JSON.

    `folder` is the kind or content type, named as if nothing clashed; `path` is where the file really is.
    """

    key: Key
    folder: str
    path: str
    digest: bytes

    @property
    def fold(self) -> str:
        """The id in lower case: ids that differ only by case share it."""
        return self.key.id.lower()


class MirrorIndex:
    """The rows in SQLite, with the sum of their digests and the settings that content/ was written by."""

    def __init__(self, path: Path | None, *, keep: bool = True) -> None:
        """Open the index in its file, in memory where that is None; not to `keep` it, in a copy of the file in memory.

        `duplicates` are further files of items that have a row already, found by `rebuild`.
        """
        self.duplicates: list[Row] = []
        self._database = open_cache(path, _FORMAT) if path is None or keep else copy_cache(path, _FORMAT)

    def close(self) -> None:
        """Close the file; the caller that opened the index does so."""
        self._database.close()

    def meta(self, name: str) -> str | None:
        """Return a remembered setting, or None."""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def find(self, key: Key) -> Row | None:
        """Return the row of an item, or None if the mirror does not hold it."""
        rows = self._rows("WHERE kind = ? AND id = ?", key.kind, key.id)
        return next(rows, None)

    def alike(self, folder: str, fold: str) -> list[Row]:
        """Return the rows of a folder whose ids differ only by case."""
        return list(self._rows("WHERE folder = ? AND fold = ?", folder, fold))

    def folders(self) -> set[str]:
        """Return the folders that have rows, by one step in the index per folder instead of a scan of all rows."""
        query = (
            "WITH RECURSIVE step (folder) AS (SELECT min(folder) FROM item UNION ALL"
            " SELECT (SELECT min(folder) FROM item WHERE item.folder > step.folder) FROM step WHERE folder NOT NULL)"
            " SELECT folder FROM step WHERE folder NOT NULL"
        )
        return {folder for (folder,) in self._database.execute(query)}

    def in_folder(self, folder: str) -> Iterator[Row]:
        """Yield the rows of a folder."""
        return self._rows("WHERE folder = ?", folder)

    def all(self) -> Iterator[Row]:
        """Yield every row, in the order of keys."""
        return self._rows("ORDER BY kind, id")

    @property
    def empty(self) -> bool:
        """Whether there is no row at all; counting them would scan all."""
        return self._database.execute("SELECT 1 FROM item LIMIT 1").fetchone() is None

    def lacks_files(self, content: Path) -> bool:
        """Whether files of rows are missing, as after `content` or a part of it was deleted.

        Only the names in folders that changed since they were marked are looked at.
        """
        marked = decode((self.meta("folders") or "{}").encode())
        touched = [folder for folder, mark in self.folder_marks(content).items() if marked.get(folder) != mark]
        return any(self._lacks_file_in(folder, content) for folder in touched)

    def _lacks_file_in(self, folder: str, content: Path) -> bool:
        names = {f"{folder}/{name}" for name in list_folder(str(content / folder)).files}
        others = (row.path for row in self.in_folder(folder) if row.path not in names)
        return any(look_at(str(content / path)) is None for path in others)  # names that clash may be elsewhere

    def folder_marks(self, content: Path) -> dict[str, int]:
        """Return when names last came to the folders of items, or went, in ns; 0 for a folder that is not there."""
        found = {folder: look_at(str(content / folder)) for folder in self.folders()}
        return {folder: status.st_mtime_ns if status is not None else 0 for folder, status in found.items()}

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM item").fetchone()[0])

    def _rows(self, where: str, *values: str) -> Iterator[Row]:
        cursor = self._database.execute(f"SELECT kind, id, folder, path, digest FROM item {where}", values)  # noqa: S608 - `where` is one of the texts above
        for kind, identifier, folder, path, digest in cursor:
            yield Row(Key(kind, identifier), folder, path, digest)

    def update(self, changed: Iterable[Row], removed: Iterable[Key], meta: dict[str, str]) -> None:
        """Write rows and settings in one transaction."""
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany("DELETE FROM item WHERE kind = ? AND id = ?", removed)
            self._database.executemany(
                "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)",
                ((*row.key, row.folder, row.fold, row.path, row.digest) for row in changed),
            )
            self._database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def rebuild(self, content: Path) -> str:
        """Read all rows from the files again and return the sum of their digests.

        A file is an item's where it has the very path that its own `sys` asks for; any other is foreign and left alone.
        An item may have several such files, as after a merge of two branches: those after the first are `duplicates`.
        """
        self.duplicates.clear()
        with self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM item")
            self._database.execute("DELETE FROM meta")
        self.update(self._first_of_each(_items_on_disk(content)), (), {})
        return order_free_sum(row.digest for row in self.all())

    def _first_of_each(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            if self.find(row.key) is None:
                yield row
            else:
                self.duplicates.append(row)


def _items_on_disk(content: Path) -> Iterator[Row]:
    for top in ("assets", "entries"):
        for name in walk_files(content / top):
            if name.endswith(".json"):
                row = _read_row(content, f"{top}/{name}")
                if row is not None:
                    yield row


def _read_row(content: Path, path: str) -> Row | None:
    data = read_bytes(content / path)
    item = item_from_bytes(data) if data is not None else None
    if data is None or item is None or not is_item_path(path, item.key, item.content_type):
        return None
    return Row(item.key, item_folder(item.key, item.content_type), path, item_digest(item.key, data))
