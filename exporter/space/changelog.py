"""The endpoint's memory: every state that the space's files were seen in, and what changed between them.

A state is named by the order-free sum of its items' digests, so that another endpoint over the same files names it
alike. The log is SQLite and survives restarts.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from exporter.model import Key, Upsert, order_free_sum, precedence, subtract
from exporter.space.folder import Stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.space.folder import SpaceFolder

_VERSION = 1
_SCHEMA = """
CREATE TABLE file (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
  kind TEXT, id TEXT, path TEXT NOT NULL, type TEXT NOT NULL, updated TEXT NOT NULL, revision INTEGER NOT NULL,
  digest BLOB NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_time ON item (updated, kind, id);
CREATE INDEX item_by_path ON item (path);
CREATE TABLE change (
  seq INTEGER, kind TEXT, id TEXT, digest BLOB, revision INTEGER NOT NULL, time TEXT NOT NULL,
  PRIMARY KEY (seq, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_item ON change (kind, id, seq);
CREATE TABLE state (seq INTEGER PRIMARY KEY, sum TEXT NOT NULL) STRICT;
CREATE INDEX state_by_sum ON state (sum, seq);
"""


Cursor = tuple[str, str, str]
"""Time, kind and id of the last item of a page."""


class State(NamedTuple):
    """A state of the space: its number in this log and the sum that names it anywhere."""

    seq: int
    sum: str


@dataclass(frozen=True, slots=True)
class Logged:
    """An item as the log knows it; `path` is None for one that is gone. `time` is when it changed, as on the wire."""

    key: Key
    path: str | None
    time: str
    revision: int


class ChangeLog:
    """The log of one space folder."""

    def __init__(self, file: Path | str, folder: SpaceFolder) -> None:
        self._folder = folder
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        if self._database.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
            tables = [row[0] for row in self._database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            drops = "".join(f"DROP TABLE {name};" for name in tables)
            self._database.executescript(f"BEGIN; {drops} {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")

    def close(self) -> None:
        """Close the log."""
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def follow(self, now: str) -> None:
        """Log what has changed in the folder's files since the last look; nothing changed writes nothing.

        `now` is the time that deletions get.
        """
        rows = self._database.execute("SELECT path, size, mtime, inode FROM file")
        known = {path: Stamp(*stamp) for path, *stamp in rows}
        there = dict(self._folder.stamps())
        head = self.head()
        touched = [path for path, stamp in there.items() if known.get(path) != stamp]
        gone = [path for path in known if path not in there]
        if head is not None and not touched and not gone:
            return
        with self._transaction():
            seq = head.seq + 1 if head else 1
            for path in (*gone, *touched):
                self._look(path, there.get(path), seq, now)
            total = self._sum_after(seq, head.sum if head else "")
            if head is None or total != head.sum:
                self._database.execute("INSERT INTO state VALUES (?, ?)", (seq, total))

    def _look(self, path: str, stamp: Stamp | None, seq: int, now: str) -> None:
        """Bring the log up to one file."""
        database = self._database
        was = database.execute("SELECT kind, id, revision FROM item WHERE path = ?", (path,)).fetchone()
        found = self._folder.read(path) if stamp is not None else None
        database.execute("DELETE FROM file WHERE path = ?", (path,))
        if stamp is not None:
            database.execute("INSERT INTO file VALUES (?, ?, ?, ?)", (path, stamp.size, stamp.mtime, stamp.inode))
        if was is not None and (found is None or found[0].key != Key(*was[:2])):
            database.execute("DELETE FROM item WHERE (kind, id) = (?, ?)", was[:2])
            self._log(seq, Key(*was[:2]), None, was[2], now)
        if found is not None:
            item, digest = found
            revision, time = precedence(Upsert(item))
            have = database.execute("SELECT digest FROM item WHERE (kind, id) = (?, ?)", item.key).fetchone()
            row = (*item.key, path, item.content_type, time, revision, digest)
            database.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            if have is None or have[0] != digest:
                self._log(seq, item.key, digest, revision, time)

    def _log(self, seq: int, key: Key, digest: bytes | None, revision: int, time: str) -> None:
        row = (seq, *key, digest, revision, time)
        self._database.execute("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?)", row)

    def _sum_after(self, seq: int, total: str) -> str:
        """Give the sum of the state that the changes of `seq` lead to."""
        keys = list(self._database.execute("SELECT kind, id, digest FROM change WHERE seq = ?", (seq,)))
        old = (self._digest_at(Key(kind, identifier), seq - 1) for kind, identifier, _ in keys)
        left = subtract(total, (each for each in old if each is not None))
        return order_free_sum((digest for _, _, digest in keys if digest is not None), left)

    def _digest_at(self, key: Key, seq: int) -> bytes | None:
        """Give the digest that an item had in a state; None where it was not there."""
        query = "SELECT digest FROM change WHERE (kind, id) = (?, ?) AND seq <= ? ORDER BY seq DESC LIMIT 1"
        row = self._database.execute(query, (*key, seq)).fetchone()
        return row[0] if row else None

    def head(self) -> State | None:
        """Give the newest state; None before the first look."""
        row = self._database.execute("SELECT seq, sum FROM state ORDER BY seq DESC LIMIT 1").fetchone()
        return State(*row) if row else None

    def state(self, total: str) -> State | None:
        """Give the last state with that sum; None where it was never seen."""
        row = self._database.execute("SELECT max(seq), sum FROM state WHERE sum = ?", (total,)).fetchone()
        return State(*row) if row[0] is not None else None

    def items(self, after: Cursor | None, limit: int) -> list[Logged]:
        """Give items that stand now, newest first, from behind `after` on."""
        where = "WHERE (updated, kind, id) < (?, ?, ?)" if after else ""
        query = f"SELECT kind, id, path, updated, revision FROM item {where} ORDER BY updated DESC, kind DESC, id DESC LIMIT ?"  # noqa: S608, E501 - `where` is one of two texts here
        rows = self._database.execute(query, (*(after or ()), limit))
        return [Logged(Key(kind, identifier), path, time, revision) for kind, identifier, path, time, revision in rows]

    def item(self, key: Key) -> Logged | None:
        """Give an item that stands now, None for one that does not."""
        query = "SELECT path, updated, revision FROM item WHERE (kind, id) = (?, ?)"
        row = self._database.execute(query, key).fetchone()
        return Logged(key, *row) if row else None

    def changes(self, start: int, end: int) -> list[Logged]:
        """Give the items whose bytes differ between two states, newest first; what came and went is not among them."""
        keys = self._database.execute(
            "SELECT DISTINCT kind, id FROM change WHERE seq > ? AND seq <= ?", (start, end)
        ).fetchall()
        found = []
        for kind, identifier in keys:
            key = Key(kind, identifier)
            old, new = self._digest_at(key, start), self._digest_at(key, end)
            if old != new:
                query = (
                    "SELECT revision, time FROM change WHERE (kind, id) = (?, ?) AND seq <= ? ORDER BY seq DESC LIMIT 1"
                )
                revision, time = self._database.execute(query, (*key, end)).fetchone()
                standing = self.item(key) if new is not None else None
                found.append(Logged(key, standing.path if standing else None, time, revision))
        return sorted(found, key=lambda each: (each.time, each.key), reverse=True)
