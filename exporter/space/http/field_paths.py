"""Where a query's dotted paths lead in an item: the type there, and the values in one locale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.model import ContentType, Field, link_key
from exporter.space.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import Item, Key, Model

SYS_TYPES = {
    "sys.id": "Symbol",
    "sys.type": "Symbol",
    "sys.createdAt": "Date",
    "sys.updatedAt": "Date",
    "sys.revision": "Integer",
    "sys.publishedVersion": "Integer",
    "sys.space.sys.id": "Symbol",
    "sys.environment.sys.id": "Symbol",
}
_METADATA_TYPES = {
    "metadata.tags": "Link",
    "metadata.tags.sys.id": "Array",
    "metadata.concepts": "Link",
    "metadata.concepts.sys.id": "Array",
}
_FILE_TYPES = {
    "url": "Symbol",
    "fileName": "Symbol",
    "contentType": "Symbol",
    "details.size": "Integer",
    "details.image.width": "Integer",
    "details.image.height": "Integer",
}
_ASSET = ContentType(
    id="",
    name="Asset",
    display_field="title",
    fields=tuple(
        Field(name, name, type_name, localized=True)
        for name, type_name in {"title": "Symbol", "description": "Text", "file": "Object"}.items()
    ),
)
_TARGET_TYPE = ".sys.contentType.sys.id"
_NO_TYPE = (
    "A Content Type ID is required. When querying for Entries and involving fields you need to limit your query to a "
    'specific Content Type. Please send a Content Type ID (not the name) as the URI query parameter "content_type"'
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class View:
    """How items are read: where links may lead, by which model, in which locale.

    With `every_locale`, items are shown with all their locales; filters and orders still read `locale` alone.
    """

    items: Mapping[Key, Item]
    model: Model
    locale: str
    every_locale: bool = False

    def content_type(self, item: Item) -> ContentType | None:
        """Return an item's content type, None for one that the model lacks; assets have their own."""
        return _ASSET if item.key.kind == "asset" else self.model.types.get(item.content_type)

    def value(self, item: Item, field_id: str) -> list[Json]:
        """Return a list of a field's one value in the locale, by the fallback chain; an empty one for none."""
        kind = self.content_type(item)
        field = kind.find(field_id) if kind else None
        shared = field is not None and not field.localized
        codes = (self.model.default_locale,) if shared else self.model.chain(self.locale)
        values = item.localized(field_id)
        return next(([values[code]] for code in codes if code in values), [])

    def links(self, item: Item, field_id: str) -> Iterator[Key]:
        """Yield what a field's shown values link to; whatever JSON is in an Object field, it holds no links."""
        kind = self.content_type(item)
        field = kind.find(field_id) if kind else None
        if field is None or field.type != "Object":
            for value in item.localized(field_id).values() if self.every_locale else self.value(item, field_id):
                yield from links_in(value)


@dataclass(frozen=True)
class Place:
    """Where a path leads: the type there, and how to read the values; an array's members are values of their own."""

    path: tuple[str, ...]
    type: str
    read: Callable[[Item], list[Json]]


def links_in(value: Json) -> Iterator[Key]:
    """Yield the entries and assets that a value links to: a Link, an array of Links, or Rich Text."""
    for part in value if isinstance(value, list) else [value]:
        found = [link_key(part)] if link_key(part) else [link_key(_target(node)) for node in _nodes(part)]
        yield from filter(None, found)


def _target(node: Mapping[str, Json]) -> Json:
    data = node.get("data")
    return data.get("target") if isinstance(data, dict) else None


def _nodes(value: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the nodes of Rich Text in reading order; without recursion, since editors decide how deep they nest."""
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and "nodeType" in node:
            yield node
            content = node.get("content")
            waiting += reversed(content) if isinstance(content, list) else []


def words_of(value: Json) -> set[str]:
    """Return the words of a text, of an array of texts, or of Rich Text, in lower case."""
    texts = value if isinstance(value, list) else [value, *(node.get("value") for node in _nodes(value))]
    return {word for text in texts if isinstance(text, str) for word in _WORD.findall(text.casefold())}


def dig(values: list[Json], names: tuple[str, ...]) -> list[Json]:
    """Return the values at the end of a path, whose names lead through objects; arrays stand for their members."""
    found = _members(values)
    for name in names:
        found = _members([member[name] for member in found if isinstance(member, dict) and name in member])
    return found


def _members(values: list[Json]) -> list[Json]:
    flat = [member for value in values for member in (value if isinstance(value, list) else [value])]
    return [member for member in flat if member is not None]


def invalid_query(**error: Json) -> RefusalError:
    """Return the refusal of a query, with what is wrong."""
    message = (
        "The query you sent was invalid. Probably a filter or ordering specification is not applicable "
        "to the type of a field."
    )
    return RefusalError(400, "InvalidQuery", message, {"errors": [error]})


def unknown_path(path: str) -> RefusalError:
    """Return the refusal of an unknown path or parameter."""
    return invalid_query(name="unknown", path=path.split("."), details=f'The path "{path}" is not recognized')


def named_type(kind: str, query: Mapping[str, str], view: View) -> ContentType | None:
    """Return the content type that a query is limited to: for assets always theirs, else the named one, None for none.

    Raises RefusalError for an unknown content type, and for any that is named in a query for assets.
    """
    if kind == "asset":
        if "content_type" in query:
            raise unknown_path("content_type")
        return _ASSET
    if "content_type" in query and query["content_type"] not in view.model.types:
        raise invalid_query(name="unknownContentType", value="DOESNOTEXIST")
    return view.model.types.get(query.get("content_type", ""))


def find_field(path: str, kind: ContentType | None) -> Field:
    """Return the field that a path `fields.x…` begins with. Raises RefusalError where there is none."""
    if kind is None:
        raise RefusalError(400, "BadRequest", _NO_TYPE)
    field = kind.find(path.split(".")[1]) if "." in path else None
    if field is None:
        raise unknown_path(path)
    return field


def find_place(path: str, kind: ContentType | None, query: Mapping[str, str], view: View) -> Place:
    """Return where a path of a query leads; `kind` is the content type that the query is limited to.

    Raises RefusalError for a path that leads nowhere, and for one into fields without a content type.
    """
    parts = tuple(path.split("."))
    known = SYS_TYPES | _METADATA_TYPES | ({} if kind is _ASSET else {"sys.contentType.sys.id": "Symbol"})
    if path in known:
        return Place(parts, known[path], lambda item: dig([item.raw], parts))
    if parts[0] != "fields":
        raise unknown_path(path)
    field = find_field(path, kind)
    rest = path.split(".", 2)[2] if len(parts) > 2 else ""
    found = _inside_link(path, field, rest, query, view) if _is_link(field) else _inside_value(field, rest, kind, view)
    if found is None:
        raise unknown_path(path)
    return Place(parts, *found)


def _is_link(field: Field) -> bool:
    return "Link" in (field.type, field.items.get("type"))


def _inside_value(
    field: Field, rest: str, kind: ContentType | None, view: View
) -> tuple[str, Callable[[Item], list[Json]]] | None:
    names = tuple(rest.split(".")) if rest else ()
    file_types = _FILE_TYPES if kind is _ASSET and field.id == "file" else {}
    found = file_types.get(rest) if rest else field.type
    return (found, lambda item: dig(view.value(item, field.id), names)) if found else None


def _inside_link(
    path: str, field: Field, rest: str, query: Mapping[str, str], view: View
) -> tuple[str, Callable[[Item], list[Json]]] | None:
    def links(item: Item) -> list[Json]:
        return dig(view.value(item, field.id), ())

    def targets(item: Item) -> list[Item]:
        keys = filter(None, map(link_key, links(item)))
        return [view.items[key] for key in keys if key in view.items]

    if not rest:
        return "Link", links
    if rest == "sys.id":
        return ("Array" if field.type == "Array" else "Symbol"), lambda item: dig(links(item), ("sys", "id"))
    if f".{rest}" == _TARGET_TYPE:
        return "Symbol", lambda item: [target.content_type for target in targets(item)]
    named = view.model.types.get(query.get(f"fields.{field.id}{_TARGET_TYPE}", ""))
    if named is None or not rest.startswith("fields."):
        return None
    inner = find_place(rest, named, query, view) if rest.count(".") == 1 else None
    if inner is None:
        raise unknown_path(path)
    return inner.type, lambda item: [
        value for target in targets(item) if target.content_type == named.id for value in inner.read(target)
    ]
