"""The bodies of the Delivery API's listings of entries and assets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.model import Item, Key, Model
from exporter.space.http.field_paths import SYS_TYPES, View, find_field, invalid_query, named_type, unknown_path
from exporter.space.http.query_filters import order, read_filters
from exporter.space.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Locale

_EVERY_LOCALE = "*"
_LARGEST = {"skip": 10**9, "limit": 1000, "include": 10}
_SELECTED = {path.split(".")[1] for path in SYS_TYPES} | {"contentType", "locale"}


@dataclass(frozen=True)
class ListedSpace:
    """What listings are answered from: a space's published items and its model."""

    items: Mapping[Key, Item]
    types: Mapping[str, ContentType]
    locales: Mapping[str, Locale]
    space: str
    environment: str


def list_items(kind: str, space: ListedSpace, query: Mapping[str, str]) -> Json:
    """Return the body of `/entries` or `/assets`: the items that match a query, with those they link to.

    `kind` is `entry` or `asset`; `query` is without the access token.
    Raises RefusalError for a query that the service would refuse.
    """
    view = _read_view(space, query)
    skip, limit, depth = (_whole_number(query, *number) for number in (("skip", 0), ("limit", 100), ("include", 1)))
    tests = read_filters(kind, query, view)
    selected = _read_select(kind, query, view)
    found = [item for key, item in space.items.items() if key.kind == kind and all(test(item) for test in tests)]
    ordered = order(found, kind, query, view)
    shown = ordered[skip : skip + limit]
    body = {"sys": {"type": "Array"}, "total": len(found), "skip": skip, "limit": limit}
    items = [_select(_show(item, view), selected) for item in shown]
    return {**body, "items": items, **_linked(shown, selected, depth, view)}


def single_item(key: Key, space: ListedSpace, query: Mapping[str, str]) -> Json:
    """Return the body of `/entries/ID` or `/assets/ID`: the item alone.

    Raises RefusalError where there is no such item, and for a query that the service would refuse.
    """
    view = _read_view(space, query)
    _whole_number(query, "include", 1)
    if "select" in query:
        raise invalid_query(name="select", details="Select is only applicable when querying a collection of entities.")
    for name in query:
        if name not in ("locale", "include"):
            raise unknown_path(name)
    item = space.items.get(key)
    if item is None:
        details = {"type": key.kind.capitalize(), "id": key.id, "environment": space.environment, "space": space.space}
        raise RefusalError(404, "NotFound", "The resource could not be found.", details)
    return _show(item, view)


def _read_view(space: ListedSpace, query: Mapping[str, str]) -> View:
    model = Model(space.types, space.locales)
    code = query.get("locale", model.default_locale)
    if code not in (_EVERY_LOCALE, model.default_locale, *space.locales):
        raise RefusalError(400, "BadRequest", f"Unknown locale: {code}")
    every_locale = code == _EVERY_LOCALE
    return View(space.items, model, model.default_locale if every_locale else code, every_locale)


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST[name]))
    if not plain or int(text) > _LARGEST[name]:
        raise invalid_query(name="invalid", path=[name], value=text[:100])
    return int(text)


def _read_select(kind: str, query: Mapping[str, str], view: View) -> frozenset[str] | None:
    """Return which parts of the items are wanted; None for all."""
    if "select" not in query:
        return None
    paths = [path.strip() for path in query["select"].split(",")]
    for path in paths:
        top, _, name = path.partition(".")
        if top == "fields" and name and "." not in name:
            find_field(path, named_type(kind, query, view))
        elif path not in ("sys", "fields", "metadata", "metadata.tags", "metadata.concepts") and (
            top != "sys" or name not in _SELECTED
        ):
            raise unknown_path(path)
    return frozenset(paths)


def _is_selected(top: str, name: str, selected: frozenset[str] | None) -> bool:
    return selected is None or top in selected or f"{top}.{name}" in selected


def _select(shown: Mapping[str, Json], selected: frozenset[str] | None) -> Json:
    """Return the selected parts of an item; parts without anything selected are left out."""
    if selected is None:
        return shown
    tops = {path.partition(".")[0] for path in selected}
    return {
        top: {name: value for name, value in part.items() if _is_selected(top, name, selected)}
        for top, part in shown.items()
        if top in tops and isinstance(part, dict)
    }


def _show(item: Item, view: View) -> Json:
    """Return an item as responses have it: in one locale, which `sys.locale` names, or with all of them."""
    sys = {name: value for name, value in item.sys.items() if name != "locale"}
    if view.every_locale:
        return {**item.raw, "sys": sys, "fields": item.fields}
    fields = {name: value for name in item.fields for value in view.value(item, name)}
    return {**item.raw, "sys": {**sys, "locale": view.locale}, "fields": fields}


def _linked(shown: Iterable[Item], selected: frozenset[str] | None, depth: int, view: View) -> Json:
    """Return the items that others link to, down to a depth, and errors for missing ones, without repeats."""
    seen = {item.key for item in shown}
    included: dict[str, list[Json]] = {}
    errors: list[Json] = []
    keys = _links(shown, selected, view)
    for _ in range(depth):
        fresh = [key for key in keys if key not in seen]
        seen.update(fresh)
        reached = [view.items[key] for key in fresh if key in view.items]
        errors += [_not_resolvable(key) for key in fresh if key not in view.items]
        for item in reached:
            included.setdefault(item.key.kind.capitalize(), []).append(_show(item, view))
        keys = _links(reached, None, view)
    return ({"errors": errors} if errors else {}) | ({"includes": included} if included else {})


def _links(items: Iterable[Item], selected: frozenset[str] | None, view: View) -> list[Key]:
    """Return what the items' fields link to, in reading order and without repeats."""
    found = (
        key
        for item in items
        for name in item.fields
        if _is_selected("fields", name, selected)
        for key in view.links(item, name)
    )
    return list(dict.fromkeys(found))


def _not_resolvable(key: Key) -> Json:
    details = {"type": "Link", "linkType": key.kind.capitalize(), "id": key.id}
    return {"sys": {"id": "notResolvable", "type": "error"}, "details": details}
