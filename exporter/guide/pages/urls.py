"""URLs of lists, their parts and their feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.guide.schema.guide_model import GuideModel

FEED = "feed.xml"


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


def letter_url(guide: GuideModel, type_id: str, locale: str, letter: str) -> str:
    """Return the address of a letter of a long list."""
    segment = letter.lower() if letter.isascii() and letter.isalpha() else f"u{ord(letter):04x}"
    return f"{list_url(guide, type_id, locale)}~{segment}/"
