"""Fields of an entry that are one thing for readers: a link's text and address, a heading and what it heads."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.guide.schema.field_pairs import is_of_button
from exporter.render.entry.values import Anchor, is_address, target_of
from exporter.render.view.fields import is_wrapper, word_in
from exporter.render.view.languages import write_number
from exporter.render.view.view import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.guide.schema.field_roles import Roles
    from exporter.render.view.fields import FieldValue


def links_of(fields: Iterable[FieldValue], roles: Roles) -> dict[str, FieldValue]:
    """Return the links that are made of an address or a page and a text in another field, by the ids of the former."""
    if not roles.called_by:
        return {}
    known = {field.id: field for field in fields}
    found = {}
    for name, (text, label) in roles.called_by.items():
        field = known.get(name)
        words, url = (_text(known.get(text)), _target(field)) if field is not None else ("", "")
        if field is not None and words and url:
            found[name] = replace(field, name=label, value=Anchor(words, url, is_page=isinstance(field.value, Entry)))
    return found


def figure_text(fields: Iterable[FieldValue], roles: Roles, locale: str) -> str:
    """Return a figure as a line, number first: `48 boats`, `98% of visitors`; "" where it has no number."""
    if not roles.figure[1]:
        return ""
    values = {field.id: field.value for field in fields}
    before, number, behind, label = (values.get(name) for name in roles.figure)
    if number is None:
        return ""
    words = (text.strip() for text in (behind, label) if isinstance(text, str))
    joined = f"{before or ''}{write_number(number, locale)}"
    for word in filter(None, words):
        joined += word if not word[0].isalnum() else f" {word}"
    return joined


def _text(field: FieldValue | None) -> str:
    """Return the text in a field, or in the word that it links to."""
    if field is not None and is_wrapper(field.value, "word"):
        return word_in(field.value)
    return field.value.strip() if field is not None and isinstance(field.value, str) else ""


def _target(field: FieldValue) -> str:
    """Return the address that a field has as it is written, or that of the page it links to; "" for no address."""
    if isinstance(field.value, Entry):
        return target_of(field.value)
    text = _text(field)
    return text if is_address(text) else ""


def headings_of(fields: Iterable[FieldValue], roles: Roles, lead: str) -> dict[str, str]:
    """Return the headings that texts and lists have in fields of their own, by the ids of what they head.

    A heading stands above the first of several that it heads. The field `lead` stands elsewhere, without one.
    """
    if not roles.headed_by:
        return {}
    known = {field.id: field for field in fields}
    found: dict[str, str] = {}
    for name in known:
        heading = roles.headed_by.get(name, "")
        is_taken = heading in map(roles.headed_by.get, found)
        if name != lead and not is_taken and (text := _text(known.get(heading))):
            found[name] = text
    return found


def unpaired_buttons(fields: Iterable[FieldValue], links: Mapping[str, FieldValue], roles: Roles) -> set[str]:
    """Return the words on buttons that lead nowhere, which are for a template."""
    paired = {roles.called_by[name][0] for name in links}
    return {field.id for field in fields if field.type == "Symbol" and is_of_button(field.id)} - paired
