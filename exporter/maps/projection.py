"""From degrees to the units of a drawing: true relative positions, as on a plane that touches the Earth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.maps.points import Point, metres_a_degree

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAST_METRES = 400.0
"""What a map shows at the least from side to side, however near to each other its points are."""
_NEAREST_POLE = 89.0


class Shape(NamedTuple):
    """The size of a drawing in its units: a width, and the heights between which its content chooses."""

    width: float
    lowest: float
    highest: float
    margin: float


class Frame(NamedTuple):
    """A part of the Earth as a drawing shows it: degrees at its left and its top, units of the drawing a degree."""

    west: float
    north: float
    across: float
    down: float
    width: float
    height: float
    metres: float
    """Metres of a unit, in the middle."""

    def place(self, point: Point) -> tuple[float, float]:
        """Return where a point is in the drawing."""
        lon = self.west + (point.lon - self.west + 180) % 360 - 180
        if lon < self.west and lon + 360 - self.west <= self.width / self.across:
            lon += 360
        return (lon - self.west) * self.across, (self.north - point.lat) * self.down

    def stretch(self, west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a part of the Earth in the drawing, which may be outside of it."""
        middle = self.width / self.across / 2
        off = ((west + east) / 2 - self.west - middle + 180) % 360 - 180
        left = (middle + off - (east - west) / 2) * self.across
        right = left + (east - west) * self.across
        return left, (self.north - north) * self.down, right, (self.north - south) * self.down


def fit(points: Sequence[Point], shape: Shape) -> Frame:
    """Return the frame that shows points as large as a shape allows."""
    south, north = min(point.lat for point in points), max(point.lat for point in points)
    west, wide = _span([point.lon for point in points])
    middle = max(-_NEAREST_POLE, min(_NEAREST_POLE, (south + north) / 2))
    a_lat, a_lon = metres_a_degree(middle)
    across, down = wide * a_lon, (north - south) * a_lat
    inner = shape.width - 2 * shape.margin
    metres = max(across / inner, down / (shape.highest - 2 * shape.margin), _LEAST_METRES / shape.width)
    height = max(shape.lowest, min(shape.highest, down / metres + 2 * shape.margin))
    left = west + wide / 2 - shape.width / 2 * metres / a_lon
    top = (south + north) / 2 + height / 2 * metres / a_lat
    return Frame(left, top, a_lon / metres, a_lat / metres, shape.width, height, metres)


def _span(longitudes: Sequence[float]) -> tuple[float, float]:
    """Return the westernmost of some longitudes, and how many degrees east of it the others reach.

    They may lie on both sides of the date line: what counts is the widest gap between two of them.
    """
    ordered = sorted({lon % 360 % 360 for lon in longitudes})  # the first of these makes 360 of a tiny negative number
    gaps = [(after - before) % 360 or 360 for before, after in zip(ordered, ordered[1:] + ordered[:1], strict=True)]
    widest = max(gaps)
    west = ordered[(gaps.index(widest) + 1) % len(ordered)]
    return (west + 180) % 360 - 180, 360 - widest


class Bar(NamedTuple):
    """A scale bar: how long it is in the drawing and on Earth."""

    width: float
    metres: float


_LARGEST_MAP = 2_000_000.0
"""Metres from side to side from which on no scale holds for the whole of a map."""


def scale_bar(frame: Frame) -> Bar | None:
    """Return a scale bar of a round length, about a quarter of the map's width; None where none would be true."""
    if frame.metres * frame.width > _LARGEST_MAP:
        return None
    most, length = frame.metres * frame.width / 3.5, 1.0
    while length * 10 <= most:
        length *= 10
    length *= next(factor for factor in (5, 2, 1) if length * factor <= most)
    return Bar(length / frame.metres, length)
