"""URLs of lists, their parts and their feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.core.naming import file_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.guide.schema.guide_model import GuideModel

FEED = "feed.xml"
PLACE_FORMATS = (
    ("gpx", "GPX", "application/gpx+xml"),
    ("kml", "KML", "application/vnd.google-earth.kml+xml"),
    ("geojson", "GeoJSON", "application/geo+json"),
)
"""The formats in which map applications read places: ending, name, media type."""


def chosen_url(
    guide: GuideModel, definition: Mapping[str, Any], name: str, locale: str, segment: str = "", number: int = 0
) -> str:
    """Return the address of a list of site.yaml, of the part for a value, of a numbered page of either."""
    url = guide.prefixes[locale] + (definition.get("url") or f"/{name}/")[1:]
    url += f"{segment}/" if segment else ""
    return f"{url}page/{number}/" if number else url


def list_url(guide: GuideModel, type_id: str, locale: str) -> str:
    """Return the address of the list of a content type."""
    return f"{guide.prefixes[locale]}{guide.segments[type_id]}/"


def map_url(guide: GuideModel, locale: str) -> str:
    """Return the address of the map of all places."""
    return f"{guide.prefixes[locale]}map/"


def overview_url(guide: GuideModel, locale: str) -> str:
    """Return the address of the drawing of all places."""
    return f"{map_url(guide, locale)}overview.svg"


def outline_url(guide: GuideModel) -> str:
    """Return the address of the drawing of the guide's own outline."""
    return f"{map_url(guide, guide.locales[0])}outline.svg"


def places_of(guide: GuideModel) -> tuple[str, ...]:
    """Return the content types whose entries are on the map of all places."""
    return tuple(type_id for type_id, how in guide.located.items() if how.fields and not how.is_area)


def places_url(guide: GuideModel, list_id: str, locale: str, segment: str = "") -> str:
    """Return the address, without its ending, of the files with the places of a list, of all places for "".

    The only content type with places has those of all places. `segment` is that of a list's value.
    """
    url = map_url(guide, locale)
    if not list_id or (list_id,) == places_of(guide):
        return f"{url}places"
    if not list_id.startswith("@"):
        return f"{url}type/{guide.segments[list_id]}"
    name = list_id.removeprefix("@").partition("/")[0]
    return f"{url}list/{name}/{segment}" if segment else f"{url}list/{name}"


def walk_url(guide: GuideModel, key: str, locale: str) -> str:
    """Return the address, without its ending, of the files with the stops of a walk."""
    identifier = key.partition(":")[2]
    return f"{map_url(guide, locale)}walk/{file_name(identifier, clash=identifier != identifier.lower())}"


def letter_url(guide: GuideModel, type_id: str, locale: str, letter: str) -> str:
    """Return the address of a letter of a long list."""
    segment = letter.lower() if letter.isascii() and letter.isalpha() else f"u{ord(letter):04x}"
    return f"{list_url(guide, type_id, locale)}~{segment}/"
