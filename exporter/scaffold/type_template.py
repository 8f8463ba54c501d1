"""A template to start from for one of the space's own content types, with its real fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.guide.schema.field_roles import UNKNOWN

if TYPE_CHECKING:
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
    "Entries": (
        '<ul class="cards">{% for item in entry.@@ %}'
        '<li>{% with entry = item %}{% include "parts/entry.html" %}{% endwith %}</li>{% endfor %}</ul>'
    ),
}


def choose_type(guide: GuideModel) -> ContentType | None:
    """Return the content type to show a template of: one that leads the guide and has a text, with most fields."""
    names = guide.leading_types or guide.types
    types = [guide.model.types[name] for name in names if _PLAIN_ID.fullmatch(name) and name not in _TEMPLATES]

    def rank(content_type: ContentType) -> tuple[bool, int]:
        roles = guide.roles.get(content_type.id, UNKNOWN)
        return bool(roles.bodies), len(_own_fields(content_type, roles))

    return max(types, key=rank, default=None)


def type_template(content_type: ContentType, roles: Roles) -> str:
    """Return a template that shows every field of a content type that the top of the page does not show already."""
    fields = _own_fields(content_type, roles)
    short = [line for field in fields if (line := _short(field))]
    long = [line for field in fields if (line := _long(field, roles))]
    name = _label(content_type.name, content_type.id)
    head = (
        f"{{# The page of an entry of the content type {name} ({content_type.id}).\n"
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


def _own_fields(content_type: ContentType, roles: Roles) -> list[Field]:
    """Return the fields that the template shows: not those at the top of the page, nor those for nobody."""
    above = {roles.title, roles.slug, roles.surname, *roles.summaries[:1], *roles.pictures[:1], *roles.hidden}
    shown = (field for field in content_type.fields if field.id not in above and field.id not in roles.spare)
    return [field for field in shown if _PLAIN_ID.fullmatch(field.id)]


def _kind(field: Field) -> str:
    """Return what a field holds: its type, or that of its links or items, in the plural for a list."""
    if field.type == "Array":
        held = str(field.items.get("linkType") or field.items.get("type"))
        return "Entries" if held == "Entry" else f"{held}s"
    return field.link_type if field.type == "Link" else field.type


def _short(field: Field) -> str:
    value = _SHORT.get(_kind(field))
    if value is None and _kind(field) == "Entry":
        return _fact(field, _LINK, "entry.@@|url")
    return _fact(field, value, "entry.@@") if value is not None else ""


def _fact(field: Field, value: str, condition: str) -> str:
    lang = "{{ entry|lang('@@') }}" if _kind(field) in ("Symbol", "Symbols") else ""
    line = f"    <div><dt>{_label(field.name, field.id)}</dt><dd{lang}>{value}</dd></div>"
    return f"{{% if {condition} %}}\n{line}\n{{% endif %}}".replace(_FIELD, field.id)


def _long(field: Field, roles: Roles) -> str:
    value = _LONG.get(_kind(field))
    if value is None:
        return ""
    is_text = _kind(field) in ("Text", "RichText")
    is_body = field.id in roles.bodies
    heading = "" if is_body else f"    <h2>{_label(field.name, field.id)}</h2>\n"
    start = "<div class=\"prose\"{{ entry|lang('@@') }}>" if is_text else "<section>"
    value = value.replace("html(2)", "html") if is_body else value
    inside = f"  {start}\n{heading}    {value}\n  {'</div>' if is_text else '</section>'}"
    return f"{{% if entry.@@ %}}\n{inside}\n{{% endif %}}".replace(_FIELD, field.id)


def _label(name: str, identifier: str) -> str:
    """Return a name that editors gave, if it is as plain as an id."""
    return name if _PLAIN_NAME.fullmatch(name) else identifier
