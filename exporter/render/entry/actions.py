"""What readers do with an entry at once: open its place in a map, call, write, visit its website, take a file along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from exporter.core.naming import suffix_of
from exporter.guide.schema.field_words import words_of
from exporter.render.entry.values import fact, place
from exporter.render.view.fields import url_of
from exporter.render.view.view import Asset, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.render.view.fields import FieldValue
    from exporter.render.view.view import View

_HREF = re.compile(r'href="((geo|tel|mailto|https?):[^"]*)"')
_KINDS = {"geo": "map", "tel": "call", "mailto": "mail", "http": "web", "https": "web"}
_NAMES = {
    *("phone", "telephone", "tel", "mobile", "whatsapp", "email", "mail", "website", "web", "homepage", "url", "site"),
    *("booking", "tickets", "reservations", "contact"),
}
"""Words in the names of fields that hold a number to call, an address to write to, or a website."""
_TAKEN_ALONG = {"gpx", "kml", "kmz", "geojson", "ics", "pdf", "epub"}
"""Suffixes of files that are opened in another program."""


class Action(NamedTuple):
    """Something to do: its kind (`map`, `call`, `mail`, `web` or `file`), its address, and the kind of a file."""

    kind: str
    url: str
    file: str = ""


def actions_of(facts: Iterable[FieldValue], view: View) -> tuple[Action, ...]:
    """Return what can be done with an entry, by its short facts: one of each kind, in the order of the kinds."""
    found: dict[str, Action] = {}
    for action in _all(facts, view):
        found.setdefault(action.kind, action)
    return tuple(found[kind] for kind in ("map", "call", "mail", "web", "file") if kind in found)


def _all(facts: Iterable[FieldValue], view: View) -> Iterator[Action]:
    for field in facts:
        if isinstance(field.value, Asset):
            suffix = suffix_of(url_of(field.value)).removeprefix(".")
            if suffix in _TAKEN_ALONG:
                yield Action("file", url_of(field.value), suffix.upper())
        elif field.type == "Location" and isinstance(field.value, Values):
            yield from _in(place(field.value, view))
        elif isinstance(field.value, str) and _NAMES & {*words_of(field.id)}:
            yield from _in(fact(field, view))


def _in(markup: str) -> Iterator[Action]:
    link = _HREF.search(markup)
    if link is not None:
        yield Action(_KINDS[link[2]], Markup(link[1]))  # noqa: S704 - it is escaped where it comes from
