"""The tables of files and folders: what copies are made of, how they looked, which folders were listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


SCHEMA = """
CREATE TABLE asset_file (source TEXT PRIMARY KEY, path TEXT NOT NULL, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE copy (
  path TEXT PRIMARY KEY, source INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, mtime INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listed (path TEXT PRIMARY KEY, signature INTEGER NOT NULL) WITHOUT ROWID;
"""


class AssetFileTable(Table):
    """Queries of assets' files: `source` lies under content/, `path` under site/."""

    __slots__ = ()

    def insert(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Write rows: source, path, key of the asset."""
        self._database.database.executemany("INSERT OR REPLACE INTO asset_file VALUES (?, ?, ?)", rows)

    def delete(self, sources: Iterable[str]) -> None:
        """Remove rows by source."""
        rows = ((source,) for source in sources)
        self._database.database.executemany("DELETE FROM asset_file WHERE source = ?", rows)
