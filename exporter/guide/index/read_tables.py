"""The tables of recorded reads, which `guide/library/recorded_reads.py` explains.

`reads` holds what a page read of its own, packed: by subject the number of an argument set and the digest of the
answers. `reader` says which pages read something of a subject; the entry that a page shows has no row there, as the
page is found by its key. `shared_set` holds what many pages read alike, each with the digest of its answer.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from exporter.guide.index.database import Table, in_parts, read_row
from exporter.guide.index.subjects import subject_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporter.guide.index.database import Database

SCHEMA = """
CREATE TABLE reads (page INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE reader (subject INTEGER, page INTEGER, PRIMARY KEY (subject, page)) WITHOUT ROWID;
CREATE TABLE shared_set (id INTEGER PRIMARY KEY, questions BLOB NOT NULL);
CREATE TABLE argument_set (id INTEGER PRIMARY KEY, arguments BLOB NOT NULL);
"""


class ReadTables(Table):
    """Queries of recorded reads."""

    __slots__ = ("_argument_sets",)

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._argument_sets: dict[int, tuple[str, ...]] = {}

    def is_empty(self) -> bool:
        """Whether no page has reads."""
        return self._database.value("SELECT 1 FROM reads LIMIT 1") is None

    def pages(self) -> list[int]:
        """Return the pages that have reads."""
        return [page for (page,) in self._database.rows("SELECT page FROM reads")]

    def pages_among(self, numbers: Sequence[int]) -> list[int]:
        """Return those of some pages that have reads."""
        parts = in_parts(numbers)
        queries = ((f"SELECT page FROM reads WHERE page IN ({marks})", some) for some, marks in parts)  # noqa: S608 - marks
        return [row[0] for query, some in queries for row in self._database.database.execute(query, some).fetchall()]

    def of(self, number: int) -> dict[str, tuple[int, bytes]]:
        """Return a page's reads: by subject the number of the argument set and the digest of the answers."""
        data = self._database.value("SELECT data FROM reads WHERE page = ?", number)
        found: dict[str, tuple[int, bytes]] = read_row(data) if data is not None else {}
        return found

    def subjects(self) -> set[int]:
        """Return the numbers of all subjects that pages read something of."""
        return {subject for (subject,) in self._database.rows("SELECT DISTINCT subject FROM reader")}

    def readers_of(self, subject: str) -> list[int]:
        """Return the pages that read something of a subject, those excepted that show it."""
        query = "SELECT page FROM reader WHERE subject = ?"
        return [page for (page,) in self._database.rows(query, subject_number(subject))]

    def arguments(self, number: int) -> tuple[str, ...]:
        """Return an argument set. Raises DatabaseError if it is not there."""
        if number not in self._argument_sets:
            found = self._database.value("SELECT arguments FROM argument_set WHERE id = ?", number)
            if found is None:
                raise sqlite3.DatabaseError("an argument set is missing")
            self._argument_sets[number] = tuple(read_row(found))
        return self._argument_sets[number]

    def shared_sets(self) -> Iterator[tuple[int, list[tuple[str, str, bytes]]]]:
        """Yield the number of each shared set and its reads: subject, argument, digest of the answer."""
        for number, questions in self._database.rows("SELECT id, questions FROM shared_set"):
            yield number, read_row(questions)

    def insert(self, pages: Iterable[tuple[int, bytes]], readers: Iterable[tuple[str, int]]) -> None:
        """Write what pages read of their own, and which of them read something of a subject."""
        numbered = ((subject_number(subject), page) for subject, page in readers)
        self._database.database.executemany("INSERT OR IGNORE INTO reader VALUES (?, ?)", numbered)
        self._database.database.executemany("INSERT INTO reads VALUES (?, ?)", pages)

    def insert_sets(self, shared_sets: Iterable[tuple[int, bytes]], argument_sets: Iterable[tuple[int, bytes]]) -> None:
        """Write sets, by number and packed; those that are there already stay."""
        self._database.database.executemany("INSERT OR IGNORE INTO shared_set VALUES (?, ?)", shared_sets)
        self._database.database.executemany("INSERT OR IGNORE INTO argument_set VALUES (?, ?)", argument_sets)

    def forget(self, number: int) -> None:
        """Remove what a page read."""
        data = self._database.value("SELECT data FROM reads WHERE page = ?", number)
        if data is None:
            return
        readers = [(subject_number(subject), number) for subject in read_row(data)]
        self._database.database.executemany("DELETE FROM reader WHERE subject = ? AND page = ?", readers)
        self._database.database.execute("DELETE FROM reads WHERE page = ?", (number,))

    def drop_unused_shared_sets(self) -> None:
        """Remove the shared sets that no built page reads any more."""
        self._database.database.execute("DELETE FROM shared_set WHERE id NOT IN (SELECT shared_set FROM built)")
