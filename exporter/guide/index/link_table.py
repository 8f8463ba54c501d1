"""The table of links between items, at any depth of any field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.database import Table, in_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


SCHEMA = """
CREATE TABLE link (target TEXT, field TEXT, source INTEGER, type TEXT, PRIMARY KEY (target, field, source))
WITHOUT ROWID;
"""


class LinkTable(Table):
    """Queries of links: by the key of the target; the source is the number of an item, `type` its content type."""

    __slots__ = ()

    def referrers(self, keys: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Return content type and key of each entry that links to one of some items, by that item's key."""
        found: dict[str, list[tuple[str, str]]] = {key: [] for key in keys}
        for some, marks in in_parts(keys):
            query = f"""
                SELECT DISTINCT target, type, key FROM link JOIN item ON item.id = link.source
                WHERE target IN ({marks}) ORDER BY key
            """  # noqa: S608 - question marks
            for target, type_id, key in self._database.database.execute(query, some):
                found[target].append((type_id, key))
        return found

    def sources(self, target: str, field: str) -> list[str]:
        """Return the keys of the items that link to one in a field."""
        query = "SELECT key FROM link JOIN item ON item.id = link.source WHERE target = ? AND field = ?"
        return [key for (key,) in self._database.rows(query, target, field)]

    def targets(self, type_id: str, field: str) -> list[tuple[str, int]]:
        """Return what a field of a content type leads to: each key, and how many entries link to it."""
        query = "SELECT target, count(*) FROM link WHERE type = ? AND field = ? GROUP BY target"
        return self._database.rows(query, type_id, field)

    def fields_leading_to(self, keys: Sequence[str]) -> Iterator[tuple[str, str, str, int]]:
        """Yield, for some items, each field that leads to one: its key, content type, field, number of entries."""
        for some, marks in in_parts(keys):
            query = f"SELECT target, type, field, count(*) FROM link WHERE target IN ({marks}) GROUP BY 1, 2, 3"  # noqa: S608 - question marks
            yield from self._database.database.execute(query, some).fetchall()

    def insert(self, rows: Iterable[tuple[str, str, int, str]]) -> None:
        """Write rows: target, field, number of the source, its content type."""
        self._database.database.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", rows)

    def delete(self, rows: Iterable[tuple[str, str, int]]) -> None:
        """Remove rows, by target, field and number of the source."""
        self._database.database.executemany("DELETE FROM link WHERE (target, field, source) = (?, ?, ?)", rows)
