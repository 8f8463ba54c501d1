"""The table of labels: the place of each entry in each list that it stands in.

A list is a content type's, by its id, or one of those that `guide/pages/list_membership.py` names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


SCHEMA = """
CREATE TABLE label (
  list TEXT, locale TEXT, sort BLOB, letter TEXT, item INTEGER,
  PRIMARY KEY (list, locale, sort)
) WITHOUT ROWID;
"""

_COUNTED_FIRST = 16
"""Entries of each list that are counted at first, and how many times more at each further step."""


class LabelTable(Table):
    """Queries of lists and their entries. No two entries have the same place, as it ends in the entry's id."""

    __slots__ = ()

    def count(self, list_id: str, locale: str) -> int:
        """Return the number of entries of a list in a locale."""
        query = "SELECT count(*) FROM label WHERE list = ? AND locale = ?"
        return int(self._database.value(query, list_id, locale))

    def has_more(self, list_id: str, locale: str, number: int) -> bool:
        """Whether a list has more than a number of entries in a locale."""
        return self._count_up_to(number + 1, list_id, locale) > number

    def longest(self, lists: Iterable[str], locale: str) -> str:
        """Return the list with the most entries in a locale, the first of those that have as many; "" for none.

        Of a list that is far longer than the others, not all entries are counted.
        """
        left, most = list(lists), _COUNTED_FIRST
        while len(left) > 1:
            counts = {list_id: self._count_up_to(most, list_id, locale) for list_id in left}
            longest = max(counts.values())
            left = [list_id for list_id in left if counts[list_id] == longest]
            if longest < most:
                break
            most *= _COUNTED_FIRST
        return left[0] if left else ""

    def _count_up_to(self, most: int, list_id: str, locale: str) -> int:
        query = "SELECT count(*) FROM (SELECT 1 FROM label WHERE list = ? AND locale = ? LIMIT ?)"
        return int(self._database.value(query, list_id, locale, most))

    def letters(self, list_id: str, locale: str) -> list[str]:
        """Return the letters that the titles of a list's entries begin with, in order."""
        query = "SELECT DISTINCT letter FROM label WHERE list = ? AND locale = ? ORDER BY letter"
        return [letter for (letter,) in self._database.rows(query, list_id, locale)]

    def keys(self, list_id: str, locale: str, letter: str = "", most: int | None = None) -> list[str]:
        """Return the keys of a list's entries in order: those of a letter alone, and not more than `most`."""
        query = "SELECT key FROM label JOIN item ON item.id = label.item WHERE label.list = ? AND label.locale = ?"
        values = [list_id, locale]
        if letter:
            query, values = f"{query} AND label.letter = ?", [*values, letter]
        limit = -1 if most is None else most
        return [key for (key,) in self._database.rows(f"{query} ORDER BY label.sort LIMIT ?", *values, limit)]

    def lists_between(self, first: str, last: str, locale: str) -> list[str]:
        """Return the lists in a locale whose names sort after `first` and before `last`."""
        query = "SELECT DISTINCT list FROM label WHERE list > ? AND list < ? AND locale = ?"
        return [list_id for (list_id,) in self._database.rows(query, first, last, locale)]

    def lists_by_prefix(self, prefix: str) -> list[tuple[str, str]]:
        """Return name and locale of each list whose name begins with a character."""
        query = "SELECT DISTINCT list, locale FROM label WHERE list >= ? AND list < ?"
        return self._database.rows(query, prefix, chr(ord(prefix) + 1))

    def insert(self, rows: Iterable[tuple[str, str, bytes, str, int]]) -> None:
        """Write rows: list, locale, place, letter, number of the item."""
        self._database.database.executemany("INSERT INTO label VALUES (?, ?, ?, ?, ?)", rows)

    def delete(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Remove rows, by list, locale and place."""
        self._database.database.executemany("DELETE FROM label WHERE (list, locale, sort) = (?, ?, ?)", rows)
