"""The library: every question that a page can ask of the mirror. It reads content/ and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from exporter.errors import GuardError
from exporter.files import read_bytes, walk_files
from exporter.layout import LOCALES_PATH, MOVED_PATH, TAGS_PATH, is_item_path
from exporter.model import (
    Item,
    Json,
    Key,
    Model,
    Upsert,
    decode,
    link_key,
    read_change,
    read_content_type,
    read_locale,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


Moved: TypeAlias = "Mapping[str, Mapping[str, Mapping[str, list[str]]]]"


class Answer(NamedTuple):
    """A field's value and the locale that it came from; both None where no locale of the chain has one."""

    value: Json
    locale: str | None


@dataclass(frozen=True)
class Library:
    """The mirror as pages see it: items by key, where their JSON lies, who links to whom."""

    model: Model
    tags: Mapping[str, str]
    items: Mapping[Key, Item]
    paths: Mapping[Key, str]
    backlinks: Mapping[Key, tuple[Key, ...]]

    def answer(self, item: Item, field_id: str, locale: str) -> Answer:
        """Give a field's value in a locale.

        A key that is present is the value, `null` too; a missing one is looked for along the fallback chain. A field
        that is not localised holds its value under the space's default locale, for all locales.
        """
        values = item.localized(field_id)
        content_type = self.model.types.get(item.content_type)
        found = content_type.find(field_id) if content_type else None
        default = self.model.default_locale
        if found is not None and not found.localized and default in values:
            return Answer(values[default], default)
        for code in self.model.chain(locale):
            if code in values:
                return Answer(values[code], code)
        return Answer(None, None)

    def title(self, item: Item, locale: str) -> Answer:
        """Give what an item is called: its display field in the locale, else in the space's default, else its id."""
        content_type = self.model.types.get(item.content_type)
        name = content_type.display_field if content_type else "title"
        for code in (locale, self.model.default_locale):
            answer = self.answer(item, name, code)
            if isinstance(answer.value, str) and answer.value.strip():
                return answer
        return Answer(item.key.id, None)

    def is_translated(self, item: Item, locale: str) -> bool:
        """Tell whether an item has anything in a locale itself, without any fallback."""
        return any(item.localized(name).get(locale) not in (None, "") for name in item.fields)

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Item, ...]]:
        groups: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.key.kind == "entry":
                groups.setdefault(item.content_type, []).append(item)
        return {type_id: tuple(found) for type_id, found in groups.items()}

    def of_type(self, type_id: str) -> tuple[Item, ...]:
        """Give the entries of a content type, in the order of ids."""
        return self._by_type.get(type_id, ())


def sort_key(title: str) -> tuple[str, str]:
    """Order titles as people do: accents and case come second."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return bare.casefold(), title


def load_library(content: Path) -> Library:
    """Read the whole mirror. Raises GuardError where there is none yet, or a file of it is broken."""
    if not (content / LOCALES_PATH).is_file():
        raise GuardError("mirror-missing", f"{content} holds no mirror yet: run sync (or build) first")
    items: dict[Key, Item] = {}
    paths: dict[Key, str] = {}
    for top in ("assets", "entries"):
        for name in walk_files(content / top):
            item = _read_item(content, f"{top}/{name}") if name.endswith(".json") else None
            if item is not None:
                items[item.key], paths[item.key] = item, f"{top}/{name}"
    backlinks: dict[Key, dict[Key, None]] = {}
    for key in sorted(items):
        for target in links_of(items[key]):
            backlinks.setdefault(target, {})[key] = None
    tags = {each: str(raw.get("name") or each) for each, raw in _read_json(content, TAGS_PATH).items()}
    return Library(
        _load_model(content),
        tags,
        {key: items[key] for key in sorted(items)},
        paths,
        {target: tuple(sources) for target, sources in backlinks.items()},
    )


def _read_item(content: Path, path: str) -> Item | None:
    """Read an item that lies at the path that is its own; None for a foreign file."""
    try:
        change = read_change(_read_json(content, path))
    except ValueError:
        return None
    if not isinstance(change, Upsert) or not is_item_path(path, change.key, change.item.content_type):
        return None
    return change.item


def _read_json(content: Path, path: str) -> Json:
    try:
        data = read_bytes(content / path)
        return decode(data) if data is not None else {}
    except ValueError as error:
        raise GuardError(
            "mirror-broken", f"{content / path} is no JSON ({error}): take it back from git, or run sync --full"
        ) from None


def _load_model(content: Path) -> Model:
    types = (_read_json(content, f"model/content_types/{name}") for name in walk_files(content / "model/content_types"))
    read = [read_content_type(raw) for raw in types]
    locales = _read_json(content, LOCALES_PATH)
    return Model(
        {each.id: each for each in sorted(read, key=lambda each: each.name)},
        {code: read_locale(raw) for code, raw in locales.items()},
    )


def load_moved(content: Path) -> Moved:
    """Read the earlier values of the fields that addresses are made of: by item, field and locale."""
    moved: Moved = _read_json(content, MOVED_PATH)
    return moved


def links_of(item: Item) -> Iterator[Key]:
    """Yield the keys that an item links to, in any field and locale, Rich Text included."""
    pending: list[Json] = [item.fields]
    while pending:
        each = pending.pop()
        key = link_key(each)
        if key is not None:
            yield key
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, list):
            pending.extend(each)
