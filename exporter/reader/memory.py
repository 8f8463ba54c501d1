"""What the publisher remembers in `.export/reader/` to be quick. It may be deleted: all can be worked out again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from exporter.core.cache_database import drop_foreign, remove_cache
from exporter.core.containment import make_cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SCHEMA = """
create table if not exists chain (locale text primary key, list blob, uses text) without rowid;
create table if not exists recent (locale text, path text, record blob, primary key (locale, path)) without rowid;
create table if not exists seen (id integer primary key check (id = 1), state text);
"""
_MOST_RECENT = 4_000
"""Records of one chain that are remembered."""


class Memory:
    """A small database; opened for one run at a time, as the folder's lock holds."""

    def __init__(self, folder: Path) -> None:
        """Open the database; a broken one is begun anew."""
        make_cache_folder(folder)
        self._path = folder / "state.sqlite"
        drop_foreign(self._path)
        try:
            self._database = self._open()
        except sqlite3.DatabaseError:
            remove_cache(self._path)
            self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path)
        try:
            database.execute("pragma synchronous = normal")
            database.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close the database; what was not committed is gone."""
        self._database.close()

    def commit(self, after: str) -> None:
        """Keep what was put, and the build's state that it belongs to."""
        self._database.execute("insert or replace into seen values (1, ?)", (after,))
        self._database.commit()

    def seen(self) -> str | None:
        """Return the state of the build that was published last."""
        row = self._database.execute("select state from seen").fetchone()
        return row[0] if row else None

    def uses(self, locale: str, listed: bytes) -> dict[int, int] | None:
        """Return how many records use each slot; None if that is of another list than the one given."""
        row = self._database.execute("select list, uses from chain where locale = ?", (locale,)).fetchone()
        if row is None or row[0] != hashlib.sha256(listed).digest():
            return None
        return {int(slot): count for slot, count in json.loads(row[1]).items()}

    def put(self, locale: str, listed: bytes, uses: Mapping[int, int], records: Mapping[str, bytes | None]) -> None:
        """Remember the newest list, the uses of its slots, and records that changed (None: that are no more)."""
        text = json.dumps({slot: count for slot, count in uses.items() if count})
        with closing(self._database.cursor()) as cursor:
            cursor.execute(
                "insert or replace into chain values (?, ?, ?)", (locale, hashlib.sha256(listed).digest(), text)
            )
            if len(records) > _MOST_RECENT:
                cursor.execute("delete from recent where locale = ?", (locale,))
                return
            cursor.executemany("delete from recent where locale = ? and path = ?", ((locale, path) for path in records))
            rows = ((locale, path, record) for path, record in records.items() if record is not None)
            cursor.executemany("insert into recent values (?, ?, ?)", rows)

    def forget(self, locale: str) -> None:
        """Forget a chain."""
        self._database.execute("delete from chain where locale = ?", (locale,))
        self._database.execute("delete from recent where locale = ?", (locale,))

    def record(self, locale: str, path: str) -> bytes | None:
        """Return a record that changed not long ago; None if it is not remembered."""
        row = self._database.execute(
            "select record from recent where locale = ? and path = ?", (locale, path)
        ).fetchone()
        return row[0] if row else None
