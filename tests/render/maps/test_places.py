"""Places on maps: what is near, walks, and which pages a moved place concerns."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from exporter.core.encoding import canonical
from exporter.maps.points import Point, distance
from tests.conftest import CATEGORY, SLUG, content_type, entry, link
from tests.support.places import COLUMNS, PLACE, STEP, at, place, put_places, showing, spot
from tests.support.steps import from_nothing, pages_of, step, template

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

NEAR = re.compile(r'<li><a href="\.\./(p\d+)/index.html">[^<]*</a> <span class="away">([^<]*)</span>')


@pytest.fixture
def places(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of 20 places on a grid, built."""
    put_places(space)
    guide.build()
    return guide


def near(guide: Guide, slug: str) -> list[str]:
    return [found[0] for found in NEAR.findall(guide.page(f"/place/{slug}/"))]


def test_near_here_are_the_places_that_are_nearest_by_distance(places: Guide) -> None:
    own = Point(**spot(7))
    others = {f"p{number}": distance(own, Point(**spot(number))) for number in range(20) if number != 7}
    found = near(places, "p7")
    assert len(found) == 6
    assert [others[name] for name in found] == sorted(others.values())[:6]
    words = NEAR.findall(places.page("/place/p7/"))
    assert {away for _, away in words} == {"870 m", "1.1 km", "1.4 km"}


def test_page_of_a_place_has_its_map_and_opens_a_map_application(places: Guide) -> None:
    page = places.page("/place/p7/")
    assert page.count('<svg class="map"') == 1
    assert page.count('class="pin here"') == 1
    assert page.count('class="pin"') == 6
    assert f'href="geo:{spot(7)["lat"]},{spot(7)["lon"]}"' in page
    assert " style=" not in page


@pytest.mark.parametrize("by", [0.0001, 0.4])
def test_moved_place_renders_the_pages_that_show_where_it_is_and_no_others(
    places: Guide, space: SpaceFiles, by: float
) -> None:
    before = showing(places, 7)
    moved = spot(7)
    space.put(place(7, at(moved["lat"] + by, moved["lon"]), 2))
    found = step(places)
    concerned = before | showing(places, 7) | {"site/place/p7/index.html"}
    assert found.rendered == len(concerned)
    assert {f"site{url}" + "index.html" * url.endswith("/") for url in found.written} <= concerned
    assert "site/place/p6/index.html" in concerned
    assert {"site/place/p19/index.html", "site/index.html", "site/article/index.html"}.isdisjoint(concerned)
    assert {"site/walk/round/index.html", "site/category/c1/index.html", "site/map/index.html"} <= concerned


def test_title_of_a_neighbour_renders_the_pages_near_it(places: Guide, space: SpaceFiles) -> None:
    space.put(place(7, revision=2, title="Another"))
    found = step(places)
    assert "/place/p6/" in found.written
    assert "/place/p19/" not in found.written


def test_place_without_location_leaves_the_maps_and_comes_back(places: Guide, space: SpaceFiles) -> None:
    first = pages_of(places)
    space.put(place(7, revision=2, location=None))
    step(places)
    assert "<svg" not in places.page("/place/p7/")
    assert "p7" not in near(places, "p6")
    space.put(place(7, revision=3))
    step(places)
    assert pages_of(places) == first


def test_random_moves_end_as_builds_from_nothing(places: Guide, space: SpaceFiles, histories_seed: int) -> None:
    chance = random.Random(histories_seed)
    for revision in range(2, 10):
        number = chance.randrange(20)
        step_of = chance.choice([0.00002, STEP, 0.3, 40])
        base = spot(number)
        where = at(max(-90, min(90, base["lat"] + chance.uniform(-1, 1) * step_of)), base["lon"] + step_of)
        before = showing(places, number)
        space.put(place(number, where if revision % 3 else spot(number), revision))
        found = step(places)
        concerned = before | showing(places, number) | {f"site/place/p{number}/index.html"}
        assert found.rendered <= len(concerned)
    assert places.files("site") == from_nothing(places)


def test_walk_has_distances_between_stops_and_in_total(places: Guide) -> None:
    page = places.page("/walk/round/")
    first = distance(Point(**spot(0)), Point(**spot(1)))
    second = distance(Point(**spot(1)), Point(**spot(7)))
    assert (round(first, -1), round(second, -2), round(first + second, -2)) == (870, 1400, 2300)
    stops = page.split('<ol class="stops">')[1].split("</ol>")[0]
    assert re.findall(r'<span class="away">([^<]*)</span>', stops) == ["870 m", "1.4 km"]
    assert "2.3 km from stop to stop" in page
    assert page.count("<polyline") == 1


def test_list_of_places_is_no_walk_where_nothing_says_that_it_is_a_way(guide: Guide, space: SpaceFiles) -> None:
    put_places(space, 3)
    targets = {"type": "Link", "linkType": "Entry", "validations": [{"linkContentType": ["place"]}]}
    held = {"id": "places", "name": "Places", "type": "Array", "localized": False, "items": targets}
    story = content_type("story", ("title", "Symbol"), held)
    space.write("model/content_types/story.json", canonical(story))
    space.put(entry("story", "one", title="One", places=[link("Entry", "p0"), link("Entry", "p1")]))
    guide.build()
    assert "<polyline" not in (guide.root / "site/story/one/index.html").read_text("utf-8")


def test_quarter_is_near_to_quarters_and_its_places_are_on_its_map(places: Guide) -> None:
    page = places.page("/quarter/q0/")
    assert re.findall(r'<li><a href="([^"]*)">[^<]*</a> <span class="away">0 m', page) == ["../q1/index.html"]
    assert page.count('<svg class="map"') == 2
    assert len(re.findall(r'<a href="[^"]*place/[^"]*" class="kind', page)) == 2 * COLUMNS


def test_map_of_all_places_is_by_category_and_outlines_areas(places: Guide) -> None:
    page = places.page("/map/")
    assert re.findall(r'<h2><a href="([^"]*)">', page) == ["../category/c0/index.html", "../category/c1/index.html"]
    assert len(re.findall(r'<li><a href="\.\./place/', page)) == 20
    assert page.count('class="area"') == 2
    assert len(re.findall(r'<a href="[^"]*" class="kind', page)) == 20


def test_every_location_field_has_a_map_of_its_own(guide: Guide, space: SpaceFiles) -> None:
    put_places(space, 3)
    end = {"id": "end", "name": "End", "type": "Location", "localized": False}
    space.write("model/content_types/place.json", canonical({**PLACE, "fields": [*PLACE["fields"], end]}))
    space.put(place(1, revision=2, end=at(38.8, -9.3)))
    guide.build()
    assert guide.page("/place/p1/").count('<svg class="map"') == 2


def test_other_content_model_makes_other_maps(places: Guide, space: SpaceFiles) -> None:
    located = {"id": "location", "name": "Location", "type": "Location", "localized": False}
    model = {**CATEGORY, "fields": [*CATEGORY["fields"], located]}
    space.write("model/content_types/category.json", canonical(model))
    step(places)
    assert places.page("/map/").count('class="kind0"') == 20 + 1
    assert places.files("site") == from_nothing(places)


def test_map_of_the_only_place_leads_to_it_as_its_type_has_no_list(guide: Guide, space: SpaceFiles) -> None:
    put_places(space, 1)
    space.put(place(0, revision=2, category=None))
    guide.build()
    assert '<h2><a href="../place/p0/index.html">Place</a>' in guide.page("/map/")
    assert not (guide.root / "site/place/index.html").exists()


def test_part_of_a_page_with_a_location_has_a_map_there(guide: Guide, space: SpaceFiles) -> None:
    fields = {"id": "where", "name": "Where", "type": "Location", "localized": False}
    block = content_type("block", {**SLUG, "id": "internalName"}, fields, display="internalName")
    parts = {"id": "sections", "name": "Sections", "type": "Array", "localized": False}
    parts["items"] = {"type": "Link", "linkType": "Entry", "validations": [{"linkContentType": ["block"]}]}
    space.write("model/content_types/block.json", canonical(block))
    space.write("model/content_types/story.json", canonical(content_type("story", ("title", "Symbol"), SLUG, parts)))
    space.put(entry("block", "one", internalName="A block", where=at(38.7, -9.1)))
    space.put(entry("story", "told", title="Told", slug="told", sections=[link("Entry", "one")]))
    guide.build()
    assert guide.page("/story/told/").count('<svg class="map"') == 1
    assert not (guide.root / "site/map").exists()


def test_template_asks_for_what_it_wants(places: Guide) -> None:
    text = "{% for found in entry|locations %}{{ found.id }} {{ found.lat }} {{ found.map.pins|length }}{% endfor %}"
    template(places, "place.html", text + " {{ (entry|walk).metres }} {{ map_of([entry]).pins[0].number }}")
    step(places)
    assert places.page("/place/p0/") == "location 38.7 7  1"


def test_marks_of_a_map_are_its_pins_one_a_line_with_titles_escaped(places: Guide, space: SpaceFiles) -> None:
    space.put(place(7, revision=2, title="</title><b>\"&'"))
    template(places, "place.html", "{% set map = map_of([entry]) %}{{ map|marks }}{{ map|marks(true) }}")
    step(places)
    linked, listed, end = places.page("/place/p7/").split("\n")
    title = "&lt;/title&gt;&lt;b&gt;&#34;&amp;&#39;"
    assert linked.startswith(f'<a href="index.html" class="kind0"><title>1 {title}</title><circle class="pin" cx="')
    assert linked.endswith("</text></a>")
    assert listed.startswith('<circle class="pin" cx="')
    assert title in listed
    assert "<b>" not in linked + listed
    assert "href" not in listed
    assert end == ""


def test_guide_without_locations_has_no_map(guide: Guide) -> None:
    guide.build()
    assert "map" not in {url.strip("/") for url in pages_of(guide)}
    assert "<svg" not in guide.page("/place/castle/")
