"""The table of points: where entries are and what they are called, by locale; `cell` numbers squares of the Earth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.database import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.maps.points import Point
    from exporter.maps.windows import Window


SCHEMA = """
CREATE TABLE point (
  item INTEGER, layer TEXT, locale TEXT, cell INTEGER, lat REAL, lon REAL, title TEXT, PRIMARY KEY (item, locale)
) WITHOUT ROWID;
CREATE INDEX point_by_cell ON point (layer, locale, cell);
"""


class PointTable(Table):
    """Queries of points. A `layer` is either that of places or that of the areas which they lie in."""

    __slots__ = ()

    def within(self, layer: str, locale: str, window: Window) -> list[tuple[str, Point]]:
        """Return key and place of every point in a window."""
        from exporter.maps.points import Point
        from exporter.maps.windows import cells_of

        query = """
            SELECT key, lat, lon FROM point JOIN item ON item.id = point.item
            WHERE layer = ? AND locale = ? AND cell >= ? AND cell < ?
        """
        cells = cells_of(window)
        values = [value for first, end in cells for value in (layer, locale, first, end)]
        rows = self._database.rows(" UNION ALL ".join([query] * len(cells)), *values)  # one query: pages make many
        return [(key, Point(lat, lon)) for key, lat, lon in rows]

    def count(self, layer: str, locale: str) -> int:
        """Return the number of points in a locale."""
        return int(self._database.value("SELECT count(*) FROM point WHERE layer = ? AND locale = ?", layer, locale))

    def is_empty(self, layer: str) -> bool:
        """Whether there is no point."""
        return self._database.value("SELECT 1 FROM point WHERE layer = ? LIMIT 1", layer) is None

    def of_list(self, list_id: str, locale: str) -> list[tuple[str, str, float, float]]:
        """Return key, title, latitude and longitude of the entries of a list that are somewhere, in their order."""
        query = """
            SELECT key, title, lat, lon FROM label
            JOIN point ON point.item = label.item AND point.locale = label.locale
            JOIN item ON item.id = label.item
            WHERE label.list = ? AND label.locale = ? ORDER BY label.sort
        """
        return self._database.rows(query, list_id, locale)

    def insert(self, rows: Sequence[tuple[int, str, str, float, float, str]]) -> None:
        """Write rows: number of the item, layer, locale, latitude, longitude, title."""
        if not rows:
            return
        from exporter.maps.points import Point
        from exporter.maps.windows import cell_of

        placed = (
            (item, layer, locale, cell_of(Point(lat, lon)), lat, lon, title)
            for item, layer, locale, lat, lon, title in rows
        )
        self._database.database.executemany("INSERT INTO point VALUES (?, ?, ?, ?, ?, ?, ?)", placed)

    def delete(self, item: int) -> None:
        """Remove an item's rows."""
        self._database.database.execute("DELETE FROM point WHERE item = ?", (item,))
