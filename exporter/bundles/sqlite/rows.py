"""The rows of the SQLite file: plain values, made from the guide's model and its items."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.model import link_key, own_facts
from exporter.core.naming import AssetFile
from exporter.render.markup.rich_text_tree import blocks_of, content_of
from exporter.render.view.languages import languages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from typing import Any

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Field, Item
    from exporter.guide.schema.guide_model import GuideModel

Row = tuple[str, tuple["Any", ...]]
"""A table's name and the values of a row."""

Files = Sequence[tuple[AssetFile, "str | None"]]
"""The files of an asset, each with its path under site/, or that of a picture's variant; None for one not there."""

_MOST_DEGREES = 180
_EMPTY: tuple[Json, ...] = (None, "", [], {})


class Scope(NamedTuple):
    """What goes into the file: locales, keys of items, and fields by content type (None for all fields)."""

    locales: tuple[str, ...]
    items: AbstractSet[str]
    fields: AbstractSet[tuple[str, str]] | None

    def has_field(self, type_id: str, name: str) -> bool:
        """Whether a field goes in."""
        return self.fields is None or (type_id, name) in self.fields


def model_rows(guide: GuideModel, scope: Scope, types: AbstractSet[str], tags: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of locales, of the content types that have items, of their fields, and of tags."""
    names = {code: locale.name for code, locale in guide.model.locales.items()}
    known = languages(names, scope.locales)
    for position, code in enumerate(scope.locales):
        yield "locale", (code, known[code].name, known[code].direction, guide.model.locales[code].fallback, position)
    for position, content_type in enumerate(ordered_types(guide, types)):
        yield "content_type", (content_type.id, plain(content_type.name), content_type.display_field, position)
        for number, field in enumerate(content_type.fields):
            if scope.has_field(content_type.id, field.id):
                name, localized = plain(field.name), int(field.localized)
                yield "field", (content_type.id, field.id, name, *_kind_of(field), localized, number)
    for tag in sorted(tags):
        yield "tag", (tag, plain(guide.tags.get(tag, tag)))


def ordered_types(guide: GuideModel, types: AbstractSet[str]) -> list[ContentType]:
    """Return content types in the order in which the guide offers them, those without pages last."""
    names = [*guide.types, *(name for name in guide.model.types if name not in guide.types)]
    return [guide.model.types[name] for name in names if name in types]


def _kind_of(field: Field) -> tuple[str, str | None]:
    """Return a field's type and what its items or its target are, None for any other field."""
    of_items = field.items.get("linkType") or field.items.get("type")
    inner = field.link_type or (of_items if isinstance(of_items, str) else "")
    return plain(field.type), plain(inner) or None


def item_rows(guide: GuideModel, scope: Scope, item: Item, urls: Mapping[str, str], files: Files) -> Iterator[Row]:
    """Yield the rows of an item; `urls` are the addresses of its pages by locale."""
    key, sys = str(item.key), item.sys
    revision = sys.get("revision")
    times = (_text(sys.get(name)) for name in ("createdAt", "updatedAt"))
    known = item.content_type if item.content_type in guide.model.types else None
    yield "item", (key, item.key.kind, item.key.id, known, revision if _is_small(revision) else 0, *times)
    is_named = scope.fields is None or item.content_type not in guide.mere_parts or _is_titled(guide, item)
    for code in scope.locales:
        title = plain(guide.title(item, code)) if is_named else ""
        yield "title", (key, code, title, urls.get(code), int(guide.is_translated(item, code)))
        for name, kind in _fields(guide, scope, item):
            value, source = guide.answer(item, name, code)
            if value not in _EMPTY and source is not None:
                yield from _value_rows(scope, (key, name, code), kind, value, source)
    for tag in dict.fromkeys(own_facts(item)[1]):
        yield "item_tag", (key, tag)
    if item.key.kind == "asset" and scope.has_field("", "file"):
        yield from _file_rows(guide, scope, item, files)


def _is_titled(guide: GuideModel, item: Item) -> bool:
    roles = guide.roles.get(item.content_type)
    return roles is None or roles.is_titled


def _fields(guide: GuideModel, scope: Scope, item: Item) -> Iterator[tuple[str, str]]:
    """Yield the fields of an item that go in, in the editor's order, each with its type."""
    content_type = guide.model.types.get(item.content_type)
    if content_type is not None:
        yield from (
            (known.id, known.type) for known in content_type.fields if scope.has_field(content_type.id, known.id)
        )
    elif not item.content_type:
        yield from ((name, "Text") for name in ("title", "description") if scope.has_field("", name))


def _value_rows(scope: Scope, place: tuple[str, str, str], kind: str, value: Json, source: str) -> Iterator[Row]:
    """Yield the rows of a value: itself, the links in it, and where it is on the map."""
    shape = _shape(kind, value)
    if shape is not None:
        yield "value", (*place, shape[0], source, *shape[1:])
    targets = (str(key) for key in _links_in(kind, value))
    for position, target in enumerate(target for target in targets if target in scope.items):
        yield "link", (*place, position, target)
    where = _position(value) if kind == "Location" else None
    if where is not None:
        yield "place", (*place, *where)


def _shape(kind: str, value: Json) -> tuple[str, str | None, float | None, str | None] | None:
    """Return a value's kind, text, number and JSON; None for one that only links. What has no such shape is JSON."""
    if isinstance(value, bool):
        return "boolean", "true" if value else "false", float(value), None
    if isinstance(value, (int, float)):
        return "number", json.dumps(value), _as_double(value), None
    if isinstance(value, str):
        return "date" if kind == "Date" else "text", plain(value), None, None
    if _only_links(value):
        return None
    name, text = _structure(kind, value)
    return name, text, None, plain(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _structure(kind: str, value: Json) -> tuple[str, str | None]:
    """Return the kind of a list or an object, and its text if it has any."""
    if kind == "RichText" and isinstance(value, dict):
        return "richtext", plain("\n".join(filter(None, blocks_of(value))))
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "list", plain("\n".join(value))
    return "location" if kind == "Location" else "object", None


def _only_links(value: Json) -> bool:
    parts = value if isinstance(value, list) else [value]
    return all(link_key(part) is not None for part in parts)


def _links_in(kind: str, value: Json) -> Iterator[Any]:
    """Yield the keys that a value links to, those in Rich Text in the order of its nodes."""
    if kind == "RichText" and isinstance(value, dict):
        pending: list[Mapping[str, Json]] = [value]
        while pending:
            node = pending.pop()
            data = node.get("data")
            key = link_key(data.get("target")) if isinstance(data, dict) else None
            yield from [key] if key is not None else []
            pending += reversed(content_of(node))
        return
    for part in value if isinstance(value, list) else [value]:
        key = link_key(part)
        yield from [key] if key is not None else []


def _position(value: Json) -> tuple[float, float] | None:
    """Return latitude and longitude of a Location; None for one that is nowhere on the globe."""
    both = [value.get(name) for name in ("lat", "lon")] if isinstance(value, dict) else []
    numbers = [float(part) for part in both if isinstance(part, (int, float)) and abs(part) <= _MOST_DEGREES]
    if len(numbers) < len(both) or not numbers or abs(numbers[0]) > _MOST_DEGREES / 2:
        return None
    return numbers[0], numbers[1]


def _file_rows(guide: GuideModel, scope: Scope, item: Item, files: Files) -> Iterator[Row]:
    """Yield where an asset's file is and what it is, for each locale that has one or falls back to one."""
    by_locale = {code: file for file in files for code in file[0].locales}
    for code in scope.locales:
        value, source = guide.answer(item, "file", code)
        if not isinstance(value, dict) or source not in by_locale:
            continue
        file, path = by_locale[source]
        details = value.get("details")
        image = details.get("image") if isinstance(details, dict) else None
        sizes = (image.get(name) if isinstance(image, dict) else None for name in ("width", "height"))
        url = plain(f"https:{file.url}" if file.url.startswith("//") else file.url)
        texts = (_text(value.get(name)) or "" for name in ("fileName", "contentType"))
        numbers = (number if _is_small(number) else None for number in (file.size, *sizes))
        yield "asset_file", (str(item.key), code, path, url, *texts, *numbers)


def _text(value: Json) -> str | None:
    return plain(value) if isinstance(value, str) else None


def _is_small(value: Json) -> bool:
    """Whether a value is an integer that SQLite holds."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def _as_double(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def plain(text: str) -> str:
    """Return a text as SQLite and every language's driver can hold it: valid UTF-8, no NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
