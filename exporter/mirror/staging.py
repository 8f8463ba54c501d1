"""Staging: what a sync has received, kept under `.export/staging/` until the last page is there.

Each page is one transaction, so that an interrupted sync goes on where it was. Files lie there in their final bytes
under neutral names; the plan of where they go is stored beside them, so that an interrupted apply can be repeated.
Where the mirror is empty they lie in folders as they will under content/, so that these are put there as a whole.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.encoding import canonical
from exporter.core.files import walk_files, write_bytes
from exporter.core.model import Key, Upsert, item_digest, precedence
from exporter.core.naming import file_name, item_folder, twin_paths
from exporter.mirror.recovery import throw_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from exporter.core.model import Change, Item
    from exporter.mirror.steps import Phase, Step

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE change (
  kind TEXT, id TEXT, revision INTEGER NOT NULL, time TEXT NOT NULL, folder TEXT, fold TEXT, digest BLOB,
  number INTEGER, twins TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE step (phase INTEGER, path TEXT, source TEXT, PRIMARY KEY (phase, path)) STRICT, WITHOUT ROWID;
"""
_BY_FOLD = "CREATE INDEX IF NOT EXISTS change_by_fold ON change (folder, fold) WHERE digest NOT NULL"
_STAGE = """
INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  revision = excluded.revision, time = excluded.time, folder = excluded.folder, fold = excluded.fold,
  digest = excluded.digest, number = excluded.number, twins = excluded.twins
WHERE (excluded.revision, excluded.time) > (revision, time)
"""

IN_PLACE = 0
"""In place of the number of staged files."""

WHOLE = "content"
"""The folder of those that lie in folders as they will."""


@dataclass(frozen=True, slots=True)
class Staged:
    """The winning change of a key within this sync.

    `folder` is the one its files belong in. `digest` is None for a deletion. `number` names the staged files, IN_PLACE
    those that lie in a folder as they will in content/; it is None where the mirror has those bytes.
    """

    key: Key
    folder: str
    digest: bytes | None
    number: int | None
    twins: tuple[str, ...]

    @property
    def files(self) -> list[str]:
        """The staged files, in the staging folder: the JSON, then the twins."""
        return _staged_files(self.key, self.folder, self.number, self.twins) if self.number is not None else []


def _staged_files(key: Key, folder: str, number: int, twins: Iterable[str]) -> list[str]:
    """Name the staged files of an item in the staging folder."""
    if number != IN_PLACE:
        return [f"items/{number}.json", *(f"items/{number}.{place}.md" for place, _ in enumerate(twins))]
    path = f"{WHOLE}/{folder}/{file_name(key.id)}.json"
    return [path, *twin_paths(path, twins).values()] if twins else [path]


class Staging:
    """A sync under way. `base` says what it started from; one of another base is thrown away."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self._base = base
        self._database: sqlite3.Connection | None = None
        self._numbers = 0
        self._top = str(folder)
        self._resumed, self._placed = True, 0
        if folder.exists() and not self._resume():
            self.discard()

    def _resume(self) -> bool:
        try:
            if not (self.folder / "sync.db").exists() or (self._open() and self.meta("base") != self._base):
                return False
            self._numbers = self._one("SELECT coalesce(max(number), 0) FROM change")
        except sqlite3.DatabaseError:
            return False
        return True

    def _open(self) -> sqlite3.Connection:
        """Open the database; it is made with the first thing kept, since a sync without news writes nothing."""
        if self._database is None:
            self._resumed, self._placed = self.folder.exists(), 0
            (self.folder / "items").mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.folder / "sync.db", isolation_level=None)
            self._database.execute("PRAGMA synchronous = OFF")
            if not self._one("SELECT count(*) FROM sqlite_schema"):
                self._database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
                self.remember(base=self._base)
        return self._database

    def begin(self) -> None:
        """Make the folder and its database, from which an interrupted sync goes on."""
        self._open()

    def _one(self, query: str, *values: int) -> int:
        return int(self._open().execute(query, values).fetchone()[0])

    @property
    def empty(self) -> bool:
        """Tell whether nothing was staged."""
        return self._database is None

    def meta(self, name: str) -> str:
        """Give a remembered value, empty where there is none."""
        if self._database is None:
            return ""
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def is_of(self, mirrored: Callable[[Key], bytes | None], *, empty: bool) -> bool:
        """Tell whether the mirror still has what was not staged because it had it, and is `empty` where it was."""
        if self.whole.exists() and not empty:
            return False
        changes = self.changes() if not self.empty else ()
        return all(mirrored(each.key) == each.digest for each in changes if each.digest and each.number is None)

    def remember(self, **values: str) -> None:
        """Keep values under names."""
        self._open().executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def discard(self) -> None:
        """Throw everything away."""
        if self._database is not None:
            self._database.close()
            self._database = None
        throw_away(self.folder)

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
        empty). Those of a change that does not win over an earlier one lie there unused.
        """
        database = self._open()
        with database:
            database.execute("BEGIN")
            database.executemany(_STAGE, (self._stage(each, mirrored, twins) for each in changes))
            if last:
                database.execute(_BY_FOLD)
            self.remember(token=token, last="yes" if last else "")

    def _stage(
        self,
        change: Change,
        mirrored: Callable[[Key], bytes | None] | None,
        twins: Callable[[Item], dict[str, bytes]],
    ) -> tuple[object, ...]:
        """Write the files of a change and give its row, with no text for twins where it has none."""
        key = change.key
        head = (*key, *precedence(change))
        if not isinstance(change, Upsert):
            return (*head, "", key.id.lower(), None, None, None)
        data = canonical(change.item.raw, plain=change.plain)
        digest, folder = item_digest(key, data), item_folder(key, change.item.content_type)
        if mirrored is not None and digest == mirrored(key):
            return (*head, folder, key.id.lower(), digest, None, None)
        texts, number = twins(change.item), IN_PLACE
        if mirrored is not None or not self._write(_staged_files(key, folder, IN_PLACE, texts), data, texts, new=True):
            number = self._numbers = self._numbers + 1
            self._write(_staged_files(key, folder, number, texts), data, texts)
        return (*head, folder, key.id.lower(), digest, number, json.dumps([*texts]) if texts else None)

    def _write(self, files: list[str], data: bytes, texts: dict[str, bytes], *, new: bool = False) -> bool:
        """Write staged files; `new` ones only where there is none yet. Tells whether they are there."""
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
        self._placed += new
        return True

    @property
    def whole(self) -> Path:
        """The folder of the files that lie in folders as they will in content/."""
        return self.folder / WHOLE

    def tidy(self) -> None:
        """Remove files in folders that are put in place as a whole but for which nothing that won stands.

        A page that was not staged to its end leaves such, and an item that comes again or is deleted later on.
        """
        won = self._one("SELECT count(*) FROM change WHERE number = ?", IN_PLACE)
        if (self._resumed or self._placed != won) and self.whole.exists():
            stand = {path for each in self.changes() if each.number == IN_PLACE for path in each.files}
            for path in walk_files(self.whole):
                if f"{WHOLE}/{path}" not in stand:
                    (self.whole / path).unlink()

    def changes(self) -> Iterator[Staged]:
        """Yield what won, in the order of keys."""
        return self._changes("ORDER BY kind, id")

    def count(self) -> tuple[int, int]:
        """Give the numbers of items among what won, and of those that are not as the mirror has them."""
        query = "SELECT count(digest), count(number) FROM change"
        items, changed = self._open().execute(query).fetchone()
        return items, changed

    def digests(self) -> Iterator[bytes]:
        """Yield the digests of the items among what won."""
        return (row[0] for row in self._open().execute("SELECT digest FROM change WHERE digest NOT NULL"))

    def alike(self, folder: str, fold: str) -> Iterator[Staged]:
        """Yield what is to lie in a folder under ids that differ only by case."""
        return self._changes("WHERE folder = ? AND fold = ? AND digest NOT NULL", folder, fold)

    def _changes(self, where: str, *values: str) -> Iterator[Staged]:
        query = f"SELECT kind, id, folder, digest, number, twins FROM change {where}"  # noqa: S608 - `where` is one of three texts here
        for kind, identifier, folder, digest, number, twins in self._open().execute(query, values):
            yield Staged(Key(kind, identifier), folder, digest, number, tuple(json.loads(twins)) if twins else ())

    def folders(self) -> set[str]:
        """Give the folders of what is to lie there."""
        return {
            folder for (folder,) in self._open().execute("SELECT DISTINCT folder FROM change WHERE digest NOT NULL")
        }

    def meeting_folds(self) -> set[tuple[str, str]]:
        """Give folder and fold of the ids that differ only by case among what is to lie there."""
        query = "SELECT folder, fold FROM change WHERE digest NOT NULL GROUP BY folder, fold HAVING count(*) > 1"
        return set(self._open().execute(query))

    def find(self, key: Key) -> Staged | None:
        """Give what this sync brought for a key, None for nothing."""
        return next(self._changes("WHERE (kind, id) = (?, ?)", *key), None)

    def store_plan(self, steps: Iterable[Step]) -> None:
        """Keep the plan, in place of an earlier one."""
        database = self._open()
        with database:
            database.execute("BEGIN")
            database.execute("DELETE FROM step")
            database.executemany("INSERT INTO step VALUES (?, ?, ?)", steps)

    def source(self, phase: Phase, path: str) -> str:
        """Give the source of one step of the plan, empty where there is no such step."""
        query = "SELECT source FROM step WHERE phase = ? AND path = ?"
        row = self._open().execute(query, (phase, path)).fetchone()
        return str(row[0]) if row else ""

    def steps(self, phase: Phase) -> Iterator[tuple[str, str]]:
        """Yield path and source of the plan's steps of one phase, those of an item's JSON last.

        So an apply that broke off can be told by the JSON that still stands, even if all else was lost.
        """
        query = "SELECT path, source FROM step WHERE phase = ? ORDER BY path GLOB '[ae]*/*.json', path"
        return iter(self._open().execute(query, (phase,)))
