"""What is nearest to a point, out of windows: the same as by looking at all points."""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import ItemFacts, NewItem
from exporter.guide.index.subjects import near_subject
from exporter.guide.library.place_answers import PlaceAnswers, concerned
from exporter.maps.points import Point
from exporter.maps.windows import Window, on_sphere, windows_around

if TYPE_CHECKING:
    from exporter.core.encoding import Json

LAYER, LOCALE, NUMBER = "places", "en", 3
ANYWHERE = st.builds(Point, st.floats(-90, 90, allow_subnormal=False), st.floats(-180, 180, allow_subnormal=False))
SPOTS = st.sampled_from([Point(0, 180), Point(0, -180), Point(90, 0), Point(-90, 7), Point(38.7, -9.1)])
NEAR_TO_ONE = st.builds(
    lambda spot, north, east: Point(max(-90, min(90, spot.lat + north)), max(-180, min(180, spot.lon + east))),
    SPOTS,
    st.floats(-0.01, 0.01),
    st.floats(-0.01, 0.01),
)
POINTS = st.lists(ANYWHERE | SPOTS | NEAR_TO_ONE, min_size=1, max_size=60)


def fill(index: GuideIndex, points: list[Point]) -> None:
    rows = []
    for number, point in enumerate(points):
        facts = ItemFacts(f"entry:{number:03}", "place", points=((LAYER, LOCALE, *point, "A place"),))
        rows.append(NewItem(f"entries/place/{number}.json", 1, b"", facts, b""))
    index.put_items(rows)


def ask(answers: PlaceAnswers, point: Point) -> tuple[Window, Json]:
    window = answers.window_for(LAYER, LOCALE, point, NUMBER)
    return window, answers.near(*asked(window, point))


def asked(window: Window, point: Point) -> tuple[str, str]:
    return f"{LAYER}/{window}", f"{LOCALE}/{NUMBER}/{point.lat}/{point.lon}"


@given(POINTS, ANYWHERE | SPOTS)
def test_nearest_are_those_that_a_look_at_all_points_finds(points: list[Point], further: Point) -> None:
    with closing(GuideIndex(None)) as index:
        fill(index, points)
        answers = PlaceAnswers(index)
        for middle in (*points, further):
            here = on_sphere(middle)
            away = sorted((math.dist(here, on_sphere(point)), f"entry:{n:03}") for n, point in enumerate(points))
            window, found = ask(answers, middle)
            assert found is not None
            assert [key for key, *_ in found] == [key for _, key in away[:NUMBER]]
            assert window in set(windows_around(middle))


@given(POINTS, st.data())
def test_point_that_comes_concerns_every_place_that_it_is_near_to(points: list[Point], data: st.DataObject) -> None:
    new = data.draw(ANYWHERE | NEAR_TO_ONE)
    with closing(GuideIndex(None)) as index, closing(GuideIndex(None)) as later:
        fill(index, points)
        fill(later, [*points, new])
        windows = [(ask(PlaceAnswers(index), middle)[0], number) for number, middle in enumerate(points, 2)]
        index.reads.insert([(1, b"")], [(near_subject(LAYER, window), number) for window, number in windows])
        subjects = concerned(index, [(LAYER, *new)] * data.draw(st.sampled_from([1, 101])), [])
        after = PlaceAnswers(later)
        for middle, (window, _) in zip(points, windows, strict=True):
            found = PlaceAnswers(index).near(*asked(window, middle))
            if after.near(*asked(window, middle)) != found:
                assert near_subject(LAYER, window) in subjects
