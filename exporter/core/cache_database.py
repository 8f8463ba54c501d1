"""The one way to open an SQLite file that is a cache.

Nothing is lost with such a file but time. So one that is damaged, unfinished or written by another version is never
mended or migrated: it is removed, with its journals, and an empty one takes its place.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.containment import is_plain_file, look_at, remove_whole

if TYPE_CHECKING:
    from pathlib import Path

_COMPANIONS = ("", "-journal", "-wal", "-shm")


class CacheFormat(NamedTuple):
    """The tables of a cache, and what else its rows depend on, such as the program that wrote them (`writer`)."""

    schema: str
    writer: str = ""

    @property
    def version(self) -> int:
        """The number that a file of this format carries as its `user_version`: 31 bits of a digest, never 0."""
        digest = hashlib.sha256(f"{self.writer}\n{self.schema}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % (2**31 - 1) + 1


def open_cache(
    path: Path | None, wanted: CacheFormat, *, durable: bool = True, across_threads: bool = False
) -> sqlite3.Connection:
    """Open a cache in its file, or an empty one in memory where `path` is None. The caller closes it.

    One that is not `durable` leaves it to the system when to write. Raises sqlite3.Error where no file can be made, or
    another process keeps it locked.
    """
    sound = _open_sound(path, wanted, across_threads=across_threads) if path is not None else None
    database = sound or _connect(path or ":memory:", across_threads=across_threads)
    if not durable:
        database.execute("PRAGMA synchronous = OFF")
    return database if sound else _make(database, wanted)


def copy_cache(path: Path, wanted: CacheFormat, *, across_threads: bool = False) -> sqlite3.Connection:
    """Return a copy in memory of a cache, whose file stays untouched; an empty one where there is no sound file."""
    copy = open_cache(None, wanted, across_threads=across_threads)
    with suppress(sqlite3.Error), closing(open_read_only(path)) as kept:
        if _is_of(kept, wanted) and kept.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
            kept.backup(copy)
    return copy


def open_read_only(path: Path, *, unchanging: bool = False) -> sqlite3.Connection:
    """Open a file that stays as it is. Raises sqlite3.Error if there is none.

    One that is `unchanging`, as nobody ever writes it again, is read without locks, which shared disks may not have.
    """
    how = "immutable=1" if unchanging else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def remove_cache(path: Path) -> None:
    """Remove a cache's file and what SQLite keeps next to it; a folder in its place, too."""
    for suffix in _COMPANIONS:
        remove_whole(f"{path}{suffix}")


def drop_foreign(path: Path) -> None:
    """Remove a cache that is no file of its own, so that one can be made in its place."""
    if not _is_own(path):
        remove_cache(path)


def _is_own(path: Path) -> bool:
    """Whether a cache and what SQLite keeps next to it are plain files without other names elsewhere.

    SQLite writes in place, so that another name's bytes would change.
    """
    found = [look_at(f"{path}{suffix}") for suffix in _COMPANIONS]
    return all(look is None or (is_plain_file(look) and look.st_nlink <= 1) for look in found)


def _open_sound(path: Path, wanted: CacheFormat, *, across_threads: bool) -> sqlite3.Connection | None:
    """Open a file that has the wanted format; remove any other and return None."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and _is_own(path):
        database = _connect(path, across_threads=across_threads)
        if _is_of(database, wanted):
            return database
        database.close()
    remove_cache(path)
    return None


def _connect(path: Path | str, *, across_threads: bool) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=not across_threads)


def _is_of(database: sqlite3.Connection, wanted: CacheFormat) -> bool:
    """Whether a file can be read and has the wanted format. Raises where it is only locked: then it is in use."""
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            database.close()
            raise
        return False
    return bool(version == wanted.version)


def _make(database: sqlite3.Connection, wanted: CacheFormat) -> sqlite3.Connection:
    """Make the tables in one transaction with the version: what breaks off leaves a file of no format."""
    try:
        database.executescript(f"BEGIN;\n{wanted.schema};\nPRAGMA user_version = {wanted.version};\nCOMMIT;")
    except BaseException:
        database.close()
        raise
    return database
