"""Places as map applications read them: GPX, KML and GeoJSON of lists, of walks and of all places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastkml
import gpx
import pytest
from lxml import etree

from tests.support.places import LAT, LON, at, place, put_places, spot
from tests.support.steps import setting, step

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

SCHEMA = Path(fastkml.__file__).parent / "schema/ogckml22.xsd"
ODD = 'Tom & "Jerry" <b>\x07 ]]> שלום'
"""A name with what XML and JSON have to escape, and a control character that no XML may hold."""


@pytest.fixture
def places(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with an address, a list of its own, and places with odd names and positions."""
    put_places(space, 8)
    space.put(place(3, at(-0.00001, -179.99999), title=ODD, summary="One & two."))
    setting(guide, "base_url: https://guide.example.org/lisbon\nlists: {kinds: {type: place, by: category}}\n")
    guide.build()
    return guide


def files(guide: Guide, ending: str) -> dict[str, bytes]:
    found = {path: data for path, data in guide.files("site").items() if path.endswith(f".{ending}")}
    assert {"site/map/places", "site/map/walk/round", "site/map/list/kinds", "site/map/list/kinds/c0"} <= {
        path.removesuffix(f".{ending}") for path in found
    }
    assert f"site/de-DE/map/places.{ending}" in found
    return found


def test_gpx_is_valid_and_holds_the_places(places: Guide) -> None:
    for path, data in files(places, "gpx").items():
        checked = gpx.validate(data.decode())
        assert (checked.is_valid, list(checked.issues)) == (True, []), path
        read = gpx.from_string(data.decode())
        names = [waypoint.name for waypoint in read.wpt]
        if path == "site/map/places.gpx":
            assert len(names) == 8
            assert ODD.replace("\x07", "") in names
            (odd,) = (waypoint for waypoint in read.wpt if waypoint.name == ODD.replace("\x07", ""))
            assert (float(odd.lat), float(odd.lon), odd.desc) == (-0.00001, -179.99999, "One & two.")
            assert [link.href for link in odd.link] == ["https://guide.example.org/lisbon/place/p3/"]


def test_gpx_of_a_walk_has_its_stops_and_its_route_in_order(places: Guide) -> None:
    read = gpx.from_string(files(places, "gpx")["site/map/walk/round.gpx"].decode())
    assert [waypoint.name for waypoint in read.wpt] == ["Place 00", "Place 01", "Place 07"]
    (route,) = read.rte
    assert [(float(point.lat), float(point.lon)) for point in route.rtept] == [
        (spot(number)["lat"], spot(number)["lon"]) for number in (0, 1, 7)
    ]


def test_kml_is_valid_and_has_longitude_first(places: Guide) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for path, data in files(places, "kml").items():
        document = etree.fromstring(data)
        assert schema.validate(document), (path, schema.error_log)
    walk = etree.fromstring(files(places, "kml")["site/map/walk/round.kml"])
    space = {"k": "http://www.opengis.net/kml/2.2"}
    (first, *_) = walk.findall(".//k:Point/k:coordinates", space)
    (line,) = walk.findall(".//k:LineString/k:coordinates", space)
    assert first.text == f"{LON},{LAT}".replace("-9.20", "-9.2").replace("38.70", "38.7")
    assert len((line.text or "").split()) == 3


def test_geojson_has_longitude_first_and_only_what_its_standard_names(places: Guide) -> None:
    for data in files(places, "geojson").values():
        found = json.loads(data)
        assert (found["type"], set(found)) == ("FeatureCollection", {"type", "name", "features"})
        for feature in found["features"]:
            assert feature["type"] == "Feature"
            for lon, lat in positions(feature["geometry"]):
                assert abs(lon) <= 180
                assert abs(lat) <= 90
    everything = json.loads(files(places, "geojson")["site/map/places.geojson"])
    by_id = {feature["id"]: feature for feature in everything["features"]}
    assert by_id["p0"]["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}
    assert by_id["p3"]["geometry"]["coordinates"] == [-179.99999, -0.00001]
    assert by_id["p3"]["properties"]["name"] == ODD.replace("\x07", "")
    walk = json.loads(files(places, "geojson")["site/map/walk/round.geojson"])
    assert walk["features"][-1]["geometry"]["coordinates"][0] == [LON, LAT]


def positions(geometry: dict[str, Any]) -> list[list[float]]:
    found = geometry["coordinates"]
    return [found] if geometry["type"] == "Point" else list(found)


def test_pages_link_to_their_files(places: Guide) -> None:
    linked = {
        "/place/": "../map/places.gpx",
        "/kinds/": "../map/list/kinds.kml",
        "/kinds/c0/": "../../map/list/kinds/c0.gpx",
        "/walk/round/": "../../map/walk/round.geojson",
        "/map/": "places.gpx",
    }
    for url, href in linked.items():
        assert f'<a href="{href}"' in places.page(url), url
    assert ".gpx" not in places.page("/category/c0/")


def test_moved_place_renews_the_files_that_hold_it_and_no_others(places: Guide, space: SpaceFiles) -> None:
    before = {path: data for ending in ("gpx", "kml", "geojson") for path, data in files(places, ending).items()}
    space.put(place(2, at(40, -8), 2))
    step(places)
    after = {path: data for ending in ("gpx", "kml", "geojson") for path, data in files(places, ending).items()}
    changed = {path.rpartition(".")[0] for path, data in after.items() if before[path] != data}
    both = ("site/map/places", "site/map/list/kinds", "site/map/list/kinds/c0")
    assert changed == {*both, *(path.replace("site/", "site/de-DE/") for path in both)}


def test_address_of_a_place_is_renewed_in_the_files(places: Guide, space: SpaceFiles) -> None:
    space.put(place(2, revision=2, slug="elsewhere"))
    step(places)
    assert b"/lisbon/place/elsewhere/" in files(places, "gpx")["site/map/places.gpx"]
