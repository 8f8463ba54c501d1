"""Filters and orders in a query of the Delivery API: which items, and in which order."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from exporter.core.model import Item, Key
from exporter.space.http.field_paths import find_place, invalid_query, named_type, unknown_path, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType
    from exporter.space.http.field_paths import Place, View

    Test = Callable[[Item], bool]

NO_FILTERS = {"skip", "limit", "include", "locale", "select", "order"}
_KEY = re.compile(r"([^\[\]]*)(?:\[([a-z]+)\])?")
_LISTED = re.compile(r'"([^"]*)"|([^,]+)')
_NUMBER = re.compile(r"-?[0-9]{1,400}(?:\.[0-9]{1,400})?(?:[eE][-+]?[0-9]{1,3})?")

_EQUALITY = {"", "ne", "in", "nin", "exists"}
_RANGES = {"lt", "lte", "gt", "gte"}
_OPERATORS = {
    "Symbol": _EQUALITY | {"match"},
    "Text": {"exists", "match"},
    "RichText": {"exists", "match"},
    "Integer": _EQUALITY | _RANGES,
    "Number": _EQUALITY | _RANGES,
    "Date": _EQUALITY | _RANGES,
    "Boolean": _EQUALITY,
    "Array": _EQUALITY | {"all", "match"},
}
"""The operators that a type of field has; any other type has only `exists`."""

_NAMES = {"": "equals", "ne": "not equals"}
_ORDERED = {"Symbol", "Integer", "Number", "Date", "Boolean"}
_SEARCHED = {"Symbol", "Text", "RichText", "Array"}
_COMPARISONS: Mapping[str, Callable[[list[Any], list[Any]], bool]] = {
    "": lambda found, wanted: any(value in wanted for value in found),
    "in": lambda found, wanted: any(value in wanted for value in found),
    "ne": lambda found, wanted: not any(value in wanted for value in found),
    "nin": lambda found, wanted: not any(value in wanted for value in found),
    "all": lambda found, wanted: all(value in found for value in wanted),
    "lt": lambda found, wanted: any(value < wanted[0] for value in found),
    "lte": lambda found, wanted: any(value <= wanted[0] for value in found),
    "gt": lambda found, wanted: any(value > wanted[0] for value in found),
    "gte": lambda found, wanted: any(value >= wanted[0] for value in found),
}
_GROUPS = (
    ("image", "image/.*"),
    ("audio", "audio/.*"),
    ("video", "video/.*"),
    ("pdfdocument", "application/pdf"),
    ("richtext", "application/(rtf|msword|vnd.*(wordprocessing|opendocument.text).*)|text/rtf"),
    ("presentation", "application/vnd.*(presentation|powerpoint).*"),
    ("spreadsheet", "application/vnd.*(spreadsheet|ms-excel).*|text/csv"),
    ("archive", "application/(x-)?(zip|gzip|tar|gtar|bzip2?|rar.*|vnd.rar|7z).*"),
    ("code", "(application|text)/(x-)?(json|javascript|ecmascript|css|python|ruby|java|sh|csrc)"),
    ("markup", "(application|text)/(html|xml|xhtml.*|atom.*|rss.*|markdown|x-yaml)"),
    ("plaintext", "text/.*"),
    ("attachment", ".*"),
)
"""The groups of asset files; a file belongs to the first that matches."""


def read_filters(kind: str, query: Mapping[str, str], view: View) -> list[Test]:
    """Return the tests that a query's filters put items to.

    Raises RefusalError for a path, operator or value that the service would refuse.
    """
    limited_to = named_type(kind, query, view)
    return [
        _read_filter(kind, key, text, limited_to, query, view) for key, text in query.items() if key not in NO_FILTERS
    ]


def _read_filter(
    kind: str, key: str, text: str, limited_to: ContentType | None, query: Mapping[str, str], view: View
) -> Test:
    if key == "content_type":
        return lambda item: item.content_type == text
    if key == "query":
        return _search(text, view)
    if key == "mimetype_group" and kind == "asset":
        return _group(text, view)
    if key in ("links_to_entry", "links_to_asset") and kind == "entry":
        return _links_to(Key(key.removeprefix("links_to_"), text), view)
    parsed = _KEY.fullmatch(key)
    if parsed is None:
        raise unknown_path(key)
    place = find_place(parsed[1], limited_to, query, view)
    return _comparison(place, key, parsed[2] or "", text, view)


def _comparison(place: Place, key: str, operator: str, text: str, view: View) -> Test:
    """Return the test of a filter: it compares the values at a place with the query's text."""
    if operator not in {*_COMPARISONS, "exists", "match"}:
        raise unknown_path(key)
    if operator not in _OPERATORS.get(place.type, {"exists"}):
        raise _not_for_type(place, f"The {_NAMES.get(operator, operator)} operator cannot be used on {{}}", view)
    if operator == "exists":
        if text not in ("true", "false"):
            raise _invalid_value(place, text)
        return lambda item: bool(place.read(item)) == (text == "true")
    if operator == "match":
        return lambda item: _has_words({word for value in place.read(item) for word in words_of(value)}, text)
    texts = _list(text) if operator in ("in", "nin", "all") else [text]
    wanted = [measure(value, place.type) for value in texts]
    if None in wanted:
        raise _invalid_value(place, text)
    compare = _COMPARISONS[operator]
    return lambda item: compare(_measures(place, item), wanted)


def _measures(place: Place, item: Item) -> list[Any]:
    found = (measure(value, place.type) for value in place.read(item))
    return [value for value in found if value is not None]


def _list(text: str) -> list[str]:
    """Return the values of a list, split at its commas, except for those in double quotes."""
    return [quoted or plain for quoted, plain in _LISTED.findall(text)]


def measure(value: Json, type_name: str) -> Any:
    """Return a value of an item or a query in a form that compares within its type; None for one of another type."""
    if type_name in ("Integer", "Number"):
        return _number(value)
    if type_name == "Boolean":
        return {"true": True, "false": False}.get(value) if isinstance(value, str) else _only(value, bool)
    text = _only(value, str)
    return _instant(text) if type_name == "Date" and text is not None else text


def _only(value: Json, kind: type) -> Any:
    return value if isinstance(value, kind) else None


def _number(value: Json) -> int | float | None:
    if isinstance(value, str):
        return (float(value) if set(value) & set(".eE") else int(value)) if _NUMBER.fullmatch(value) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _invalid_value(place: Place, text: str) -> Exception:
    return invalid_query(name="invalid", path=list(place.path), value=text[:100])


def _not_for_type(place: Place, sentence: str, view: View) -> Exception:
    path = [*place.path, view.locale] if place.path[0] == "fields" else list(place.path)
    details = f"{sentence.format('.'.join(path))} because it has type {place.type}."
    return invalid_query(name="operator", path=path, type=place.type, details=details)


def _search(text: str, view: View) -> Test:
    def matches(item: Item) -> bool:
        kind = view.content_type(item)
        searched = [field.id for field in kind.fields if field.type in _SEARCHED] if kind else []
        return _has_words({w for name in searched for value in view.value(item, name) for w in words_of(value)}, text)

    return matches


def _has_words(words: set[str], text: str) -> bool:
    """Whether each word of `text` is one of an item's words, or the start of one."""
    return all(any(word.startswith(start) for word in words) for start in words_of(text))


def _group(text: str, view: View) -> Test:
    if text not in dict(_GROUPS):
        raise invalid_query(name="invalid", path=["mimetype_group"], value=text[:100])

    def is_of_group(item: Item) -> bool:
        files = [file for file in view.value(item, "file") if isinstance(file, dict)]
        return text in [_group_of(str(file.get("contentType") or "")) for file in files]

    return is_of_group


def _group_of(content_type: str) -> str:
    return next((name for name, pattern in _GROUPS if re.fullmatch(pattern, content_type.lower())), "attachment")


def _links_to(key: Key, view: View) -> Test:
    return lambda item: any(key in view.links(item, field_id) for field_id in item.fields)


def order(items: Iterable[Item], kind: str, query: Mapping[str, str], view: View) -> list[Item]:
    """Return items in the order of a query, by default the newest first.

    Raises RefusalError for a field whose type has no order.
    """
    found = sorted(items, key=lambda item: item.key.id)
    steps = [_step(text, kind, query, view) for text in query["order"].split(",")] if "order" in query else []
    default = find_place("sys.updatedAt", None, query, view)
    for place, descending in reversed([*steps, (default, True)]):
        found = _sorted(found, place, descending=descending)
    return found


def _step(text: str, kind: str, query: Mapping[str, str], view: View) -> tuple[Place, bool]:
    place = find_place(text.strip().removeprefix("-"), named_type(kind, query, view), query, view)
    if place.type not in _ORDERED:
        path = [*place.path, view.locale] if place.path[0] == "fields" else list(place.path)
        details = f"{place.type} fields do not support ordering. Consider using a Symbol field instead"
        raise invalid_query(name="order", path=path, type=place.type, details=details)
    return place, text.strip().startswith("-")


def _sorted(items: list[Item], place: Place, *, descending: bool) -> list[Item]:
    """Return items sorted by the first value at a place; those without one come last in either direction."""
    measured = [(_measures(place, item), item) for item in items]
    having = sorted((pair for pair in measured if pair[0]), key=lambda pair: pair[0][0], reverse=descending)
    return [item for _, item in having] + [item for values, item in measured if not values]
