"""Walks: entries with an ordered list of places, as the content model shows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from exporter.core.cached_property import cached_property
from exporter.maps.points import distance
from exporter.render.maps.drawing import WIDE, Map, Spot, draw, spoken_distance
from exporter.render.maps.files import PlaceFile, walk_files
from exporter.render.maps.places import located, location_of
from exporter.render.view.view import Entry, read_field, view_of

if TYPE_CHECKING:
    from exporter.maps.points import Point


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of a walk: its number and entry, where it is, how far the stop before it is in metres and in words.

    `away` is empty for the first stop.
    """

    number: int
    entry: Entry
    lat: float
    lon: float
    metres: float
    away: str


class Walk:
    """A walk: its stops that are somewhere, how long it is as the crow flies from stop to stop, its map."""

    def __init__(self, entry: Entry, spots: list[tuple[Entry, Point]]) -> None:
        self._entry = entry
        self._spots = spots

    @property
    def field(self) -> str:
        """The id of the field that holds the stops."""
        how = located(self._entry)
        return how.stops if how is not None else ""

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The stops in their order."""
        view = view_of(self._entry)
        metres = [0.0, *(distance(one, other) for (_, one), (_, other) in pairwise(self._spots))]
        return tuple(
            Stop(number, entry, *point, far, spoken_distance(view, far) if number > 1 else "")
            for number, ((entry, point), far) in enumerate(zip(self._spots, metres, strict=True), 1)
        )

    @property
    def metres(self) -> float:
        """The length of the whole walk in metres."""
        return [*accumulate(stop.metres for stop in self.stops)][-1]

    @property
    def length(self) -> str:
        """The same in words."""
        return spoken_distance(view_of(self._entry), self.metres)

    @property
    def files(self) -> tuple[PlaceFile, ...]:
        """The files with the stops."""
        return walk_files(self._entry)

    @cached_property
    def map(self) -> Map:
        """The map of the stops and the line through them."""
        spots = [Spot(point, entry, number) for number, (entry, point) in enumerate(self._spots, 1)]
        return draw(view_of(self._entry), spots, WIDE, joined=True)


def walk_of(entry: Entry) -> Walk | None:
    """Return the walk that an entry is; None for any other entry, and where no two of its stops are somewhere."""
    how = located(entry)
    value = read_field(entry, how.stops)[0] if how is not None and how.stops else None
    entries = [thing for thing in value if isinstance(thing, Entry)] if isinstance(value, tuple) else []
    spots = [(thing, point) for thing in entries if (point := location_of(thing)) is not None]
    return Walk(entry, spots) if len(spots) > 1 else None
