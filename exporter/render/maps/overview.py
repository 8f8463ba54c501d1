"""All places of the guide: by category, on one map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.cached_property import cached_property
from exporter.guide.library import questions
from exporter.guide.pages.urls import overview_url, places_of
from exporter.guide.schema.type_traits import PLACES
from exporter.maps.outline import Path, Sheet
from exporter.maps.points import Point
from exporter.maps.projection import Shape
from exporter.render.maps.drawing import MOST_PINS, Map, Spot, draw, draw_many
from exporter.render.maps.files import PlaceFile, list_files
from exporter.render.maps.places import area_of, category_of
from exporter.render.view.fields import type_name
from exporter.render.view.referrers import sort_entries
from exporter.render.view.type_links import TypeLink
from exporter.render.view.view import Entry, loaded_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.render.view.view import View

_SHAPE = Shape(400, 260, 520, 32)
_SKETCH = Shape(400, 300, 300, 24)
_KINDS = 8
"""Kinds of pins; those of further groups look like the first ones."""


class Numbered(NamedTuple):
    """An entry with its number on the map."""

    number: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """The places of a category, which is an `entry`, or of a content type, of which title and address are given.

    `kind` is the number of its kind of pin. On a map of very many places, `places` are left out.
    """

    title: str
    url: str
    kind: int
    count: int
    places: tuple[Numbered, ...]
    entry: Entry | None


class Overview:
    """All places of the guide in the page's language."""

    def __init__(self, view: View) -> None:
        self._view = view

    @property
    def picture(self) -> str:
        """The relative address of the drawing of all places."""
        return self._view.link(overview_url(self._view.guide, self._view.locale))

    @property
    def outline(self) -> Sheet | None:
        """The drawing of the guide's own outline; None if it has none."""
        answer = self._view.ask(questions.site_value("outline_sheet"))
        return Sheet(answer[0], answer[1], tuple(Path(*path) for path in answer[2])) if answer is not None else None

    @property
    def files(self) -> tuple[PlaceFile, ...]:
        """The files with all places."""
        return list_files(self._view, "")

    @property
    def count(self) -> int:
        """How many places there are."""
        return self._view.ask(questions.place_count(PLACES, self._view.locale))

    @cached_property
    def _rows(self) -> dict[str, list[tuple[str, Point]]]:
        """Key and place of each entry, by content type."""
        view = self._view
        rows = {type_id: view.ask(questions.list_points(type_id, view.locale)) for type_id in places_of(view.guide)}
        return {type_id: [(key, Point(lat, lon)) for key, _, lat, lon, _ in found] for type_id, found in rows.items()}

    @cached_property
    def groups(self) -> tuple[PlaceGroup, ...]:
        """The places by category, numbered; places without one by their content type."""
        view, categories, types = self._view, dict[Entry, list[Entry]](), dict[str, list[Entry]]()
        rows = {type_id: found for type_id, found in self._rows.items() if found}
        if self.count > MOST_PINS:
            counted = enumerate(rows.items())
            return tuple(self._of_type(kind, type_id, len(found), ()) for kind, (type_id, found) in counted)
        for type_id, found in rows.items():
            for loaded in view.library.items.load_all([key for key, _ in found]):
                entry = view.known(loaded)
                category = category_of(entry)
                if category is None:
                    types.setdefault(type_id, []).append(entry)
                else:
                    categories.setdefault(category, []).append(entry)
        numbers = count(1)
        numbered = [(category, _number(numbers, categories[category])) for category in sort_entries(categories)]
        groups = [PlaceGroup("", "", kind, len(some), some, category) for kind, (category, some) in enumerate(numbered)]
        others = ((type_id, _number(numbers, entries)) for type_id, entries in types.items())
        groups += [self._of_type(len(groups), type_id, len(some), some) for type_id, some in others]
        return tuple(groups)

    def _of_type(self, kind: int, type_id: str, number: int, places: tuple[Numbered, ...]) -> PlaceGroup:
        return PlaceGroup(type_name(self._view, type_id), TypeLink(self._view, type_id).url, kind, number, places, None)

    @property
    def map(self) -> Map | None:
        """The map of all places; None where there is none."""
        return self._draw(_SHAPE)

    @property
    def sketch(self) -> Map | None:
        """The same in the shape of the picture that other pages show of it."""
        return self._draw(_SKETCH)

    def _draw(self, shape: Shape) -> Map | None:
        points = {key: point for found in self._rows.values() for key, point in found}
        if not points:
            return None
        if self.count > MOST_PINS:
            return draw_many(self._view, list(points.values()), shape)
        placed = ((group, place) for group in self.groups for place in group.places)
        spots = [
            Spot(points[loaded_of(entry).key], entry, number, area=area_of(entry), group=group.kind % _KINDS)
            for group, (number, entry) in placed
        ]
        return draw(self._view, spots, shape)


def _number(numbers: Iterator[int], entries: list[Entry]) -> tuple[Numbered, ...]:
    return tuple(Numbered(next(numbers), entry) for entry in entries)
