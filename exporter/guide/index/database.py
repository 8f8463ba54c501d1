"""The SQLite file of the index: made anew where it is broken or another program's, opened anew in other processes."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.core.cache_database import CacheFormat, open_cache, open_read_only, remove_cache
from exporter.core.encoding import Json, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
_VALUES_IN_A_QUERY = 500
_CACHE_PAGES = 8_000
"""Pages of the file, of 4 KiB, that stay in memory before a process which is alone with it writes them."""

T = TypeVar("T")


class Database:
    """An SQLite file of some tables, beside one of remembered values; without a path it lies in memory.

    It is of use as long as schema, Python and program are those that made it: rows hold what only they can read. A
    process that was given its path opens it `read_only`, as it is; a connection never crosses from one to another. One
    that nobody writes any more is `unchanging`.
    """

    def __init__(
        self, path: Path | None, schema: str, program: str = "", *, read_only: bool = False, unchanging: bool = False
    ) -> None:
        self.program = program
        self._path = path
        if read_only and path is not None:
            self.database = open_read_only(path, unchanging=unchanging)
        else:
            self.database = open_cache(path, CacheFormat(_META + schema, f"{sys.version} {program}"), durable=False)

    def discard_file(self) -> None:
        """Remove the file and its journal."""
        if self._path is not None:
            remove_cache(self._path)

    def write_snapshot(self, file: Path, name: str, value: bytes) -> None:
        """Copy all there is into a new file, which remembers one value more."""
        with closing(sqlite3.connect(file, isolation_level=None)) as copy:
            self.database.backup(copy)
            copy.execute("PRAGMA synchronous = OFF")
            copy.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextmanager
    def transaction(self, *, alone: bool = False) -> Iterator[None]:
        """Write all of the block in one step; an error undoes it.

        Where this process is `alone`, as no other reads meanwhile, memory does not have to hold all of it.
        """
        self.database.execute(f"PRAGMA cache_spill = {_CACHE_PAGES if alone else 'OFF'}")
        self.database.execute("BEGIN")
        try:
            yield
        except BaseException:
            with suppress(sqlite3.Error):
                self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return self.database.execute(query, values).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        """Return the first value of a query's first row; None if there is none."""
        row = self.database.execute(query, values).fetchone()
        return row[0] if row is not None else None

    def meta(self, name: str) -> Any:
        """Return a remembered value; None if there is none."""
        return self.value("SELECT value FROM meta WHERE name = ?", name)

    def remember(self, name: str, value: Any) -> None:
        """Keep a value under a name; nothing is written where it is the same already."""
        if self.meta(name) != value:
            self.database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


class Table:
    """Queries of a table, or of a few that belong together."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database


def read_row(data: bytes) -> Json:
    """Decode what a row holds. Raises DatabaseError, as SQLite does, where a file is broken."""
    try:
        return unpack(data)
    except ValueError as error:
        raise sqlite3.DatabaseError(f"a row is broken: {error}") from None


def in_parts(values: Sequence[T]) -> Iterator[tuple[Sequence[T], str]]:
    """Split a sequence so that each part has room in a query; each comes with as many question marks."""
    for start in range(0, len(values), _VALUES_IN_A_QUERY):
        part = values[start : start + _VALUES_IN_A_QUERY]
        yield part, ",".join("?" * len(part))
