"""The outline below maps: a GeoJSON file of the guide's owner."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from exporter.maps.outline import draw_outline, read_outline
from exporter.scaffold.answers import Answers
from exporter.scaffold.plan import plan_files
from tests.conftest import DEMO
from tests.support.places import LAT, LON, put_places
from tests.support.steps import from_nothing, setting, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conftest import Guide, SpaceFiles

RIVER = [[LON - 1, LAT], [LON + 1, LAT], [LON + 1, LAT - 1], [LON - 1, LAT]]
FAR = [[10, 10], [11, 10], [11, 11], [10, 10]]


def polygon(*rings: Sequence[Sequence[object]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def put_outline(guide: Guide, value: object) -> None:
    file = guide.root / "templates/static/river.geojson"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())


@pytest.fixture
def places(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of some places with an outline, not built yet."""
    put_places(space, 8)
    setting(guide, "maps: {outline: river.geojson}\n")
    return guide


def test_outline_is_one_file_that_maps_share(places: Guide) -> None:
    put_outline(places, {"type": "Feature", "properties": None, "geometry": polygon(RIVER)})
    places.build()
    assert b'<path fill="#4f93c4"' in places.files("site")["site/map/outline.svg"]
    assert '<image href="../../map/outline.svg"' in places.page("/place/p0/")
    assert '<image href="outline.svg"' in places.page("/map/")
    assert "outline.svg" not in places.page("/category/c0/").split("<svg")[0]


def test_outline_that_a_map_does_not_reach_is_not_on_it(places: Guide) -> None:
    put_outline(places, polygon(FAR))
    places.build()
    assert "<image" not in places.page("/place/p0/")


def test_edited_outline_renews_what_shows_it(places: Guide) -> None:
    put_outline(places, polygon(FAR))
    places.build()
    put_outline(places, polygon(RIVER))
    found = step(places)
    assert "/place/p0/" in found.written
    assert "/" not in found.written
    assert places.files("site") == from_nothing(places)


HOSTILE: dict[str, object] = {
    "is no JSON": b"{",
    "is no JSON: ": b"[" * 100_000,
    "is no GeoJSON: expected": [1, 2],
    "the type 'Topology'": {"type": "Topology"},
    "no line and no area": {"type": "FeatureCollection", "features": []},
    "no line and no area: ": {"type": "Point", "coordinates": [0, 0]},
    "without a list of members": {"type": "FeatureCollection", "features": 3},
    "fewer than 4 positions": polygon([[0, 0], [1, 1], [0, 0]]),
    "fewer than 2 positions": {"type": "LineString", "coordinates": []},
    "longitude comes first": polygon([[0, 100], [1, 1], [2, 2], [0, 100]]),
    "[longitude, latitude]": polygon([[0, "<script>"], [1, 1], [2, 2], [0, 0]]),
    "[longitude, latitude] but": {"type": "LineString", "coordinates": [[1], [2]]},
    "which is not on Earth": b'{"type": "LineString", "coordinates": [[1e99, 1], [2, 2]]}',
    "without coordinates": {"type": "MultiPolygon", "coordinates": {"a": 1}},
    "positions: simplify": {"type": "LineString", "coordinates": [[1, 1]] * 50_001},
    "MB: simplify": b" " * 2_000_001,
}


@pytest.mark.parametrize("sentence", HOSTILE)
def test_file_that_is_no_outline_ends_the_build_with_one_sentence(places: Guide, sentence: str) -> None:
    put_outline(places, HOSTILE[sentence])
    outcome = places.run("build")
    assert outcome.code == 2
    assert sentence.rstrip(": ") in outcome.err
    assert "river.geojson" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (places.root / "site/index.html").exists()


def test_file_that_is_not_there_is_named_with_its_line(places: Guide) -> None:
    outcome = places.run("build")
    assert outcome.code == 2
    assert "maps.outline: there is no " in outcome.err


def test_nested_geometries_lines_and_holes_are_drawn() -> None:
    hole = [[1, 1], [2, 1], [2, 2], [1, 1]]
    around = [[0, 0], [4, 0], [4, 4], [0, 0]]
    line = {"type": "MultiLineString", "coordinates": [[[0, 0], [4, 2]]]}
    value = {"type": "GeometryCollection", "geometries": [polygon(around, hole), line, {"type": "Point"}]}
    sheet = draw_outline(read_outline(json.dumps(value).encode()))
    assert (sheet.width, sheet.height) == (10_000, 10_000)
    assert [(path.filled, path.d) for path in sheet.paths] == [
        (True, "M0 10000l10000 0l0 -10000l-10000 10000zM2500 7500l2500 0l0 -2500l-2500 2500z"),
        (False, "M0 10000l10000 -5000"),
    ]


def test_no_place_of_the_demo_lies_in_its_river() -> None:
    files = plan_files(Answers(), None)
    (river,) = read_outline(files["templates/static/river.geojson"].encode())
    (ring,) = river.rings
    places = [json.loads(file.read_text("utf-8")) for file in sorted(DEMO.glob("entries/place/*.json"))]
    assert len(places) > 50
    for place in places:
        point = place["fields"]["location"]["en-US"]
        crossed = sum(
            (one.lat > point["lat"]) != (other.lat > point["lat"])
            and point["lon"] < one.lon + (point["lat"] - one.lat) / (other.lat - one.lat) * (other.lon - one.lon)
            for one, other in pairwise(ring)
        )
        assert crossed % 2 == 0, place["sys"]["id"]
