"""The tables of files and folders: what copies are made of, how they looked, which folders were listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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

    def paths(self) -> list[tuple[str, str]]:
        """Return source and path of every file, in the order of the paths."""
        return self._database.rows("SELECT source, path FROM asset_file ORDER BY path")

    def keys(self) -> set[str]:
        """Return the keys of the assets that have files."""
        return {key for (key,) in self._database.rows("SELECT key FROM asset_file")}

    def keys_of_sources(self) -> list[tuple[str, str]]:
        """Return source and key of the asset of every file."""
        return self._database.rows("SELECT source, key FROM asset_file")

    def insert(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Write rows: source, path, key of the asset."""
        self._database.database.executemany("INSERT OR REPLACE INTO asset_file VALUES (?, ?, ?)", rows)

    def delete(self, sources: Iterable[str]) -> None:
        """Remove rows by source."""
        rows = ((source,) for source in sources)
        self._database.database.executemany("DELETE FROM asset_file WHERE source = ?", rows)


Copy: TypeAlias = tuple[int, int, int]
"""The signature of a copy's source, and the copy's size and mtime (in nanoseconds) as it was written."""


class CopyTable(Table):
    """Queries of the files that were copied into site/."""

    __slots__ = ()

    def all(self) -> dict[str, Copy]:
        """Return every copy by its path."""
        rows = self._database.rows("SELECT path, source, size, mtime FROM copy")
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def paths(self) -> list[str]:
        """Return the path of every copy."""
        return [path for (path,) in self._database.rows("SELECT path FROM copy")]

    def insert(self, path: str, copy: Copy, digest: bytes) -> None:
        """Note a copy and the digest of its bytes."""
        self._database.database.execute("INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?)", (path, *copy, digest))

    def delete(self, paths: Iterable[str]) -> None:
        """Forget copies that are gone."""
        self._database.database.executemany("DELETE FROM copy WHERE path = ?", ((path,) for path in paths))


class FolderTable(Table):
    """Queries of the folders of site/."""

    __slots__ = ()

    def mtimes(self) -> dict[str, int]:
        """Return the mtime of every folder as the last build left it, by path."""
        return dict(self._database.rows("SELECT path, mtime FROM folder"))

    def set_mtimes(self, mtimes: Mapping[str, int | None]) -> None:
        """Note mtimes by path; None for a folder that is gone."""
        gone = [(path,) for path, mtime in mtimes.items() if mtime is None]
        self._database.database.executemany("DELETE FROM folder WHERE path = ?", gone)
        standing: list[tuple[str, Any]] = [(path, mtime) for path, mtime in mtimes.items() if mtime is not None]
        self._database.database.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", standing)


class ListedTable(Table):
    """Queries of the folders under content/ of which all names are known."""

    __slots__ = ()

    def signatures(self) -> dict[str, int]:
        """Return their signatures by path."""
        return dict(self._database.rows("SELECT path, signature FROM listed"))

    def forget(self, folders: Iterable[str]) -> None:
        """Forget that folders were listed, by path."""
        self._database.database.executemany("DELETE FROM listed WHERE path = ?", ((path,) for path in folders))

    def insert(self, folders: Iterable[tuple[str, int]]) -> None:
        """Note the signatures of folders that were listed, by path."""
        self._database.database.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?)", folders)
