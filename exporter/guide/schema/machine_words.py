"""Fields and values that are for templates and programs: switches, looks, icons, places in a grid, words of forms."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import (
    ADDRESSES,
    LONG,
    NUMBERS,
    is_for_search,
    is_internal,
    is_order,
    words_of,
)

if TYPE_CHECKING:
    from exporter.core.model import ContentType, Field

_SWITCHES = {"hide", "show", "display", "enable", "disable", "render"}
_SHOWN = {"room", "rooms", "case", "cases", "cooking", "time", "times", "garden", "flat"}
_STATES = {
    *("featured", "pinned", "homepage", "dark", "toggle", "enabled", "disabled", "visible", "hidden", "visibility"),
    *("noindex", "nofollow", "level", "sticky", "fluid", "inverted", "reverse", "reversed", "flipped", "autoplay"),
    *("collapsed", "expanded", "collapsible", "clickable", "searchable", "indexable", "fullwidth"),
}
_FRAMES = {"page", "section", "template", "layout", "header", "footer", "sidebar", "banner", "module", "component"}
_PLACED = {"location", "position", "placement", "side", "alignment", "orientation"}
_SIDES = {"left", "right"}
_SIDED = {"image", "text", "on", "align", "is", "picture", "media"}
_WAYS = (
    *({"full", "width"}, {"full", "bleed"}, {"new", "tab"}, {"new", "window"}, {"dark", "mode"}, {"no", "index"}),
    *({"no", "follow"}, {"external", "link"}),
)
"""Words that together name a yes or no which is for a template."""
_OF_PARTS = {
    *("image", "picture", "media", "text", "content", "title", "heading", "section", "page", "card", "grid", "button"),
    *("background", "nav", "menu", "link", "field", "form", "name", "email", "horizontal", "vertical", "learn", "more"),
}
_ENDS = {
    *("layout", "alignment", "align", "variant", "css", "classname", "anchor", "hash", "placeholder", "padding"),
    *("margin", "spacing"),
}
_LOOKING = {"image", "text", "title", "heading", "section", "card", "grid", "button", "background", "link"}
_LOOKING_ENDS = {"style", "width", "height", "size", "position", "side", "theme"}
_LOOKS = (
    *({"background", "color"}, {"background", "colour"}, {"text", "color"}, {"text", "colour"}, {"theme", "color"}),
    *({"color", "palette"}, {"color", "scheme"}, {"focal", "point"}, {"aspect", "ratio"}, {"display", "as"}),
    *({"display", "mode"}, {"uid"}, {"uuid"}, {"css", "class"}, {"class", "name"}, {"font", "awesome"}),
)
"""Words that together name a field which says how a template shows an entry, or where."""
_ICONS = {"icon", "icons", "glyph"}
_OF_ICONS = {*_ICONS, "name", "class", "id", "key", "type", "color", "colour", "position", "size", "code", "image"}
_AXES = {"x", "y", "z", "grid", "col", "cols", "columns", "span", "row", "column"}
_SURE_AXES = _AXES - {"row", "column"}
_ON_AXES = {"position", "pos", "offset", "coordinate", "coord", "index", "start", "end", "rows", "number", "area"}
_FORM_ENDS = {"label", "placeholder", "button", "message", "error", "success", "validation", "required", "submit"}
_FORM_STATES = {"success", "error", "validation", "invalid", "submitted", "submit"}
_FORM_TEXTS = {"message", "text", "title", "heading", "label", "copy"}
_FORM_TARGETS = {"endpoint", "webhook"}
_TEMPLATES = {"theme", "mode", "template", "format"}
_KNOWN_LOOKS = {
    *("dark", "light", "default", "auto", "primary", "secondary", "tertiary", "inverted", "transparent", "third-party"),
}
_HUMPED = r"[a-z]+(?:[A-Z][a-z]*)+"
_SHORT_COLOUR = 5
_COLOURED = {"color", "colour", "colors", "background", "accent", "tint", "ink", "hex", "farbe", "couleur"}
_LOOK = (
    r"(?P<colour>#(?:[0-9A-Fa-f]{3,4}){1,2})|(?:rgba?|hsla?)\([0-9.,%/ deg]+\)|var\(--[\w-]+\)"
    r"|(?:fa[srlbd]? )?fa-[a-z0-9-]+|mdi[:-][a-z0-9-]+|icon-[a-z0-9-]+"
)
"""A colour, or an icon. Patterns are compiled where a page is laid out, and in no other run."""
_ANCHOR = r"#[\w-]*|[a-z0-9]+(?:[-_][a-z0-9]+)+"
_ANCHORED = {"anchor", "scroll", "hash", "jump"}
_OWN_PATHS = {"path", "permalink", "slug", "pathname"}
_PATH = r"/?[\w.%-]+(?:/[\w.%-]+)*/?|/"
_TIMES = {
    *("at", "on", "time", "timestamp", "date", "epoch", "unix", "created", "updated", "published", "modified"),
    *("changed", "start", "end", "expires"),
}
_SECONDS = range(10**9, 4 * 10**9)
"""Seconds since 1970 of the years that editors write about, from 2001 on; a thousand times that are milliseconds."""
_GROUPINGS = {
    *("category", "categories", "tag", "tags", "term", "terms", "taxonomy", "taxonomies", "topics", "groups"),
    *("related", "posts", "products", "ids"),
}
"""Words in the names of fields whose numbers are keys in another system: what they name has a name of its own."""


def is_for_nobody(field: Field) -> bool:
    """Whether a field is not for readers: it is for editors, search engines, the order, or switches a template."""
    return field.id == "slug" or is_order(field) or is_internal(field) or is_for_search(field) or _is_switch(field)


def _is_switch(field: Field) -> bool:
    """Whether a field says how a template shows an entry, or identifies it for a program."""
    words = words_of(field.id)
    if field.type == "Boolean":
        return _is_state(words)
    if field.type in ("Symbol", "Integer") and (words[-1:] == ("id",) or words == ("key",)):
        return True
    if _is_of_form(field, words):
        return True
    if field.link_type or field.type in LONG:
        return False
    return _is_look(words) or _is_grid_place(field, words) or _is_icon(field, words)


def _is_state(words: tuple[str, ...]) -> bool:
    """Whether a yes or no is for a template: what is shown, where, on which side."""
    first, second, last, others = words[:1], words[1:2], words[-1:], {*words[:-1]}
    if {*first} & _SWITCHES and not {*second} & _SHOWN:
        return True
    if {*last} & (_STATES | _PLACED) and others <= {"is", "top", *_OF_PARTS} and (others or {*last} & _STATES):
        return True
    if ({*last} & _FRAMES and others) or any(way <= {*words} for way in _WAYS):
        return True
    is_placed = {*first} & _STATES and {*second} & {"in", "on"}
    return bool(is_placed or {*last} & {"button", "cta"} or ({*last} & _SIDES and others & _SIDED))


def _is_look(words: tuple[str, ...]) -> bool:
    last, others = {*words[-1:]}, {*words[:-1]}
    of_part = last <= _ENDS and others <= _OF_PARTS and words != ()
    looking = last <= _LOOKING_ENDS and others <= _LOOKING and others != set()
    return of_part or looking or any(look <= {*words} for look in _LOOKS)


def _is_grid_place(field: Field, words: tuple[str, ...]) -> bool:
    """Whether a field places an entry in a grid: `xPosition`, `gridRow`, `columnSpan`."""
    known = {word for word in words if not word.isdigit()}
    is_placed = known <= _AXES | _ON_AXES and bool(known & _SURE_AXES)
    return is_placed and (field.type in NUMBERS or (field.type == "Symbol" and "grid" in known))


def _is_icon(field: Field, words: tuple[str, ...]) -> bool:
    """Whether a field names an icon; one that links to a picture is none."""
    return field.type == "Symbol" and bool(_ICONS & {*words}) and {*words[words.index(_icon(words)) :]} <= _OF_ICONS


def _icon(words: tuple[str, ...]) -> str:
    return next(word for word in words if word in _ICONS)


def _is_of_form(field: Field, words: tuple[str, ...]) -> bool:
    """Whether a field has words that a form says while it is filled in or sent, or where it is sent to."""
    if field.type not in ("Symbol", *LONG):
        return False
    is_said = bool({*words} & _FORM_STATES and {*words[-1:]} & _FORM_TEXTS)
    is_input = "placeholder" in words or ("submit" in words and {*words[-1:]} <= _FORM_ENDS | _FORM_TEXTS)
    is_target = words == ("form", "action") or bool(_FORM_TARGETS & {*words[-1:]})
    return is_said or (field.type == "Symbol" and (is_input or is_target))


def words_of_forms(content_type: ContentType, title: str) -> set[str]:
    """Return the fields of a type of forms that label its inputs and say what comes of sending it."""
    if not {"form", "forms"} & {*words_of(content_type.id), *words_of(content_type.name)}:
        return set()
    texts = (field.id for field in content_type.fields if field.type in ("Symbol", *LONG))
    return {name for name in texts if name != title and _FORM_ENDS & {*words_of(name)[-1:]}}


def is_for_template(name: str, kind: str, value: object) -> bool:
    """Whether the value of a field of a type (`kind`) means something to templates and programs alone.

    That is a colour, a theme, an icon, an anchor, a path of the page itself, a count of seconds, or keys of another
    system.
    """
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal() and kind in ("Symbol", "Date"):
            return _is_epoch(name, kind, int(text)) if len(text) < 20 else False
        pattern = _anchor_pattern(name) if kind not in LONG else None
        return _is_style(name, text) or (pattern is not None and pattern.fullmatch(text) is not None)
    if isinstance(value, int) and not isinstance(value, bool):
        return _is_epoch(name, kind, value)
    if kind == "Object" and isinstance(value, tuple):
        return bool({*words_of(name)} & _GROUPINGS) and all(type(item) is int for item in value)
    return False


def _is_style(name: str, text: str) -> bool:
    """Whether a text names a look to a template: a colour, a theme, an icon."""
    found = _compiled(_LOOK).fullmatch(text)
    if found is None:
        return name in _TEMPLATES and (text in _KNOWN_LOOKS or re.fullmatch(_HUMPED, text) is not None)
    is_sure = not found["colour"] or (len(text) > _SHORT_COLOUR and not text[1:].isdigit())
    return is_sure or bool(_COLOURED & {*words_of(name)})


_compiled = cache(re.compile)


@cache
def _anchor_pattern(name: str) -> re.Pattern[str] | None:
    """Return what a text in a field matches that names a place on a page, or repeats the page's own address."""
    words = {*words_of(name)}
    last = {*words_of(name)[-1:]}
    if last & _OWN_PATHS:
        return _compiled(_PATH)
    return _compiled(_ANCHOR) if last & ADDRESSES or words & _ANCHORED else None


def _is_epoch(name: str, kind: str, number: int) -> bool:
    is_time = kind == "Date" or bool({*words_of(name)} & _TIMES)
    return is_time and (number in _SECONDS or number // 1000 in _SECONDS)
