"""What readers see: the items and fields that the pages of a bundle read, by their recorded reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.library.questions import FILE_VALUES, field_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel

_FILE = "file"


class Shown(NamedTuple):
    """The keys of items that pages show, and the fields that they show of each content type ("" for assets)."""

    items: AbstractSet[str]
    fields: AbstractSet[tuple[str, str]]


def shown_by(index: GuideIndex, guide: GuideModel, pages: Iterable[tuple[int, Page]]) -> Shown:
    """Return what pages show: what their templates asked of items' fields, without those that are not for readers.

    An item of which only the address or the existence was asked is not shown. A part of pages is, where another page
    shows it: its own page, which no other leads to, does not count.
    """
    asked: dict[str, set[int]] = {}
    keys: set[str] = set()
    for number, page in pages:
        if page.type_id in guide.mere_parts:
            continue
        keys.update([page.key] if page.key is not None else [])
        for subject, (arguments, _) in index.reads.of(number).items():
            if subject.startswith(("entry:", "asset:")):
                asked.setdefault(subject, set()).add(arguments)
    named = {number: _fields(index.reads.arguments(number)) for numbers in asked.values() for number in numbers}
    items: set[str] = set()
    fields: set[tuple[str, str]] = set()
    for key, numbers in asked.items():
        names = {name for number in numbers for name in named[number]}
        facts = index.items.facts_of(key) if names or key in keys else None
        if facts is not None:
            items.add(key)
            fields.update((facts.type, name) for name in names)
    return Shown(items, {(name, field) for name, field in fields if field not in for_editors(guide, name)})


def for_editors(guide: GuideModel, type_id: str) -> AbstractSet[str]:
    """Return the fields of a content type that are not for readers: notes, looks, names of parts for editors.

    Slugs, orders, surnames and descriptions of pictures are no facts on pages, but apps need them as pages do.
    """
    roles = guide.roles.get(type_id)
    if roles is None:
        return frozenset()
    note = {roles.title} if type_id in guide.mere_parts and not roles.is_titled else set()
    return (roles.hidden | note) - {roles.slug, roles.order, roles.surname, *roles.alts.values()}


def _fields(arguments: Iterable[str]) -> set[str]:
    """Return the fields that some questions about an item ask for."""
    names = {_FILE if argument == FILE_VALUES.argument else field_of(argument) for argument in arguments}
    return {name for name in names if name is not None}
