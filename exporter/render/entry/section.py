"""A section of an entry's page, and short fields that are sections of one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.guide.schema.part_words import is_link_name
from exporter.render.entry.measures import measure_of, write_measure
from exporter.render.entry.values import Anchor
from exporter.render.view.fields import FieldValue, type_of, url_of
from exporter.render.view.view import Entry, roles_of_thing, view_of

if TYPE_CHECKING:
    from exporter.guide.schema.field_roles import Roles


@dataclass(slots=True)
class Section(FieldValue):
    """A field that gets a section of its own on a page.

    Its kind: text, code, table, gallery (assets), cards (entries with pages), parts (entries shown whole on this page),
    quote (the words of a quotation), link (a field in a line of its own: a link that needs no label, or who is quoted).
    `headed` says that the field's name is its heading; the body of a page is under the page's own title.
    """

    kind: str = ""
    headed: bool = True


def in_a_line(field: FieldValue, roles: Roles) -> FieldValue:
    """Return a fact as it is, a number with its unit, or a section of one line where it needs no label."""
    if type(field.value) in (int, float):
        return _measured(field)
    is_link = isinstance(field.value, (Entry, Anchor)) and is_link_name(field.id)
    is_cited = field.id in roles.cited
    if not (is_link or is_cited):
        return field
    return Section(field.id, field.name, field.type, field, field.locale, "link", headed=False)


def _measured(field: FieldValue) -> FieldValue:
    """Return a number with the unit that the name of its field says, which is no longer part of the name."""
    name, unit = measure_of(field.id, field.name)
    if not unit:
        return field
    return FieldValue(field.id, name, field.type, write_measure(field.value, unit, field.locale), field.locale)


def stands_for_itself(entry: Entry) -> bool:
    """Whether an entry has a page of its own and is no part of the pages that link to it."""
    return url_of(entry) != "" and type_of(entry) not in view_of(entry).guide.embedded_types


def sole_card(fields: tuple[FieldValue, ...]) -> tuple[FieldValue, ...]:
    """Return the fields of a part as they are; where it only leads to an entry with a page, a card of that one."""
    only = fields[0] if len(fields) == 1 else None
    field = only.value if isinstance(only, Section) and only.kind == "link" else only
    target = field.value if isinstance(field, FieldValue) else None
    if only is None or not isinstance(target, Entry) or roles_of_thing(target).leads_on:
        return fields
    if not stands_for_itself(target):
        return fields
    return (Section(only.id, only.name, only.type, (target,), only.locale, "cards", headed=False),)
