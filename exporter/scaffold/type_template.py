"""A template to start from for one of the space's own content types, with its real fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_roles import UNKNOWN
from exporter.guide.schema.field_words import targets_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field
    from exporter.guide.schema.field_roles import Roles
    from exporter.guide.schema.guide_model import GuideModel

_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PLAIN_NAME = re.compile(r"[\w .,()/:-]{1,80}")
"""Names that mean the same in a comment, in HTML and in Jinja."""
_TEMPLATES = {"base", "entry", "list", "home", "moved", "offline", "404"}
"""Templates of the theme: a content type of such a name would take their place."""

_FIELD = "@@"
"""Stands for a field's id below."""
_SHORT = {
    "Symbol": "{{ entry.@@ }}",
    "Integer": "{{ entry.@@|number }}",
    "Number": "{{ entry.@@|number }}",
    "Boolean": "✓",
    "Date": "{{ entry.@@|date }}",
    "Location": (
        '<a href="geo:{{ entry.@@.lat }},{{ entry.@@.lon }}" dir="ltr">{{ entry.@@.lat }}, {{ entry.@@.lon }}</a>'
    ),
    "Symbols": "{{ entry.@@|join(', ') }}",
}
_LINK = '<a href="{{ entry.@@|url }}"{{ entry.@@|lang }}>{{ entry.@@|title }}</a>'
_LONG = {
    "Text": "{{ entry.@@|html(2) }}",
    "RichText": "{{ entry.@@|html(2) }}",
    "Object": "{{ entry.@@|table }}",
    "Asset": '{% with asset = entry.@@ %}{% include "parts/asset.html" %}{% endwith %}',
    "Assets": (
        '<ul class="gallery">{% for asset in entry.@@ %}<li>{% include "parts/asset.html" %}</li>{% endfor %}</ul>'
    ),
    "Parts": "{{ entry.@@|inline(2) }}",
    "Entries": (
        '<ul class="cards">{% for item in entry.@@ %}'
        '<li>{% with entry = item %}{% include "parts/entry.html" %}{% endwith %}</li>{% endfor %}</ul>'
    ),
}


class ShownType(NamedTuple):
    """A content type to make a template of, what its fields are for, and the types whose entries are parts of pages."""

    content_type: ContentType
    roles: Roles
    parts: AbstractSet[str] = frozenset()


def choose_type(guide: GuideModel) -> ShownType | None:
    """Return the content type to show a template of: one that leads the guide and has a text, with most fields."""
    names = guide.leading_types or guide.types
    types = [guide.model.types[name] for name in names if _PLAIN_ID.fullmatch(name) and name not in _TEMPLATES]
    shown = [ShownType(found, guide.roles.get(found.id, UNKNOWN), guide.mere_parts) for found in types]
    return max(shown, key=lambda found: (bool(found.roles.bodies), len(_own_fields(found))), default=None)


def type_template(shown: ShownType) -> str:
    """Return a template that shows every field of a content type that the top of the page does not show already."""
    fields = _own_fields(shown)
    short = [line for field in fields if (line := _short(field, shown))]
    long = [line for field in fields if (line := _long(field, shown))]
    identifier = shown.content_type.id
    head = (
        f"{{# The page of an entry of the content type {_label(shown.content_type.name, identifier)} ({identifier}).\n"
        "   Title, summary and picture stay the theme's. Change the order of the fields, or leave some out:\n"
        "   `exporter serve` shows every change at once. #}\n"
        '{% extends "theme/entry.html" %}\n'
    )
    facts = _block("facts", ['  <dl class="facts">', *short, "  </dl>"] if short else [])
    return f"{head}{facts}{_block('body', long)}{_block('links', [])}"


def _block(name: str, lines: list[str]) -> str:
    inside = "".join(f"{line}\n" for line in lines)
    start = f"{{% block {name} %}}"
    return f"{start}\n{inside}{{% endblock %}}\n" if lines else f"{start}{{% endblock %}}\n"


def _own_fields(shown: ShownType) -> list[Field]:
    """Return the fields that the template shows: not those at the top of the page, nor those for nobody."""
    roles = shown.roles
    above = {roles.title, roles.slug, roles.surname, *roles.summaries[:1], *roles.pictures[:1], *roles.hidden}
    fields = (field for field in shown.content_type.fields if field.id not in above and field.id not in roles.spare)
    return [field for field in fields if _PLAIN_ID.fullmatch(field.id)]


def _kind(field: Field, shown: ShownType) -> str:
    """Return what a field holds: its type, or that of its links or items, in the plural for a list."""
    held = str(field.items.get("linkType") or field.items.get("type")) if field.type == "Array" else ""
    targets = targets_of(field)
    if "Entry" in (held, field.link_type) and targets and shown.parts >= {*targets}:
        return "Parts"
    if held:
        return "Entries" if held == "Entry" else f"{held}s"
    return field.link_type if field.type == "Link" else field.type


def _short(field: Field, shown: ShownType) -> str:
    """Return the lines of a field that is a fact, empty for any other."""
    kind = _kind(field, shown)
    value = _LINK if kind == "Entry" else _SHORT.get(kind)
    if value is None:
        return ""
    condition = "entry.@@|url" if kind == "Entry" else "entry.@@"
    lang = "{{ entry|lang('@@') }}" if kind in ("Symbol", "Symbols") else ""
    line = f"    <div><dt>{_label(field.name, field.id)}</dt><dd{lang}>{value}</dd></div>"
    return f"{{% if {condition} %}}\n{line}\n{{% endif %}}".replace(_FIELD, field.id)


def _long(field: Field, shown: ShownType) -> str:
    """Return the lines of a field that is a section of its own, empty for any other."""
    kind = _kind(field, shown)
    value = _LONG.get(kind)
    if value is None:
        return ""
    is_text, is_body = kind in ("Text", "RichText"), field.id in shown.roles.bodies
    heading = "" if is_body or kind == "Parts" else f"    <h2>{_label(field.name, field.id)}</h2>\n"
    start = "<div class=\"prose\"{{ entry|lang('@@') }}>" if is_text else "<section>"
    value = value.replace("html(2)", "html") if is_body else value
    inside = f"  {start}\n{heading}    {value}\n  {'</div>' if is_text else '</section>'}"
    return f"{{% if entry.@@ %}}\n{inside}\n{{% endif %}}".replace(_FIELD, field.id)


def _label(name: str, identifier: str) -> str:
    """Return a name that editors gave, if it is as plain as an id."""
    return name if _PLAIN_NAME.fullmatch(name) else identifier
