"""Staging: what a sync has received, kept under `.export/staging/` until the last page has come.

Each page is one transaction, so that an interrupted sync continues where it stopped. Files are staged in their final
bytes under neutral names; the plan of where they go is stored with them, so that an interrupted apply can be repeated.
Where the mirror is empty they are staged in the folders of content/ instead, so that whole folders can be moved.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.cache_database import CacheFormat, open_cache
from exporter.core.containment import remove_whole
from exporter.core.encoding import canonical, has_cut
from exporter.core.files import walk_files, write_bytes
from exporter.core.model import Key, Upsert, cut_values, item_digest, precedence
from exporter.core.naming import file_name, item_folder, twin_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from exporter.core.model import Change, Item
    from exporter.mirror.steps import Phase, Step

_FORMAT = CacheFormat("""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE change (
  kind TEXT, id TEXT, revision INTEGER NOT NULL, time TEXT NOT NULL, folder TEXT, fold TEXT, digest BLOB,
  number INTEGER, twins TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE step (phase INTEGER, path TEXT, source TEXT, PRIMARY KEY (phase, path)) STRICT, WITHOUT ROWID;
""")
_BY_FOLD = "CREATE INDEX IF NOT EXISTS change_by_fold ON change (folder, fold) WHERE digest NOT NULL"
_STAGE = """
INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  revision = excluded.revision, time = excluded.time, folder = excluded.folder, fold = excluded.fold,
  digest = excluded.digest, number = excluded.number, twins = excluded.twins
WHERE (excluded.revision, excluded.time) > (revision, time)
"""

IN_PLACE = 0
"""The number of staged files that are in the folders of content/."""

WHOLE = "content"
"""The folder that holds those."""


class Staged(NamedTuple):
    """The winning change of a key within this sync.

    `folder` is the one its files belong in. `digest` is None for a deletion. `number` names the staged files, or is
    IN_PLACE where they are in the folders of content/; it is None if the mirror has the same bytes.
    """

    key: Key
    folder: str
    digest: bytes | None
    number: int | None
    twins: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        """The paths of the staged files in the staging folder: the JSON, then the twins."""
        return _staged_files(self.key, self.folder, self.number, self.twins) if self.number is not None else []


def _staged_files(key: Key, folder: str, number: int, twins: Iterable[str]) -> list[str]:
    """Return the paths of an item's staged files in the staging folder."""
    if number != IN_PLACE:
        return [f"items/{number}.json", *(f"items/{number}.{position}.md" for position, _ in enumerate(twins))]
    path = f"{WHOLE}/{folder}/{file_name(key.id)}.json"
    return [path, *twin_paths(path, twins).values()] if twins else [path]


class Staging:
    """A sync under way, closed by whoever opened it. `base` says what it started from: another base begins anew.

    Invariant: a file is complete before the row that names it is committed, and `throw_away` removes the rows before
    the files; so every row has its files, and a file without a row is only garbage.
    """

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self._base = base
        self._database: sqlite3.Connection | None = None
        self.closed = False
        self._numbers = 0
        self._cut: list[tuple[str, str, str]] = []
        self._top = str(folder)
        self._resumed, self._in_place = True, 0
        if folder.exists() and not self._resume():
            self.discard()

    def _resume(self) -> bool:
        """Open what an earlier run left; return whether it has the same base and can be read."""
        if not (self.folder / "sync.db").exists():
            return False
        try:
            self._connect()
            if self.meta("base") != self._base:
                return False
            self._numbers = self._one("SELECT coalesce(max(number), 0) FROM change")
        except sqlite3.DatabaseError:
            return False
        return True

    def _connect(self) -> None:
        self._resumed, self._in_place = self.folder.exists(), 0
        (self.folder / "items").mkdir(parents=True, exist_ok=True)
        self._database = open_cache(self.folder / "sync.db", _FORMAT, durable=False)

    def _open(self) -> sqlite3.Connection:
        """Return the database; it is made with the first thing kept, since a sync without news writes nothing."""
        if self._database is None:
            self._connect()
            self.remember(base=self._base)
        assert self._database is not None
        return self._database

    def begin(self) -> None:
        """Make the folder and its database, from which an interrupted sync continues."""
        self._open()

    def _one(self, query: str, *values: int) -> int:
        return int(self._open().execute(query, values).fetchone()[0])

    @property
    def empty(self) -> bool:
        """Whether nothing was staged."""
        return self._database is None

    def meta(self, name: str) -> str:
        """Return a remembered value, empty if there is none."""
        if self._database is None:
            return ""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def fits(self, mirrored: Callable[[Key], bytes | None], *, empty: bool) -> bool:
        """Whether the mirror is still the one that pages were staged for.

        It still has the items that were not staged because it had them, and is still `empty` where it was.
        """
        if self.whole.exists() and not empty:
            return False
        changes = self.changes() if not self.empty else ()
        return all(
            mirrored(change.key) == change.digest for change in changes if change.digest and change.number is None
        )

    def remember(self, **values: str) -> None:
        """Keep values under names."""
        self._open().executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def discard(self, base: str | None = None) -> None:
        """Throw everything away, and begin anew from another base where one is given."""
        self._disconnect()
        throw_away(self.folder)
        self._base = self._base if base is None else base

    def close(self) -> None:
        """Close the database for good; what is staged stays."""
        self.closed = True
        self._disconnect()

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def add_page(
        self,
        changes: Iterable[Change],
        token: str,
        last: bool,
        mirrored: Callable[[Key], bytes | None] | None,
        twins: Callable[[Item], dict[str, bytes]],
    ) -> None:
        """Stage a page and the `token` of what comes next, in one transaction.

        An item gets files, its JSON and its `twins`, where its digest is not the `mirrored` one (None: the mirror is
        empty). The files of a change that loses against an earlier one are left unused.
        """
        database = self._open()
        with database:
            database.execute("BEGIN")
            database.executemany(_STAGE, (self._stage(change, mirrored, twins) for change in changes))
            if last:
                database.execute(_BY_FOLD)
            self.remember(token=token, last="yes" if last else "")
            if self._cut:
                self.remember(cut=json.dumps([*self.cut_values(), *self._cut]))
                self._cut.clear()

    def cut_values(self) -> list[tuple[str, str, str]]:
        """Return key, field and locale of the values that were nested too deep, in the order in which they came."""
        return [(key, field, locale) for key, field, locale in json.loads(self.meta("cut") or "[]")]

    def _stage(
        self,
        change: Change,
        mirrored: Callable[[Key], bytes | None] | None,
        twins: Callable[[Item], dict[str, bytes]],
    ) -> tuple[object, ...]:
        """Write the files of a change and return its row, with NULL for twins if it has none."""
        key = change.key
        head = (*key, *precedence(change))
        if not isinstance(change, Upsert):
            return (*head, "", key.id.lower(), None, None, None)
        data = canonical(change.item.raw, plain=change.plain)
        if has_cut(data):
            self._cut += ((str(key), *place) for place in cut_values(change.item))
        digest, folder = item_digest(key, data), item_folder(key, change.item.content_type)
        if mirrored is not None and digest == mirrored(key):
            return (*head, folder, key.id.lower(), digest, None, None)
        texts, number = twins(change.item), IN_PLACE
        if mirrored is not None or not self._write(_staged_files(key, folder, IN_PLACE, texts), data, texts, new=True):
            number = self._numbers = self._numbers + 1
            self._write(_staged_files(key, folder, number, texts), data, texts)
        return (*head, folder, key.id.lower(), digest, number, json.dumps([*texts]) if texts else None)

    def _write(self, files: list[str], data: bytes, texts: dict[str, bytes], *, new: bool = False) -> bool:
        """Write staged files, `new` ones only if there is none yet; return whether they were written."""
        top = self._top
        try:
            write_bytes(f"{top}/{files[0]}", data, new=new)
        except FileExistsError:
            return False
        except FileNotFoundError:
            (self.folder / files[0]).parent.mkdir(parents=True)
            return self._write(files, data, texts, new=new)
        for path, text in zip(files[1:], texts.values(), strict=True):
            write_bytes(f"{top}/{path}", text)
        self._in_place += new
        return True

    @property
    def whole(self) -> Path:
        """The folder of the files that are in the folders of content/ already."""
        return self.folder / WHOLE

    def remove_unused(self) -> None:
        """Remove files from the folders that are moved as a whole where no winning change names them.

        They come from a page that was not staged to its end, and from items that come again or are deleted later on.
        """
        won = self._one("SELECT count(*) FROM change WHERE number = ?", IN_PLACE)
        if (self._resumed or self._in_place != won) and self.whole.exists():
            used = {path for change in self.changes() if change.number == IN_PLACE for path in change.files}
            for path in walk_files(self.whole):
                if f"{WHOLE}/{path}" not in used:
                    (self.whole / path).unlink()

    def changes(self) -> Iterator[Staged]:
        """Yield the winning changes, in the order of keys."""
        return self._changes("ORDER BY kind, id")

    def count(self) -> tuple[int, int]:
        """Return the number of items among the winning changes, and of those that the mirror does not have so."""
        query = "SELECT count(digest), count(number) FROM change"
        items, changed = self._open().execute(query).fetchone()
        return items, changed

    def digests(self) -> Iterator[bytes]:
        """Yield the digests of the items among the winning changes."""
        return (row[0] for row in self._open().execute("SELECT digest FROM change WHERE digest NOT NULL"))

    def alike(self, folder: str, fold: str) -> Iterator[Staged]:
        """Yield what belongs in a folder under ids that differ only by case."""
        return self._changes("WHERE folder = ? AND fold = ? AND digest NOT NULL", folder, fold)

    def _changes(self, where: str, *values: str) -> Iterator[Staged]:
        query = f"SELECT kind, id, folder, digest, number, twins FROM change {where}"  # noqa: S608 - `where` is one of three texts here
        for kind, identifier, folder, digest, number, twins in self._open().execute(query, values):
            yield Staged(Key(kind, identifier), folder, digest, number, tuple(json.loads(twins)) if twins else ())

    def folders(self) -> set[str]:
        """Return the folders that staged items belong in."""
        return {
            folder for (folder,) in self._open().execute("SELECT DISTINCT folder FROM change WHERE digest NOT NULL")
        }

    def meeting_folds(self) -> set[tuple[str, str]]:
        """Return folder and lower-case id of staged items whose ids differ only by case."""
        query = "SELECT folder, fold FROM change WHERE digest NOT NULL GROUP BY folder, fold HAVING count(*) > 1"
        return set(self._open().execute(query))

    def find(self, key: Key) -> Staged | None:
        """Return what this sync brought for a key, or None."""
        return next(self._changes("WHERE (kind, id) = (?, ?)", *key), None)

    def store_plan(self, steps: Iterable[Step]) -> None:
        """Store the plan, in place of an earlier one."""
        database = self._open()
        with database:
            database.execute("BEGIN")
            database.execute("DELETE FROM step")
            database.executemany("INSERT INTO step VALUES (?, ?, ?)", steps)

    def source(self, phase: Phase, path: str) -> str:
        """Return the source of one step of the plan, empty if there is no such step."""
        query = "SELECT source FROM step WHERE phase = ? AND path = ?"
        row = self._open().execute(query, (phase, path)).fetchone()
        return str(row[0]) if row else ""

    def steps(self, phase: Phase) -> Iterator[tuple[str, str]]:
        """Yield path and source of the plan's steps of one phase, those of an item's JSON last.

        So an apply that broke off shows by the JSON that is still there, even if everything else was lost.
        """
        query = "SELECT path, source FROM step WHERE phase = ? ORDER BY path GLOB '[ae]*/*.json', path"
        return iter(self._open().execute(query, (phase,)))


def throw_away(folder: Path) -> None:
    """Remove a staging folder, the database that names its files first, so that a crash leaves nothing to resume."""
    remove_whole(str(folder / "sync.db"))
    with suppress(OSError):
        remove_whole(str(folder))
