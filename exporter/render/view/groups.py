"""What a list is divided by: the fields of its content type that gather its entries at pages of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.guide.library import questions
from exporter.render.view.fields import called, type_name, type_of, url_of
from exporter.render.view.referrers import sort_entries
from exporter.render.view.type_links import TypeLink
from exporter.render.view.view import Entry

if TYPE_CHECKING:
    from collections.abc import Collection

    from exporter.render.view.view import View

_FEW_GROUPS = 6
_OF_FEW, _OF_MANY = 1.5, 3.0
"""How many entries a few groups of a list hold on average, or many of them, at the least."""


@dataclass(frozen=True)
class Group:
    """A link field that a list can be divided by: its name and its targets, each with its count."""

    name: str
    targets: tuple[tuple[Entry, int], ...]


def find_groups(view: View, type_id: str) -> tuple[Group, ...]:
    """Return what a type is divided by: link fields whose targets have pages and gather its entries.

    Targets that are parts of pages, such as wrapped pictures, are no way through a list; one that gathers all of its
    entries is that list once more.
    """
    content_type = view.content_type(type_id)
    groups, seen = [], set[str]()
    for field in content_type.fields if content_type else ():
        if field.link_type == "Entry":
            answer = view.ask(questions.link_targets(type_id, field.id))
            things = ((view.thing(key), count) for key, count in answer)
            some = ((thing, count) for thing, count in things if count < TypeLink(view, type_id).count)
            counts = {thing: count for thing, count in some if isinstance(thing, Entry) and url_of(thing)}
            types = {type_of(thing) for thing in counts}
            if _gathers(counts.values()) and not types & view.guide.embedded_types:
                by_field = len(types) > 1 or type_id in types or bool(types & seen)
                name = called(view, field.name) if by_field else type_name(view, *types)
                seen |= types
                groups.append(Group(name, tuple((target, counts[target]) for target in sort_entries(counts))))
    return tuple(groups)


def _gathers(counts: Collection[int]) -> bool:
    """Whether groups of so many entries are a way through a list and not that list once more."""
    least = _OF_FEW if len(counts) <= _FEW_GROUPS else _OF_MANY
    return bool(counts) and sum(counts) >= least * len(counts)
