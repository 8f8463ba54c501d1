"""The table of built pages: how the file of each looked once it stood, and what was wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


SCHEMA = """
CREATE TABLE built (
  page INTEGER PRIMARY KEY, shared_set INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
  digest BLOB NOT NULL, problems BLOB
);
CREATE INDEX built_by_shared_set ON built (shared_set);
CREATE INDEX built_with_problems ON built (page) WHERE problems NOT NULL;
"""


class BuiltTable(Table):
    """Queries of built pages. A page without a row is stale and has to be rendered."""

    __slots__ = ()

    def with_shared_set(self, number: int) -> list[int]:
        """Return the pages that read a shared set of answers."""
        return [page for (page,) in self._database.rows("SELECT page FROM built WHERE shared_set = ?", number)]

    def forget(self, numbers: Iterable[int]) -> None:
        """Make pages stale."""
        self._database.database.executemany("DELETE FROM built WHERE page = ?", ((number,) for number in numbers))
