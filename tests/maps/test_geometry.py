"""Distances, projections, windows and labels, against geographiclib and by brute force."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from geographiclib.geodesic import Geodesic  # type: ignore[import-untyped] # it has no type hints
from hypothesis import given
from hypothesis import strategies as st

from exporter.maps.hulls import hull
from exporter.maps.labels import PIN, SIZE, Box, Label, place_labels, text_width
from exporter.maps.points import Point, distance, read_point
from exporter.maps.projection import Shape, fit, scale_bar
from exporter.maps.windows import (
    LEVELS,
    cell_of,
    cells_of,
    on_sphere,
    reach,
    window_at,
    windows_around,
)

POINTS = st.builds(Point, st.floats(-90, 90, allow_subnormal=False), st.floats(-180, 180, allow_subnormal=False))
IN_TOWN = st.builds(Point, st.floats(38.69, 38.79), st.floats(-9.23, -9.09))
SHAPE = Shape(400, 220, 400, 30)


@given(POINTS, POINTS)
def test_distances_agree_with_geographiclib_to_half_a_percent(one: Point, other: Point) -> None:
    exact = Geodesic.WGS84.Inverse(one.lat, one.lon, other.lat, other.lon)["s12"]
    assert distance(one, other) == pytest.approx(exact, rel=0.005, abs=0.01)


@given(IN_TOWN, IN_TOWN)
def test_distances_in_a_town_agree_to_a_thousandth(one: Point, other: Point) -> None:
    exact = Geodesic.WGS84.Inverse(one.lat, one.lon, other.lat, other.lon)["s12"]
    assert distance(one, other) == pytest.approx(exact, rel=0.001, abs=0.01)
    assert distance(one, other) == distance(other, one)


NO_POINTS: list[object] = [
    *(None, [], "38,-9", {}, {"lat": 38}, {"lat": "38", "lon": 1}, {"lat": True, "lon": 1}, {"lat": 91, "lon": 0}),
    *({"lat": 0, "lon": 180.5}, {"lat": math.nan, "lon": 0}, {"lat": math.inf, "lon": 0}, {"lat": 10**400, "lon": 0}),
]


@pytest.mark.parametrize("value", NO_POINTS)
def test_value_that_is_no_place_on_earth_is_no_point(value: object) -> None:
    assert read_point(value) is None


@given(st.lists(IN_TOWN, min_size=2, max_size=12))
def test_positions_on_a_map_are_true_to_scale(points: list[Point]) -> None:
    frame = fit(points, SHAPE)
    spots = [frame.place(point) for point in points]
    assert all(-1e-6 <= x <= frame.width + 1e-6 and -1e-6 <= y <= frame.height + 1e-6 for x, y in spots)
    for (one, at), (other, there) in combinations(zip(points, spots, strict=True), 2):
        assert math.dist(at, there) * frame.metres == pytest.approx(distance(one, other), rel=0.005, abs=0.5)


@given(st.lists(POINTS, min_size=1, max_size=12))
def test_every_point_is_on_its_map_wherever_on_earth(points: list[Point]) -> None:
    frame = fit(points, SHAPE)
    for point in points:
        x, y = frame.place(point)
        assert -0.01 <= x <= frame.width + 0.01
        assert -0.01 <= y <= frame.height + 0.01


def test_map_across_the_date_line_keeps_neighbours_together() -> None:
    frame = fit([Point(-16.9, 179.9), Point(-16.9, -179.9)], SHAPE)
    assert frame.metres * frame.width < 100_000


@given(st.lists(IN_TOWN, min_size=1, max_size=5))
def test_scale_bar_has_a_round_length_and_fits(points: list[Point]) -> None:
    frame = fit(points, SHAPE)
    bar = scale_bar(frame)
    assert bar is not None
    assert str(int(bar.metres)).rstrip("0") in ("1", "2", "5")
    assert 0.1 * frame.width < bar.width < 0.3 * frame.width


def test_map_of_half_the_earth_has_no_scale_bar() -> None:
    assert scale_bar(fit([Point(0, 0), Point(40, 90)], SHAPE)) is None


@given(POINTS)
def test_point_lies_in_the_windows_around_it_and_in_no_other_of_its_levels(point: Point) -> None:
    cell = cell_of(point)
    around = list(windows_around(point))
    assert len(around) == 1 + 4 * (len(LEVELS) - 1)
    for window in around:
        assert any(first <= cell < end for first, end in cells_of(window))
    assert {window_at(point, level) for level in LEVELS} <= set(around)


@given(POINTS, POINTS)
def test_window_holds_everything_that_it_reaches(middle: Point, other: Point) -> None:
    chord, cell = math.dist(on_sphere(middle), on_sphere(other)), cell_of(other)
    for level in LEVELS:
        window = window_at(middle, level)
        if chord < reach(middle, window) - 1e-12:
            assert any(first <= cell < end for first, end in cells_of(window))


@given(IN_TOWN, st.sampled_from(LEVELS[1:]))
def test_window_reaches_at_least_half_a_square_around_its_place(point: Point, level: int) -> None:
    metres = reach(point, window_at(point, level)) * 6_371_000
    assert metres >= 0.49 * 40_030_000 / 2**level * math.cos(math.radians(38.8)) * 0.98


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_hull_holds_every_spot_and_turns_one_way(spots: list[tuple[int, int]]) -> None:
    corners = hull([(float(x), float(y)) for x, y in spots])
    assert set(corners) <= {(float(x), float(y)) for x, y in spots}
    if len(corners) > 2:
        sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
        for x, y in spots:
            assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for (ax, ay), (bx, by) in sides)


def box_of(label: Label) -> Box:
    width = text_width(label.text)
    left = label.x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
    return Box(left, label.y - SIZE * 0.8, left + width, label.y + SIZE * 0.2)


def overlap(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return across > 1e-6 and down > 1e-6


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 260)), max_size=40), st.text(max_size=20))
def test_labels_cover_no_pin_and_no_other_label(pins: list[tuple[float, float]], name: str) -> None:
    texts = [(f"{number} {name}", str(number)) for number in range(len(pins))]
    labels = place_labels(pins, texts, 400, 260, [Box(0, 240, 100, 260)])
    boxes = [box_of(label) for label in labels if label is not None]
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    circles = [Box(x - PIN, y - PIN, x + PIN, y + PIN) for x, y in pins]
    assert not any(overlap(box, other) for box in boxes for other in (*circles, Box(0, 240, 100, 260)))
    assert all(box.left >= -1e-6 and box.right <= 400 + 1e-6 for box in boxes)


def test_pin_without_room_for_its_name_keeps_its_number_and_then_stands_alone() -> None:
    crowd = [(30.0 + 11 * (number % 4), 30.0 + 11 * (number // 4)) for number in range(16)]
    labels = place_labels(crowd, [("a long name", "1")] * 16, 100, 100)
    assert {label.text for label in labels if label is not None} >= {"1"}
    assert None in labels
