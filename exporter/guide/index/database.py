"""The SQLite file of the index: made anew where it is broken or another program's, only read by other processes."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from exporter.core.cache_database import CacheFormat, open_cache, open_read_only, remove_cache
from exporter.core.encoding import Json, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE item (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, sign INTEGER NOT NULL, digest BLOB NOT NULL,
  key TEXT UNIQUE, facts BLOB, card BLOB
);
CREATE INDEX item_by_path ON item (path, sign);
CREATE TABLE listed (path TEXT PRIMARY KEY, sign INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE label (
  type TEXT, locale TEXT, sort BLOB, letter TEXT, item INTEGER,
  PRIMARY KEY (type, locale, sort)
) WITHOUT ROWID;
CREATE TABLE link (target TEXT, field TEXT, source INTEGER, type TEXT, PRIMARY KEY (target, field, source))
WITHOUT ROWID;
CREATE TABLE page (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL COLLATE NOCASE, locale TEXT NOT NULL,
  key TEXT, type TEXT NOT NULL, letter TEXT NOT NULL, template TEXT NOT NULL,
  base TEXT COLLATE NOCASE, parted TEXT COLLATE NOCASE, bucket INTEGER
);
CREATE INDEX page_by_url ON page (url);
CREATE INDEX page_by_base ON page (base) WHERE base NOT NULL;
CREATE INDEX page_by_parted ON page (parted) WHERE parted NOT NULL;
CREATE INDEX page_by_key ON page (key) WHERE key NOT NULL;
CREATE INDEX page_by_bucket ON page (bucket) WHERE bucket NOT NULL;
CREATE TABLE built (
  page INTEGER PRIMARY KEY, shape INTEGER NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, digest BLOB NOT NULL,
  problems BLOB
);
CREATE INDEX built_by_shape ON built (shape);
CREATE INDEX built_with_problems ON built (page) WHERE problems NOT NULL;
CREATE TABLE reads (page INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE touch (subject INTEGER, page INTEGER, PRIMARY KEY (subject, page)) WITHOUT ROWID;
CREATE TABLE shape (id INTEGER PRIMARY KEY, questions BLOB NOT NULL);
CREATE TABLE form (id INTEGER PRIMARY KEY, arguments BLOB NOT NULL);
CREATE TABLE asset_file (source TEXT PRIMARY KEY, path TEXT NOT NULL, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE copy (
  path TEXT PRIMARY KEY, source INTEGER NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE published (url TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE unpublished (url TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE earlier_of (key TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE earlier_read (asked TEXT, key TEXT, PRIMARY KEY (asked, key)) WITHOUT ROWID;
CREATE INDEX earlier_read_by_key ON earlier_read (key);
CREATE TABLE earlier (
  key TEXT, number INTEGER, source TEXT, locale TEXT, url TEXT, folded TEXT, PRIMARY KEY (key, number)
) WITHOUT ROWID;
CREATE INDEX earlier_by_source ON earlier (source);
CREATE INDEX earlier_by_folded ON earlier (folded);
CREATE TABLE folder (path TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER page_built AFTER INSERT ON built BEGIN
  INSERT OR IGNORE INTO unpublished SELECT url FROM page WHERE id = NEW.page; END;
CREATE TRIGGER page_gone AFTER DELETE ON page BEGIN INSERT OR IGNORE INTO unpublished VALUES (OLD.url); END;
CREATE TRIGGER page_moved AFTER UPDATE OF url ON page BEGIN
  INSERT OR IGNORE INTO unpublished VALUES (OLD.url); END;
CREATE TRIGGER file_copied AFTER INSERT ON copy BEGIN INSERT OR IGNORE INTO unpublished VALUES ('/' || NEW.path); END;
CREATE TRIGGER file_gone AFTER DELETE ON copy BEGIN INSERT OR IGNORE INTO unpublished VALUES ('/' || OLD.path); END;
"""
"""The tables and triggers.

Invariant of the triggers: an address of site/ whose file may differ from what `published` says of it is in
`unpublished`. It gets there in the very transaction that makes it differ, so that a crash between a build and those
that use its result (the reader's updates, publishing) loses no change: the next build's result has it again.
"""
_ALONE = 8_000
"""Pages of the file, of 4 KiB, that a process which is alone with it holds in memory."""


class Database:
    """The tables, and rows of them."""

    def __init__(self, path: Path | None, program: str = "", *, read_only: bool = False) -> None:
        self.program = program
        self._path = path
        if read_only and path is not None:
            self.database = open_read_only(path)
        else:
            self.database = open_cache(path, CacheFormat(_SCHEMA, f"{sys.version} {program}"), durable=False)

    def discard_file(self) -> None:
        """Remove the file and its journal."""
        if self._path is not None:
            remove_cache(self._path)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextmanager
    def transaction(self, *, alone: bool = False) -> Iterator[None]:
        """Make all that is written in the block one step; an error takes it back.

        Where no process reads meanwhile, as this one is `alone`, memory does not have to hold all of it.
        """
        self.database.execute(f"PRAGMA cache_spill = {_ALONE if alone else 'OFF'}")
        self.database.execute("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Give all rows of a query."""
        return self.database.execute(query, values).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        """Give the first value of a query's first row; None where there is none."""
        row = self.database.execute(query, values).fetchone()
        return row[0] if row is not None else None

    def meta(self, name: str) -> Any:
        """Give a remembered value; None where there is none."""
        return self.value("SELECT value FROM meta WHERE name = ?", name)

    def remember(self, name: str, value: Any) -> None:
        """Keep a value under a name; nothing is written where it stands there already."""
        if self.meta(name) != value:
            self.database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def read_row(data: bytes) -> Json:
    """Decode what a row holds. Raises DatabaseError, as SQLite does, where a file is broken."""
    try:
        return unpack(data)
    except ValueError as error:
        raise sqlite3.DatabaseError(f"a row is broken: {error}") from None
