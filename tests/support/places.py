"""A space with places on a grid, in areas and categories, and a walk past some of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.conftest import CATEGORY, SLUG, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

LAT, LON, STEP = 38.70, -9.20, 0.01
COLUMNS = 5


def _field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name.title(), "type": kind, "localized": False, **more}


PLACE = content_type(
    "place",
    ("title", "Symbol"),
    SLUG,
    ("summary", "Symbol"),
    _field("category", "Link", linkType="Entry"),
    _field("quarter", "Link", linkType="Entry"),
    _field("location", "Location"),
)
QUARTER = content_type("quarter", ("title", "Symbol"), SLUG, _field("location", "Location"))
WALK = content_type(
    "walk",
    ("title", "Symbol"),
    SLUG,
    ("summary", "Symbol"),
    _field("stops", "Array", items={"type": "Link", "linkType": "Entry"}),
)


def at(lat: float, lon: float) -> dict[str, float]:
    """Make a location."""
    return {"lat": lat, "lon": lon}


def spot(number: int) -> dict[str, float]:
    """Return where a place of the grid is."""
    return at(round(LAT + number // COLUMNS * STEP, 6), round(LON + number % COLUMNS * STEP, 6))


def place(number: int, where: dict[str, float] | None = None, revision: int = 1, **fields: Any) -> dict[str, Any]:
    """Make a place: in the grid, unless it is elsewhere."""
    values = {
        "title": f"Place {number:02}",
        "slug": f"p{number}",
        "category": link("Entry", f"c{number % 2}"),
        "quarter": link("Entry", f"q{number // (2 * COLUMNS)}"),
        "location": where or spot(number),
    }
    return entry("place", f"p{number}", revision, **{**values, **fields})


def put_places(space: SpaceFiles, number: int = 20) -> None:
    """Put the space in place of the small one."""
    for path in sorted(space.root.glob("entries/*/*.json")):
        path.unlink()
    space.put_model(PLACE, QUARTER, CATEGORY, WALK, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    for name in ("c0", "c1"):
        space.put(entry("category", name, title=f"Kind {name}", slug=name))
    for name in ("q0", "q1"):
        space.put(entry("quarter", name, title=f"Quarter {name}", slug=name, location=at(LAT, LON)))
    for some in range(number):
        space.put(place(some))
    stops = [link("Entry", f"p{some}") for some in (0, 1, 7)]
    space.put(entry("walk", "round", title="The round", slug="round", stops=stops))


def showing(guide: Guide, number: int) -> set[str]:
    """Return the files that show where a place is: drawings, files of places that hold it, pages that link to it.

    Of a page what follows a map counts: a list of what is near, or of the stops of a walk, may be below it.
    """
    link_to, name = re.compile(rb'["/]p%d/index\.html' % number), b"Place %02d" % number
    return {path for path, data in guide.files("site").items() if _shows(path, data, link_to, name)}


def _shows(path: str, data: bytes, link_to: re.Pattern[bytes], name: bytes) -> bool:
    if path.endswith(".html"):
        return any(map(link_to.search, data.split(b"<svg")[1:]))
    return path.endswith("overview.svg") or (path.endswith((".gpx", ".kml", ".geojson")) and name in data)
