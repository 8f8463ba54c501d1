"""Outlines: lines and areas out of a GeoJSON file of the guide's owner, to be drawn below maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import decode
from exporter.maps.points import Point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporter.core.encoding import Json

_LARGEST = 2_000_000
_MOST_POSITIONS = 50_000
_DEEPEST = 8
_UNITS = 10_000
"""How many units the longer side of the drawing has: positions are rounded to these."""
_LINES = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""The geometries that can be drawn, each with how deep its lists of positions are nested."""
_POINTS = {"Point", "MultiPoint"}


class Box(NamedTuple):
    """A part of the Earth, by its sides in degrees."""

    west: float
    south: float
    east: float
    north: float


class Shape(NamedTuple):
    """A line, or an area (`filled`) with its holes."""

    filled: bool
    rings: tuple[tuple[Point, ...], ...]


def read_outline(data: bytes) -> tuple[Shape, ...]:
    """Return the lines and areas of a GeoJSON file. Raises ValueError, with a part of a sentence, for any other."""
    if len(data) > _LARGEST:
        raise ValueError(f"has more than {_LARGEST // 1_000_000} MB: simplify it")
    try:
        value = decode(data)
    except ValueError:
        raise ValueError("is no JSON: export it as GeoJSON (RFC 7946) again") from None
    shapes = tuple(_shapes(value, 0))
    if not shapes:
        raise ValueError("has no line and no area: export lines or polygons")
    if sum(len(ring) for shape in shapes for ring in shape.rings) > _MOST_POSITIONS:
        raise ValueError(f"has more than {_MOST_POSITIONS:,} positions: simplify it")
    return shapes


def _shapes(value: Json, depth: int) -> Iterator[Shape]:
    if not isinstance(value, dict) or depth > _DEEPEST:
        raise ValueError("is no GeoJSON: expected a FeatureCollection, a Feature or a geometry")
    kind = value.get("type")
    if kind in ("FeatureCollection", "GeometryCollection"):
        inside = value.get("features" if kind == "FeatureCollection" else "geometries")
        for part in inside if isinstance(inside, list) else _refuse(f"{kind} without a list of members"):
            yield from _shapes(part, depth + 1)
    elif kind == "Feature":
        geometry = value.get("geometry")
        yield from _shapes(geometry, depth + 1) if geometry is not None else ()
    elif kind in _LINES:
        yield from _of_geometry(str(kind), value.get("coordinates"))
    elif kind not in _POINTS:
        _refuse(f"the type {str(kind)[:40]!r}, which GeoJSON does not have")


def _refuse(found: str) -> list[Json]:
    raise ValueError(f"is no GeoJSON: it has {found}")


def _of_geometry(kind: str, coordinates: Json) -> Iterator[Shape]:
    parts = coordinates if kind.startswith("Multi") else [coordinates]
    filled = kind.endswith("Polygon")
    for part in parts if isinstance(parts, list) else _refuse(f"a {kind} without coordinates"):
        rings = part if filled else [part]
        lines = rings if isinstance(rings, list) else _refuse(f"a {kind} without coordinates")
        yield Shape(filled, tuple(tuple(_line(line, kind, 4 if filled else 2)) for line in lines))


def _line(line: Json, kind: str, least: int) -> Iterator[Point]:
    if not isinstance(line, list) or len(line) < least:
        _refuse(f"a {kind} with fewer than {least} positions")
    for position in line if isinstance(line, list) else ():
        numbers = position[:2] if isinstance(position, list) else []
        if len(numbers) < 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
            _refuse(f"a position that is not [longitude, latitude] but {str(position)[:40]}")
        lon, lat = (float(one) if abs(one) < 1000 else 1000.0 for one in numbers)
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            _refuse(f"the position {str(position)[:40]}, which is not on Earth: longitude comes first")
        yield Point(lat, lon)


def box_of(shapes: Sequence[Shape]) -> Box:
    """Return the part of the Earth that shapes take up."""
    points = [point for shape in shapes for ring in shape.rings for point in ring]
    lats, lons = [point.lat for point in points], [point.lon for point in points]
    return Box(min(lons), min(lats), max(lons), max(lats))


class Path(NamedTuple):
    """A shape as the `d` of an SVG path."""

    filled: bool
    d: str


class Sheet(NamedTuple):
    """A drawing of shapes: its size in units, and a path for each shape."""

    width: int
    height: int
    paths: tuple[Path, ...]


def draw_outline(shapes: Sequence[Shape]) -> Sheet:
    """Return the drawing of shapes, degrees in straight proportion, so that any map can stretch it to its own."""
    box = box_of(shapes)
    across, down = box.east - box.west or 1e-6, box.north - box.south or 1e-6
    units = _UNITS / max(across, down)
    return Sheet(
        max(1, round(across * units)),
        max(1, round(down * units)),
        tuple(Path(shape.filled, "".join(_steps(shape, box, units))) for shape in shapes),
    )


def _steps(shape: Shape, box: Box, units: float) -> Iterator[str]:
    for ring in shape.rings:
        before: tuple[int, int] | None = None
        for point in ring:
            spot = round((point.lon - box.west) * units), round((box.north - point.lat) * units)
            if before is None:
                yield f"M{spot[0]} {spot[1]}"
            elif spot != before:
                yield f"l{spot[0] - before[0]} {spot[1] - before[1]}"
            before = spot
        yield "z" if shape.filled else ""
