"""The endpoint's memory: every state that the space's files were seen in, and what changed between them.

A state is named by the order-free sum of its items' digests, so that another endpoint over the same files names it
alike. The log is SQLite, a cache that survives restarts; one that is broken is begun anew.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exporter.core.cache_database import CacheFormat, copy_cache, open_cache
from exporter.core.encoding import order_free_sum, subtract
from exporter.core.model import Key, Upsert, precedence
from exporter.space.folder import Stamp
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
_TICK = 20_000_000
"""Nanoseconds within which a file system may give two writes the same time."""

_RACY = -1
_LAST = 1 << 62


class ChangeLog:
    """The log of one space folder."""

    def __init__(self, file: Path | None, folder: Source, *, keep: bool = True) -> None:
        """Open the log in its file, in memory where that is None; not to `keep` it, in a copy of the file in memory."""
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
        """Log what has changed in the folder's files since the last look; nothing changed writes nothing.

        `now` is the time that deletions get. `paths` are the only ones to look at, all where they are None. A file that
        was written within a tick of the last look is read again, since its stamp alone cannot tell a later write.
        """
        looked = time.time_ns() - _TICK
        there = dict(self._folder.stamps(paths))
        known = self._known(paths)
        head = self.head()
        touched = [path for path, stamp in there.items() if known.get(path) != stamp and self._differs(path, known)]
        gone = [path for path in known if path not in there]
        if head is not None and not touched and not gone:
            return
        with self._transaction():
            keys = {key for path in (*gone, *touched) for key in self._note_file(path, there.get(path), looked)}
            seq = head.seq + 1 if head else 1
            for key in sorted(keys):
                self._settle(key, seq, now)
            total = self._sum_after(seq, head.sum if head else "")
            if head is None or total != head.sum:
                self._database.execute("INSERT INTO state VALUES (?, ?)", (seq, total))

    def _known(self, paths: Iterable[str] | None) -> dict[str, Stamp]:
        """Return the stamps of the last look, of all files or of some."""
        query = "SELECT path, size, mtime, inode FROM file"
        if paths is None:
            rows = self._database.execute(query).fetchall()
        else:
            found = (self._database.execute(f"{query} WHERE path = ?", (path,)).fetchone() for path in paths)
            rows = [row for row in found if row is not None]
        return {path: Stamp(*stamp) for path, *stamp in rows}

    def _differs(self, path: str, known: Mapping[str, Stamp]) -> bool:
        """Return whether a file is to be noted; one that was only read too soon last time may well be the same."""
        if path not in known or known[path].size != _RACY:
            return True
        found = self._folder.read(path)
        have = self._database.execute("SELECT digest FROM item WHERE path = ?", (path,)).fetchone()
        return (found[1] if found else None) != (have[0] if have else None)

    def _note_file(self, path: str, stamp: Stamp | None, looked: int) -> Iterator[Key]:
        """Keep a file's stamp and whose it is; yield the items that it was and is of."""
        was = self._database.execute("SELECT kind, id FROM file WHERE path = ? AND kind NOT NULL", (path,)).fetchone()
        self._database.execute("DELETE FROM file WHERE path = ?", (path,))
        found = self._folder.read(path) if stamp is not None else None
        if was is not None:
            yield Key(*was)
        if found is not None:
            yield found[0].key
        if stamp is not None:
            size = stamp.size if stamp.mtime < looked else _RACY
            row = (path, size, stamp.mtime, stamp.inode, *(found[0].key if found else (None, None)))
            self._database.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", row)

    def _settle(self, key: Key, seq: int, now: str) -> None:
        """Make the log say of an item what its file says; where it has several, the last by name."""
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
        """Return the sum of the state that the changes of `seq` lead to."""
        rows = self._database.execute("SELECT kind, id, digest FROM change WHERE seq = ?", (seq,)).fetchall()
        before = (self._latest(Key(kind, identifier), seq - 1) for kind, identifier, _ in rows)
        left = subtract(total, (item.digest for item in before if item is not None and item.digest is not None))
        return order_free_sum((digest for _, _, digest in rows if digest is not None), left)

    def _latest(self, key: Key, seq: int) -> Logged | None:
        """Return an item as it was in a state; None where it had never been."""
        query = (
            "SELECT digest, time, revision, type FROM change WHERE (kind, id) = (?, ?) AND seq <= ?"
            " ORDER BY seq DESC LIMIT 1"
        )
        row = self._database.execute(query, (*key, seq)).fetchone()
        return Logged(key, *row) if row else None

    def head(self) -> State | None:
        """Return the newest state; None before the first look."""
        row = self._database.execute("SELECT seq, sum FROM state ORDER BY seq DESC LIMIT 1").fetchone()
        return State(*row) if row else None

    def state(self, total: str) -> State | None:
        """Return the last state with that sum; None where it was never seen."""
        row = self._database.execute("SELECT max(seq), sum FROM state WHERE sum = ?", (total,)).fetchone()
        return State(*row) if row[0] is not None else None

    def find(self, key: Key) -> tuple[str, bytes] | None:
        """Return the path and digest of an item as it stands now; None for one that does not."""
        query = "SELECT path, digest FROM item WHERE (kind, id) = (?, ?)"
        row = self._database.execute(query, key).fetchone()
        return (row[0], row[1]) if row else None

    def standing(self) -> list[Key]:
        """Return the keys of all items that stand now."""
        return [Key(*row) for row in self._database.execute("SELECT kind, id FROM item ORDER BY kind, id")]

    def items(self, state: State, only: Filter, after: Cursor | None, limit: int) -> list[Logged]:
        """Return at most `limit` items of a state, the newest first, from behind `after` on; or those long gone."""
        if only.state == "gone":
            keys = self._database.execute("SELECT DISTINCT kind, id FROM change WHERE digest IS NULL").fetchall()
        else:
            keys = [*self._unchanged(state, only, after or _NEWEST, limit), *self._keys(state.seq, None)]
        found = (self._latest(Key(*key), state.seq) for key in set(keys))
        gone = only.state == "gone"
        there = (item for item in found if item is not None and (item.digest is None) is gone and item.is_of(only))
        return _page(there, after, limit)

    def _unchanged(self, state: State, only: Filter, after: Cursor, limit: int) -> list[tuple[str, str]]:
        """Return the keys of at most `limit` items that stand now as they did in a state."""
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

        `held` says what a reader really has of some items instead of what they were at the start. What came and went
        in between is not among them.
        """
        found = []
        for key in {*held, *(Key(*row) for row in self._keys(start.seq, end.seq))}:
            now = self._latest(key, end.seq)
            if now is not None and now.digest != self.had(start, held, key) and now.is_of(only):
                found.append(now)
        return _page(found, after, limit)

    def had(self, start: State, held: Mapping[Key, bytes | None], key: Key) -> bytes | None:
        """Return what a reader has of an item: what is `held` by it, else what the item was at the start."""
        before = self._latest(key, start.seq)
        return held.get(key, before.digest if before else None)

    def newest(self, key: Key) -> Logged | None:
        """Return an item as it is now; None where it had never been."""
        return self._latest(key, _LAST)

    def _keys(self, start: int, end: int | None) -> list[tuple[str, str]]:
        """Return the items that were logged after one state and not after another."""
        query = "SELECT DISTINCT kind, id FROM change WHERE seq > ? AND seq <= ?"
        return self._database.execute(query, (start, end if end is not None else _LAST)).fetchall()


_NEWEST = Cursor("\U0010ffff", "", "")


def _page(found: Iterable[Logged], after: Cursor | None, limit: int) -> list[Logged]:
    ordered = sorted(found, key=lambda item: item.cursor, reverse=True)
    return [item for item in ordered if after is None or item.cursor < after][:limit]
