"""Points on Earth, and how far they are apart."""

from __future__ import annotations

from math import asin, atan, cos, pi, radians, sin, sqrt, tan
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from exporter.core.encoding import Json

RADIUS = 6_378_137.0
"""The equatorial radius of WGS 84, in metres."""
_FLATTENING = 1 / 298.257223563
_MEAN_RADIUS = 6_371_008.8
_NEARLY_OPPOSITE = 3.0
"""The angle, in radians, from which on the correction for the flattening is less exact than none."""


class Point(NamedTuple):
    """A place on Earth, in degrees of WGS 84: north and east are positive."""

    lat: float
    lon: float


def read_point(value: Json) -> Point | None:
    """Return the point that a Location field holds; None for a value that is no place on Earth."""
    if not isinstance(value, dict):
        return None
    lat, lon = value.get("lat"), value.get("lon")
    if not (_is_number(lat) and _is_number(lon)):
        return None
    return Point(float(lat), float(lon)) if abs(lat) <= 90 and abs(lon) <= 180 else None  # which NaN is not


def _is_number(value: Json) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance(one: Point, other: Point) -> float:
    """Return the distance between two points in metres, along the ellipsoid (Lambert's formula)."""
    lat, other_lat = (atan((1 - _FLATTENING) * tan(radians(point.lat))) for point in (one, other))
    half_lon = radians(other.lon - one.lon) / 2
    mean, half = (lat + other_lat) / 2, (other_lat - lat) / 2
    chord = sin(half) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
    angle = 2 * asin(min(1.0, sqrt(chord)))
    if angle == 0.0:
        return 0.0
    if angle > _NEARLY_OPPOSITE:
        return _MEAN_RADIUS * angle
    along = (angle - sin(angle)) * (sin(mean) * cos(half) / cos(angle / 2)) ** 2
    across = (angle + sin(angle)) * (cos(mean) * sin(half) / sin(angle / 2)) ** 2
    return RADIUS * (angle - _FLATTENING / 2 * (along + across))


def write_degrees(number: float) -> str:
    """Return degrees to a centimetre as every format of places has them: without an exponent."""
    text = f"{number:.7f}".rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def metres_a_degree(lat: float) -> tuple[float, float]:
    """Return how many metres a degree of latitude and one of longitude are at a latitude."""
    angle = radians(lat)
    eccentricity = _FLATTENING * (2 - _FLATTENING)
    bend = 1 - eccentricity * sin(angle) ** 2
    north = RADIUS * (1 - eccentricity) / bend**1.5
    east = RADIUS * cos(angle) / sqrt(bend)
    return north * pi / 180, east * pi / 180
