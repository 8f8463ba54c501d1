"""Where an entry is, what is near to it, and the map of several entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.core.cached_property import cached_property
from exporter.guide.library import questions
from exporter.guide.schema.type_traits import layer_of
from exporter.maps.points import Point, distance, read_point, write_degrees
from exporter.render.maps.drawing import SMALL, WIDE, Map, Spot, draw, spoken_distance
from exporter.render.view.fields import called, content_type_of, once, type_of
from exporter.render.view.view import Entry, loaded_of, read_field, view_of

if TYPE_CHECKING:
    from exporter.core.model import Field
    from exporter.guide.schema.type_traits import Located

NEAR = 6
"""Neighbours that a place has."""


@dataclass(slots=True)  # templates cannot assign to it, and a frozen one takes three times as long to make
class Neighbour:
    """An entry near to another: its number on the map, where it is, how many metres it is away, and that in words."""

    number: int
    entry: Entry
    lat: float
    lon: float
    metres: float
    away: str


class Location:
    """Where an entry is by one of its Location fields."""

    def __init__(self, entry: Entry, field: Field, point: Point) -> None:
        self._entry = entry
        self._field = field
        self._point = point

    @property
    def id(self) -> str:
        """The field's id."""
        return self._field.id

    @property
    def name(self) -> str:
        """What the field is called."""
        return called(view_of(self._entry), self._field.name)

    @property
    def lat(self) -> float:
        """The latitude in degrees."""
        return self._point.lat

    @property
    def lon(self) -> float:
        """The longitude in degrees."""
        return self._point.lon

    @property
    def url(self) -> str:
        """The address that opens a map application there."""
        return f"geo:{write_degrees(self._point.lat)},{write_degrees(self._point.lon)}"

    @cached_property
    def near(self) -> tuple[Neighbour, ...]:
        """The nearest other places, or areas for an area, the nearest first."""
        return tuple(neighbours(self._entry, self._point))

    @cached_property
    def map(self) -> Map:
        """The map of the place and its neighbours."""
        spots = [Spot(self._point, self._entry, is_current=True)]
        spots += [Spot(Point(found.lat, found.lon), found.entry, found.number) for found in self.near]
        return draw(view_of(self._entry), spots, SMALL)


def located(entry: Entry) -> Located | None:
    """Return how the entries of an entry's type are on maps; None where they are not."""
    known = content_type_of(entry) is not None
    return view_of(entry).guide.located.get(type_of(entry)) if known else None


def locations(entry: Entry) -> tuple[Location, ...]:
    """Return where an entry is, by each of its Location fields that is filled."""
    content_type = content_type_of(entry)
    fields = [field for field in content_type.fields if field.type == "Location"] if content_type is not None else []
    points = ((field, _point_in(entry, field.id)) for field in fields)
    return tuple(Location(entry, field, point) for field, point in points if point is not None)


def _point_in(entry: Entry, name: str) -> Point | None:
    return read_point(view_of(entry).answer(loaded_of(entry), name).value)


@once
def location_of(entry: Entry) -> Point | None:
    """Return where an entry is: by the first of its Location fields that is filled."""
    how = located(entry)
    points = (_point_in(entry, name) for name in how.fields) if how is not None else ()
    return next((point for point in points if point is not None), None)


def neighbours(entry: Entry, point: Point) -> Iterable[Neighbour]:
    """Yield what is nearest to a point, but for the entry itself."""
    view, how, own = view_of(entry), located(entry), loaded_of(entry).key
    if how is None or not how.fields:
        return
    layer, locale = layer_of(how), view.locale
    window = view.library.places.window_for(layer, locale, point, NEAR + 1)
    question = questions.nearest(layer, str(window), locale, NEAR + 1, f"{point.lat}/{point.lon}")
    rows = [row for row in view.ask(question) or () if row[0] != own][:NEAR]
    found = zip(view.library.items.load_all([key for key, *_ in rows]), rows, strict=True)
    for number, (loaded, (_, lat, lon)) in enumerate(found, 1):
        metres = distance(point, Point(lat, lon))
        yield Neighbour(number, view.known(loaded), lat, lon, metres, spoken_distance(view, metres))


def map_of(things: Any) -> Map | None:
    """Return the map of those of some entries that are somewhere, numbered in their order; None where none is."""
    spots: list[Spot] = []
    for thing in things if isinstance(things, Iterable) else ():
        if isinstance(thing, Entry) and (point := location_of(thing)) is not None:
            spots.append(Spot(point, thing, len(spots) + 1))
    return draw(view_of(spots[0].entry), spots, WIDE) if spots else None


def area_of(entry: Entry) -> Entry | None:
    """Return the entry of the area in which an entry lies; None for none."""
    return _linked(entry, located(entry), "area")


def category_of(entry: Entry) -> Entry | None:
    """Return the entry that says of which kind an entry is; None for none."""
    return _linked(entry, located(entry), "category")


def _linked(entry: Entry, how: Located | None, name: str) -> Entry | None:
    field = getattr(how, name) if how is not None else ""
    value = read_field(entry, field)[0] if field else None
    return value if isinstance(value, Entry) else None
