"""What the files of places hold: the places of a list, or the stops of a walk, as map applications read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.cached_property import cached_property
from exporter.core.url_names import quoted_url
from exporter.guide.library import questions
from exporter.guide.pages.urls import places_of
from exporter.maps.points import write_degrees
from exporter.render.maps.walks import walk_of
from exporter.render.view.fields import title_of
from exporter.render.view.lists import ListView
from exporter.render.view.view import Entry, loaded_of

if TYPE_CHECKING:
    from exporter.render.view.view import View


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A place in such a file: its entry and its number, its id, what it is called, where it is, in degrees.

    `url` is the absolute address of its page, empty without a base_url.
    """

    entry: Entry
    number: int
    id: str
    name: str
    lat: str
    lon: str
    url: str


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
        entries = map(view.known, view.library.items.load_all([key for key, *_ in rows]))
        return tuple(
            Waypoint(entry, number, _id(key), title, write_degrees(lat), write_degrees(lon), absolute(view, url))
            for number, (entry, (key, title, lat, lon, url)) in enumerate(zip(entries, rows, strict=True), 1)
        )

    def _waypoint(self, entry: Entry, number: int, lat: float, lon: float) -> Waypoint:
        page = self._view.page_of(loaded_of(entry))
        url = absolute(self._view, page[1]) if page is not None else ""
        identifier, degrees = _id(loaded_of(entry).key), (write_degrees(lat), write_degrees(lon))
        return Waypoint(entry, number, identifier, title_of(entry), *degrees, url)


def _id(key: str) -> str:
    return key.partition(":")[2]


def absolute(view: View, url: str) -> str:
    """Return the absolute address of a page, "" if there is none or site.yaml has no base_url."""
    base = view.ask(questions.site_value("base_url"))
    return f"{base}{quoted_url(url)}" if base and url else ""
