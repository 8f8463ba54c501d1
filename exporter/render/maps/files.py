"""The files of places that a page links to, for map applications."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.guide.library import questions
from exporter.guide.pages.urls import PLACE_FORMATS, places_of, places_url, walk_url
from exporter.render.view.lists import ListView, view_of_list
from exporter.render.view.view import loaded_of, view_of

if TYPE_CHECKING:
    from exporter.render.view.view import Entry, View


class PlaceFile(NamedTuple):
    """A file of places: the name of its format, its relative address, its media type."""

    name: str
    url: str
    type: str


def place_files(found: Any) -> tuple[PlaceFile, ...]:
    """Return the files with the places of a list, none for a list of what has no places."""
    if not isinstance(found, ListView):
        return ()
    view, name = view_of_list(found), found.name
    type_id = found.definition.get("type", "") if found.id.startswith("@") else name
    is_known = view.content_type(type_id) is not None
    return list_files(view, found.id) if is_known and type_id in places_of(view.guide) else ()


def list_files(view: View, list_id: str) -> tuple[PlaceFile, ...]:
    """Return the files with the places of a list, of all places for ""."""
    return _files(view, places_url(view.guide, list_id, view.locale, _segment(view, list_id)))


def walk_files(entry: Entry) -> tuple[PlaceFile, ...]:
    """Return the files with the stops of a walk."""
    view, key = view_of(entry), loaded_of(entry).key
    return _files(view, walk_url(view.guide, key, view.locale))


def _files(view: View, url: str) -> tuple[PlaceFile, ...]:
    return tuple(PlaceFile(name, view.link(f"{url}.{ending}"), kind) for ending, name, kind in PLACE_FORMATS)


def _segment(view: View, list_id: str) -> str:
    """Return the segment of the address of a list of one value, "" for any other list."""
    name, _, value = list_id.partition("/")
    return view.ask(questions.value_segments(name, view.locale)).get(value, "") if value else ""
