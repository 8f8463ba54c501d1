"""What the files of places hold: the places of a list, or the stops of a walk, as map applications read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.cached_property import cached_property
from exporter.core.url_names import quoted_url
from exporter.guide.library import questions
from exporter.guide.pages.urls import places_of
from exporter.maps.points import Point, write_degrees
from exporter.render.maps.walks import walk_of
from exporter.render.view.fields import title_of
from exporter.render.view.lists import ListView
from exporter.render.view.view import loaded_of

if TYPE_CHECKING:
    from exporter.render.view.view import Entry, View


class Waypoint:
    """A place in such a file: its number, its id, what it is called, where it is, in degrees.

    `url` is the absolute address of its page, empty without a base_url.
    """

    __slots__ = ("_key", "_view", "lat", "lon", "name", "number", "url")

    def __init__(self, view: View, key: str, number: int, name: str, point: Point, url: str) -> None:
        self._view = view
        self._key = key
        self.number = number
        self.name = name
        self.lat, self.lon = map(write_degrees, point)
        self.url = url

    @property
    def id(self) -> str:
        """The id of its entry."""
        return self._key.partition(":")[2]

    @property
    def entry(self) -> Entry:
        """Its entry, which is loaded when a template asks for it: a file of all places need not read one of them."""
        found: Entry = self._view.known(self._view.library.items.load(self._key))
        return found


class Waypoints:
    """What a file of places holds: the places of a list, of all lists, or the stops of a walk (`is_walk`)."""

    def __init__(self, view: View, entry: Entry | None) -> None:
        self._view = view
        self._entry = entry

    @property
    def is_walk(self) -> bool:
        """Whether they are the stops of a walk, in their order."""
        return self._entry is not None

    @property
    def title(self) -> str:
        """What the walk or the list is called, empty for all places."""
        if self._entry is not None:
            return title_of(self._entry)
        return ListView(self._view, self._view.page.type_id).title if self._view.page.type_id else ""

    @cached_property
    def places(self) -> tuple[Waypoint, ...]:
        """The places."""
        if self._entry is not None:
            walk = walk_of(self._entry)
            stops = walk.stops if walk is not None else ()
            return tuple(self._waypoint(stop.entry, stop.number, stop.lat, stop.lon) for stop in stops)
        view, list_id = self._view, self._view.page.type_id
        types = (list_id,) if list_id else places_of(view.guide)
        rows = [row for type_id in types for row in view.ask(questions.list_points(type_id, view.locale))]
        return tuple(
            Waypoint(view, key, number, title, Point(lat, lon), self._absolute(url))
            for number, (key, title, lat, lon, url) in enumerate(rows, 1)
        )

    def _waypoint(self, entry: Entry, number: int, lat: float, lon: float) -> Waypoint:
        page = self._view.page_of(loaded_of(entry))
        url = self._absolute(page[1] if page is not None else "")
        return Waypoint(self._view, loaded_of(entry).key, number, title_of(entry), Point(lat, lon), url)

    @cached_property
    def _base(self) -> str:
        return self._view.ask(questions.site_value("base_url")) or ""

    def _absolute(self, url: str) -> str:
        """Return the absolute address of a page, "" if there is none or site.yaml has no base_url."""
        return f"{self._base}{quoted_url(url)}" if self._base and url else ""
