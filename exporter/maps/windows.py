"""Windows: squares of the Earth at several levels, in which the nearest points of a place are looked for.

A level cuts the Earth into squares half as wide as those of the level before. Four squares that touch are a window, so
that every place lies well inside a window of each level. What is nearest to a place is found in the smallest window
with enough points. A point that moves concerns the windows that hold its old or its new position: a fixed number,
however many points there are.
"""

from __future__ import annotations

from math import asin, cos, radians, sin
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.maps.points import Point

LEVELS = (0, *range(4, 23))
"""The levels, the widest first: at level 0 there is one window, the Earth; the squares of the last are 10 m wide."""
_FINEST = LEVELS[-1]


class Window(NamedTuple):
    """A window: its level, and the square in its south-west by column (from 180° west) and row (from the south)."""

    level: int
    column: int
    row: int

    def __str__(self) -> str:
        return f"{self.level}/{self.column}/{self.row}"


EARTH = Window(0, 0, 0)


def cell_of(point: Point) -> int:
    """Return the number of the finest square that holds a point: squares of any level are a range of such numbers."""
    column, row = _square(point, _FINEST)
    return _spread(column) | _spread(row) << 1


def cells_of(window: Window) -> list[tuple[int, int]]:
    """Return the ranges of numbers of the squares in a window: each from the first to before the last."""
    step = 1 << 2 * (_FINEST - window.level)
    if window.level == 0:
        return [(0, step)]
    columns = 1 << window.level
    squares = [
        (column % columns, row)
        for column in (window.column, window.column + 1)
        for row in (window.row, window.row + 1)
        if 0 <= row < columns
    ]
    numbers = sorted(_spread(column) | _spread(row) << 1 for column, row in squares)
    return [(number * step, (number + 1) * step) for number in numbers]


def windows_around(point: Point) -> Iterator[Window]:
    """Yield every window that holds a point."""
    yield EARTH
    for level in LEVELS[1:]:
        column, row = _square(point, level)
        columns = 1 << level
        for before in (0, 1):
            yield Window(level, (column - before) % columns, row)
            yield Window(level, (column - before) % columns, row - 1)


def window_at(point: Point, level: int) -> Window:
    """Return the window of a level that reaches furthest around a point."""
    if level == 0:
        return EARTH
    size = 360 / (1 << level)
    column, row = _square(point, level)
    west = (point.lon + 180) % 360 / size - column < 0.5
    south = (point.lat + 90) / size - row < 0.5
    return Window(level, (column - west) % (1 << level), row - south)


def reach(point: Point, window: Window) -> float:
    """Return how far around a point a window reaches for sure: as a chord of the Earth with the radius 1."""
    if window.level == 0:
        return 2.0
    size = 360 / (1 << window.level)
    west = ((point.lon + 180) % 360 - window.column * size) % 360 % 360
    south = point.lat + 90 - window.row * size
    sides = (radians(angle) for angle in (west, 2 * size - west))
    across = min(asin(sin(side) * cos(radians(point.lat))) for side in sides)
    angle = max(0.0, min(across, radians(min(south, 2 * size - south))))
    return 2 * sin(angle / 2)


def on_sphere(point: Point) -> tuple[float, float, float]:
    """Return where a point is on a sphere with the radius 1: straight distances there sort as those on Earth do."""
    lat, lon = radians(point.lat), radians(point.lon)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _square(point: Point, level: int) -> tuple[int, int]:
    """Return column and row of the square of a level that holds a point."""
    columns = 1 << level
    column = int((point.lon + 180) % 360 / 360 * columns)
    return min(column, columns - 1), int((point.lat + 90) / 360 * columns)


def _spread(number: int) -> int:
    """Return a number of 32 bits with a 0 before each of its bits."""
    number = (number | number << 16) & 0x0000FFFF0000FFFF
    number = (number | number << 8) & 0x00FF00FF00FF00FF
    number = (number | number << 4) & 0x0F0F0F0F0F0F0F0F
    number = (number | number << 2) & 0x3333333333333333
    return (number | number << 1) & 0x5555555555555555
