"""The endpoint's memory: every state that the space's files were seen in, and what changed between them.

Invariant: a state is named by the order-free sum of its items' digests and by nothing else, so that another endpoint
over the same files gives it the same name. The log is a cache that survives restarts; a broken one is replaced.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exporter.core.cache_database import CacheFormat, copy_cache, open_cache
from exporter.core.encoding import order_free_sum, subtract
from exporter.core.model import Key, Upsert, precedence
from exporter.space.folder import CLOCK_TICK, FileSignature
from exporter.space.states import Cursor, Logged, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from exporter.space.folder import Source
    from exporter.space.states import Filter

_FORMAT = CacheFormat("""
CREATE TABLE file (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, inode INTEGER NOT NULL, kind TEXT, id TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_item ON file (kind, id, path);
CREATE TABLE item (
  kind TEXT, id TEXT, path TEXT NOT NULL, type TEXT NOT NULL, time TEXT NOT NULL, digest BLOB NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_time ON item (time, kind, id);
CREATE INDEX item_by_type ON item (type, time, kind, id);
CREATE TABLE change (
  kind TEXT, id TEXT, seq INTEGER, digest BLOB, revision INTEGER NOT NULL, time TEXT NOT NULL, type TEXT NOT NULL,
  PRIMARY KEY (kind, id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_seq ON change (seq);
CREATE TABLE state (seq INTEGER PRIMARY KEY, sum TEXT NOT NULL) STRICT;
CREATE INDEX state_by_sum ON state (sum, seq);
""")
_RACY = -1
"""The size that is noted for a file written so recently that it may change again under the same signature."""
_LAST = 1 << 62
"""A number after that of every state."""


class ChangeLog:
    """The log of one space in files."""

    def __init__(self, file: Path | None, folder: Source, *, keep: bool = True) -> None:
        """Open the log in its file, or in memory where that is None; without `keep`, as a copy in memory."""
        self._folder = folder
        if file is None or keep:
            self._database = open_cache(file, _FORMAT, across_threads=True)
        else:
            self._database = copy_cache(file, _FORMAT, across_threads=True)

    def close(self) -> None:
        """Close the log."""
        self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def follow(self, now: str, paths: Iterable[str] | None = None) -> None:
        """Log what has changed in the space's files since the last call; write nothing where nothing has.

        `now` becomes the time of deletions. Only `paths` are looked at, all files where it is None. A file that was
        written within a clock tick of the last call is read again: its signature would not show a later write.
        """
        settled = time.time_ns() - CLOCK_TICK
        there = dict(self._folder.signatures(paths))
        known = self._known(paths)
        head = self.head()
        touched = [
            path for path, signature in there.items() if known.get(path) != signature and self._differs(path, known)
        ]
        gone = [path for path in known if path not in there]
        if head is not None and not touched and not gone:
            return
        with self._transaction():
            keys = {key for path in (*gone, *touched) for key in self._note_file(path, there.get(path), settled)}
            seq = head.seq + 1 if head else 1
            for key in sorted(keys):
                self._settle(key, seq, now)
            total = self._sum_after(seq, head.sum if head else "")
            if head is None or total != head.sum:
                self._database.execute("INSERT INTO state VALUES (?, ?)", (seq, total))

    def _known(self, paths: Iterable[str] | None) -> dict[str, FileSignature]:
        """Return the signatures that were noted last, of all files or of some."""
        query = "SELECT path, size, mtime, inode FROM file"
        if paths is None:
            rows = self._database.execute(query).fetchall()
        else:
            found = (self._database.execute(f"{query} WHERE path = ?", (path,)).fetchone() for path in paths)
            rows = [row for row in found if row is not None]
        return {path: FileSignature(*signature) for path, *signature in rows}

    def _differs(self, path: str, known: Mapping[str, FileSignature]) -> bool:
        """Whether a file with another signature has to be noted; one that was too recent last time may be unchanged."""
        if path not in known or known[path].size != _RACY:
            return True
        found = self._folder.read(path)
        have = self._database.execute("SELECT digest FROM item WHERE path = ?", (path,)).fetchone()
        return (found[1] if found else None) != (have[0] if have else None)

    def _note_file(self, path: str, signature: FileSignature | None, settled: int) -> Iterator[Key]:
        """Note a file's signature and its item; yield the items that it held and holds.

        `settled` is the time, in nanoseconds, before which a file was written if its signature is to be trusted.
        """
        was = self._database.execute("SELECT kind, id FROM file WHERE path = ? AND kind NOT NULL", (path,)).fetchone()
        self._database.execute("DELETE FROM file WHERE path = ?", (path,))
        found = self._folder.read(path) if signature is not None else None
        if was is not None:
            yield Key(*was)
        if found is not None:
            yield found[0].key
        if signature is not None:
            size = signature.size if signature.mtime < settled else _RACY
            row = (path, size, signature.mtime, signature.inode, *(found[0].key if found else (None, None)))
            self._database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", row)

    def _settle(self, key: Key, seq: int, now: str) -> None:
        """Log an item as its file has it; where it has several files, the last by name counts."""
        query = "SELECT path FROM file WHERE (kind, id) = (?, ?) ORDER BY path DESC LIMIT 1"
        row = self._database.execute(query, key).fetchone()
        found = self._folder.read(row[0]) if row else None
        have = self._latest(key, seq)
        if found is None:
            self._database.execute("DELETE FROM item WHERE (kind, id) = (?, ?)", key)
            if have is not None and have.digest is not None:
                self._log(seq, Logged(key, None, now, have.revision, have.content_type))
            return
        revision, changed = precedence(Upsert(found[0]))
        kind = found[0].content_type
        self._database.execute(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)", (*key, row[0], kind, changed, found[1])
        )
        if have is None or have.digest != found[1]:
            self._log(seq, Logged(key, found[1], changed, revision, kind))

    def _log(self, seq: int, logged: Logged) -> None:
        row = (*logged.key, seq, logged.digest, logged.revision, logged.time, logged.content_type)
        self._database.execute("INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _sum_after(self, seq: int, total: str) -> str:
        """Return the sum of the state that results from the changes of `seq`."""
        rows = self._database.execute("SELECT kind, id, digest FROM change WHERE seq = ?", (seq,)).fetchall()
        before = (self._latest(Key(kind, identifier), seq - 1) for kind, identifier, _ in rows)
        left = subtract(total, (item.digest for item in before if item is not None and item.digest is not None))
        return order_free_sum((digest for _, _, digest in rows if digest is not None), left)

    def _latest(self, key: Key, seq: int) -> Logged | None:
        """Return an item as it was in a state; None where it had never existed."""
        query = (
            "SELECT digest, time, revision, type FROM change WHERE (kind, id) = (?, ?) AND seq <= ?"
            " ORDER BY seq DESC LIMIT 1"
        )
        row = self._database.execute(query, (*key, seq)).fetchone()
        return Logged(key, *row) if row else None

    def head(self) -> State | None:
        """Return the newest state; None before the first."""
        row = self._database.execute("SELECT seq, sum FROM state ORDER BY seq DESC LIMIT 1").fetchone()
        return State(*row) if row else None

    def state(self, total: str) -> State | None:
        """Return the last state with that sum; None where it was never seen."""
        row = self._database.execute("SELECT max(seq), sum FROM state WHERE sum = ?", (total,)).fetchone()
        return State(*row) if row[0] is not None else None

    def find(self, key: Key) -> tuple[str, bytes] | None:
        """Return the path and digest of an item as it is now; None where there is none."""
        query = "SELECT path, digest FROM item WHERE (kind, id) = (?, ?)"
        row = self._database.execute(query, key).fetchone()
        return (row[0], row[1]) if row else None

    def current_keys(self) -> list[Key]:
        """Return the keys of all items that exist now."""
        return [Key(*row) for row in self._database.execute("SELECT kind, id FROM item ORDER BY kind, id")]

    def items(self, state: State, only: Filter, after: Cursor | None, limit: int) -> list[Logged]:
        """Return at most `limit` items of a state after a cursor, the newest first; with a filter, deleted ones."""
        if only.state == "gone":
            keys = self._database.execute("SELECT DISTINCT kind, id FROM change WHERE digest IS NULL").fetchall()
        else:
            keys = [*self._unchanged(state, only, after or _NEWEST, limit), *self._keys(state.seq, None)]
        found = (self._latest(Key(*key), state.seq) for key in set(keys))
        gone = only.state == "gone"
        there = (item for item in found if item is not None and (item.digest is None) is gone and item.is_of(only))
        return _page(there, after, limit)

    def _unchanged(self, state: State, only: Filter, after: Cursor, limit: int) -> list[tuple[str, str]]:
        """Return the keys of at most `limit` items that are now as they were in a state."""
        return self._database.execute(
            "SELECT kind, id FROM item WHERE (time, kind, id) < (?, ?, ?)"
            " AND (? = '' OR kind = ?) AND (? = '' OR type = ?)"
            " AND NOT EXISTS (SELECT 1 FROM change WHERE change.kind = item.kind AND change.id = item.id AND seq > ?)"
            " ORDER BY time DESC, kind DESC, id DESC LIMIT ?",
            (*after, only.kind, only.kind, only.content_type, only.content_type, state.seq, limit),
        ).fetchall()

    def changes(
        self,
        start: State,
        held: Mapping[Key, bytes | None],
        end: State,
        only: Filter,
        after: Cursor | None,
        limit: int,
    ) -> list[Logged]:
        """Return at most `limit` items whose bytes differ between two states, the newest first.

        `held` has the digests that a reader really holds of some items, whatever they were at the start. Items that
        came and went in between are left out.
        """
        found = []
        for key in {*held, *(Key(*row) for row in self._keys(start.seq, end.seq))}:
            now = self._latest(key, end.seq)
            if now is not None and now.digest != self.held_digest(start, held, key) and now.is_of(only):
                found.append(now)
        return _page(found, after, limit)

    def held_digest(self, start: State, held: Mapping[Key, bytes | None], key: Key) -> bytes | None:
        """Return the digest of an item that a reader holds: that in `held`, else that of the item at the start."""
        before = self._latest(key, start.seq)
        return held.get(key, before.digest if before else None)

    def newest(self, key: Key) -> Logged | None:
        """Return an item as it is now; None where it has never existed."""
        return self._latest(key, _LAST)

    def _keys(self, start: int, end: int | None) -> list[tuple[str, str]]:
        """Return the items that were logged after one state, up to another."""
        query = "SELECT DISTINCT kind, id FROM change WHERE seq > ? AND seq <= ?"
        return self._database.execute(query, (start, end if end is not None else _LAST)).fetchall()


_NEWEST = Cursor("\U0010ffff", "", "")


def _page(found: Iterable[Logged], after: Cursor | None, limit: int) -> list[Logged]:
    ordered = sorted(found, key=lambda item: item.cursor, reverse=True)
    return [item for item in ordered if after is None or item.cursor < after][:limit]
