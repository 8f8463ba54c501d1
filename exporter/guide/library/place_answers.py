"""Answers to questions about places: which are nearest to a point, and where the entries of a list are.

What is nearest is asked of a window (`exporter/maps/windows.py`), so that a place that moves concerns the pages that
asked of its surroundings before and after, and no others. The answer says where the entries are, so that a page need
not read it of each of them.
"""

from __future__ import annotations

import heapq
from math import dist
from typing import TYPE_CHECKING, TypeAlias

from exporter.guide.index.subjects import near_subject, points_subjects, subject_number
from exporter.maps.points import Point
from exporter.maps.windows import LEVELS, Window, on_sphere, reach, window_at, windows_around

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex

_MOST_WINDOWS = 500
"""Windows whose points stay in memory for the pages that follow."""
_MANY_PLACES = 100
"""Places from which on it is quicker to look at all subjects that pages read than for each window by itself."""
_MOST_POINTS = 64
"""Points of a window from which on a smaller one is looked into."""
_FIRST_LEVEL = LEVELS.index(14)
"""The level with which a search begins: windows of some 4 km."""


_Row: TypeAlias = tuple[str, float, float]
"""An entry's key, latitude and longitude."""
_Placed: TypeAlias = tuple[tuple[float, float, float], str, float, float]
"""Where an entry is on a sphere with the radius 1, and its row."""


class PlaceAnswers:
    """Answers the questions about places out of the index."""

    def __init__(self, index: GuideIndex) -> None:
        self._index = index
        self._points: dict[tuple[str, str, Window], list[_Placed]] = {}
        self._level = _FIRST_LEVEL
        self._last: tuple[tuple[str, str, Window, Point, int] | None, list[_Row] | None] = None, None

    def window_for(self, layer: str, locale: str, point: Point, number: int) -> Window:
        """Return a window in which the points that are nearest to one are found for certain, and few others.

        Which one is taken makes no difference to the answer, so it is no read: the search begins with the level of the
        one before, as places that are looked for one after another mostly lie in the same town.
        """
        level, too_small = self._level, False
        while level:
            window = window_at(point, LEVELS[level])
            if self._nearest(layer, locale, window, point, number) is None:
                level, too_small = level - 1, True
            elif too_small or level + 1 == len(LEVELS) or len(self._within(layer, locale, window)) <= _MOST_POINTS:
                break
            else:
                level += 1
        self._level = level or _FIRST_LEVEL
        return window_at(point, LEVELS[level])

    def near(self, rest: str, argument: str) -> Json:
        """Return key, latitude and longitude of what is nearest; None where the window is too small to know."""
        layer, level, column, row = rest.split("/")
        locale, number, lat, lon = argument.split("/")
        window = Window(int(level), int(column), int(row))
        return self._nearest(layer, locale, window, Point(float(lat), float(lon)), int(number))

    def points(self, list_id: str, argument: str) -> Json:
        """Return the entries of a list that are somewhere: key, title, latitude, longitude, address.

        Without a list, return how many places there are.
        """
        if not list_id:
            return self._index.points.count(*argument.split("/"))
        rows = self._index.points.of_list(list_id, argument)
        urls = self._index.pages.addresses([key for key, *_ in rows])
        return [(*row, urls.get(row[0], {}).get(argument, "")) for row in rows]

    def _nearest(self, layer: str, locale: str, window: Window, point: Point, number: int) -> list[_Row] | None:
        asked = layer, locale, window, point, number
        if self._last[0] != asked:
            self._last = asked, self._find_nearest(layer, locale, window, point, number)
        return self._last[1]

    def _find_nearest(self, layer: str, locale: str, window: Window, point: Point, number: int) -> list[_Row] | None:
        here = on_sphere(point)
        away = [(dist(here, there), key, lat, lon) for there, key, lat, lon in self._within(layer, locale, window)]
        found = heapq.nsmallest(number, away) if len(away) > _MOST_POINTS else sorted(away)[:number]
        if window.level and (len(found) < number or found[-1][0] > reach(point, window)):
            return None
        return [row[1:] for row in found]

    def _within(self, layer: str, locale: str, window: Window) -> list[_Placed]:
        asked = layer, locale, window
        if asked not in self._points:
            if len(self._points) > _MOST_WINDOWS:
                self._points.clear()
            found = self._index.points.within(layer, locale, window)
            self._points[asked] = [(on_sphere(point), key, *point) for key, point in found]
        return self._points[asked]


def concerned(index: GuideIndex, places: Iterable[tuple[str, float, float]], shifted: Iterable[str]) -> set[str]:
    """Return the subjects of questions about places that may have other answers now.

    `places` are where entries came or went: layer, latitude, longitude; `shifted` are the keys of entries whose
    addresses changed.
    """
    if index.reads.is_empty():
        return set()
    placed = list(places)
    found = {near_subject(layer, window) for layer, *point in placed for window in windows_around(Point(*point))}
    if len(placed) > _MANY_PLACES:
        asked = index.reads.subjects()
        found = {subject for subject in found if subject_number(subject) in asked}
    facts = (index.items.facts_of(key) for key in shifted)
    lists = (points_subjects(of.type, (name for name, *_ in of.lists)) for of in facts if of is not None and of.points)
    return found.union(*lists)
