"""The index of the mirror: which file each item has. A cache: made anew from content/ whenever it is not of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.core.encoding import order_free_sum
from exporter.core.files import walk_files
from exporter.core.model import Key, item_digest, item_from_bytes
from exporter.core.naming import is_item_path, item_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VERSION = 2
_SCHEMA = """
PRAGMA user_version = 2;
CREATE TABLE item (
  kind TEXT, id TEXT, folder TEXT NOT NULL, fold TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_fold ON item (folder, fold);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An item of the mirror: its folder, its path under content/ and the digest of its JSON.

    The folder stands for the kind or content type, and is named without a clash; the path says where the file lies.
    """

    key: Key
    folder: str
    path: str
    digest: bytes

    @property
    def fold(self) -> str:
        """What ids that differ only by case share."""
        return self.key.id.lower()


class MirrorIndex:
    """The rows in SQLite, with the sum of their digests and the settings that content/ was written by."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.doubles: list[Row] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        """Open the file; one that is broken or of another version is thrown away."""
        database = sqlite3.connect(self._path, isolation_level=None)
        try:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute("SELECT count(*) FROM meta") if version == _VERSION else None
        except sqlite3.DatabaseError:
            version = -1
        if version != _VERSION:
            database.close()
            self._path.unlink(missing_ok=True)
            database = sqlite3.connect(self._path, isolation_level=None)
            database.executescript(_SCHEMA)
        return database

    @classmethod
    def aside(cls, path: Path) -> MirrorIndex:
        """Open a copy in memory, so that the file stays as it is; an empty one where there is none to be read."""
        index = cls(Path(":memory:"))
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as kept:
            sound = kept.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            if sound and kept.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
                kept.backup(index._database)
        return index

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def meta(self, name: str) -> str | None:
        """Give a remembered setting; None where there is none."""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def find(self, key: Key) -> Row | None:
        """Give an item's row; None where the mirror does not hold it."""
        rows = self._rows("WHERE kind = ? AND id = ?", key.kind, key.id)
        return next(rows, None)

    def alike(self, folder: str, fold: str) -> list[Row]:
        """Give the rows of a folder whose ids differ only by case."""
        return list(self._rows("WHERE folder = ? AND fold = ?", folder, fold))

    def folders(self) -> set[str]:
        """Give the folders that have rows, by a step in the index for each and no look at the others."""
        query = (
            "WITH RECURSIVE step (folder) AS (SELECT min(folder) FROM item UNION ALL"
            " SELECT (SELECT min(folder) FROM item WHERE item.folder > step.folder) FROM step WHERE folder NOT NULL)"
            " SELECT folder FROM step WHERE folder NOT NULL"
        )
        return {folder for (folder,) in self._database.execute(query)}

    def inside(self, folder: str) -> Iterator[Row]:
        """Yield the rows of a folder."""
        return self._rows("WHERE folder = ?", folder)

    def all(self) -> Iterator[Row]:
        """Yield every row, in the order of keys."""
        return self._rows("ORDER BY kind, id")

    @property
    def empty(self) -> bool:
        """Tell whether there is no row at all; their number would take a look at each."""
        return self._database.execute("SELECT 1 FROM item LIMIT 1").fetchone() is None

    def is_lost(self, content: Path) -> bool:
        """Tell whether no folder is there that any row's file lies in, as where all of `content` was removed."""
        folders = self.folders()
        return bool(folders) and not any((content / each).is_dir() for each in folders)

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM item").fetchone()[0])

    def _rows(self, where: str, *values: str) -> Iterator[Row]:
        cursor = self._database.execute(f"SELECT kind, id, folder, path, digest FROM item {where}", values)  # noqa: S608 - `where` is one of the texts above
        for kind, identifier, folder, path, digest in cursor:
            yield Row(Key(kind, identifier), folder, path, digest)

    def update(self, changed: Iterable[Row], gone: Iterable[Key], meta: dict[str, str]) -> None:
        """Write rows and settings in one transaction."""
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany("DELETE FROM item WHERE kind = ? AND id = ?", gone)
            self._database.executemany(
                "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)",
                ((*row.key, row.folder, row.fold, row.path, row.digest) for row in changed),
            )
            self._database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())

    def rebuild(self, content: Path) -> str:
        """Make the rows anew from the files; give the sum of their digests.

        A file at the very path that its own `sys` would get is an item's; all others are foreign and left alone. Where
        an item has several, as a merge of two branches may leave it, the others are its `doubles`.
        """
        self.doubles.clear()
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
                self.doubles.append(row)


def _items_on_disk(content: Path) -> Iterator[Row]:
    for top in ("assets", "entries"):
        for name in walk_files(content / top):
            if name.endswith(".json"):
                row = _read_row(content, f"{top}/{name}")
                if row is not None:
                    yield row


def _read_row(content: Path, path: str) -> Row | None:
    data = (content / path).read_bytes()
    item = item_from_bytes(data)
    if item is None or not is_item_path(path, item.key, item.content_type):
        return None
    return Row(item.key, item_folder(item.key, item.content_type), path, item_digest(item.key, data))
