"""The frame of the guide: what all its pages stand in, read anew by every build: content model, locales, site.yaml."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from exporter.errors import ConfigError, GuardError
from exporter.files import read_bytes, walk_files
from exporter.guide.addresses import unknown_fields
from exporter.guide.listings import OWN_FOLDERS, unknown_names
from exporter.layout import LOCALES_PATH, TAGS_PATH, file_name, url_segment
from exporter.model import Json, Model, brief, decode, read_content_type, read_locale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from exporter.config import ListPattern, Site
    from exporter.model import Item

_TYPES = "model/content_types"


class Answer(NamedTuple):
    """A field's value and the locale that it came from; both None where no locale of the chain has one."""

    value: Json
    locale: str | None


_NOTHING = Answer(None, None)


@dataclass(frozen=True)
class Frame:
    """The content model as delivered and as read, and what follows from it and site.yaml.

    `locales` are the guide's, its default first; `types` those that have pages; `prefixes` what each locale's addresses
    begin with; `segments` each content type's part of an address; `stamp` stands for all that places pages.
    """

    site: Site
    model: Model
    definitions: Mapping[str, Json]
    tags: Mapping[str, str]
    locales: tuple[str, ...]
    types: tuple[str, ...]
    prefixes: Mapping[str, str]
    segments: Mapping[str, str]
    stamp: bytes

    @cached_property
    def default(self) -> str:
        """The space's default locale."""
        return self.model.default_locale

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """Each locale with those that it falls back to."""
        return {code: self.model.chain(code) for code in self.model.locales}

    @cached_property
    def unlocalized(self) -> AbstractSet[tuple[str, str]]:
        """Content types with their fields that are not localised."""
        types = self.model.types.values()
        return {(each.id, field.id) for each in types for field in each.fields if not field.localized}

    @cached_property
    def lists(self) -> Mapping[str, tuple[tuple[str, ListPattern], ...]]:
        """The lists of site.yaml, with their names, by the content type whose entries they hold."""
        found: dict[str, tuple[tuple[str, ListPattern], ...]] = {}
        for name, each in self.site.lists.items():
            found[each.type] = (*found.get(each.type, ()), (name, each))
        return found

    @cached_property
    def linked_fields(self) -> AbstractSet[str]:
        """The fields that addresses read of linked entries."""
        return self.site.linked_fields(self.model.types)

    def answer(self, item: Item, field_id: str, locale: str) -> Answer:
        """Give a field's value in a locale.

        A key that is present is the value, `null` too; a missing one is looked for along the fallback chain. A field
        that is not localised holds its value under the space's default locale, for all locales.
        """
        return self.answer_of(item.content_type, item.fields, field_id, locale)

    def answer_of(self, type_id: str, fields: Mapping[str, Json], field_id: str, locale: str) -> Answer:
        """Give the same for the fields of an entry of a content type, or of an asset (its type is empty)."""
        values = fields.get(field_id)
        if not isinstance(values, dict):
            return _NOTHING
        default = self.default
        found = next((code for code in self.chains.get(locale, (locale,)) if code in values), None)
        if found != default and default in values and (type_id, field_id) in self.unlocalized:
            found = default
        return Answer(values[found], found) if found is not None else _NOTHING

    def title_field(self, type_id: str) -> str:
        """Give the field that says what an item of a content type is called."""
        content_type = self.model.types.get(type_id)
        return content_type.display_field if content_type else "title"

    def title(self, item: Item, locale: str) -> str:
        """Give what an item is called: its display field in the locale, else in the space's default, else its id."""
        name = self.title_field(item.content_type)
        for code in (locale, self.default):
            value = self.answer(item, name, code).value
            if isinstance(value, str) and value.strip():
                return value
        return item.key.id

    def is_translated(self, item: Item, locale: str) -> bool:
        """Tell whether an item has anything in a locale itself, without any fallback."""
        return any(item.localized(name).get(locale) not in (None, "") for name in item.fields)


def sort_key(title: str) -> tuple[str, str]:
    """Order titles as people do: accents and case come second."""
    if title.isascii():
        return title.casefold(), title
    bare = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return bare.casefold(), title


def read_frame(content: Path, site: Site) -> Frame:
    """Read the content model of the mirror. Raises GuardError where there is none yet or a file of it is broken.

    Raises ConfigError for what site.yaml asks that the space does not have.
    """
    if not (content / LOCALES_PATH).is_file():
        raise GuardError("mirror-missing", f"{content} holds no mirror yet: run sync (or build) first")
    raw_types = [read_json(content, f"{_TYPES}/{name}") for name in walk_files(content / _TYPES)]
    locales = read_json(content, LOCALES_PATH)
    tags = read_json(content, TAGS_PATH)
    return make_frame(site, raw_types, locales, {each: str(raw.get("name") or each) for each, raw in tags.items()})


def make_frame(site: Site, raw_types: list[Json], raw_locales: Mapping[str, Json], tags: Mapping[str, str]) -> Frame:
    """Make the frame of a content model as delivered. Raises ConfigError."""
    types = sorted((read_content_type(raw) for raw in raw_types), key=lambda each: (each.name, each.id))
    model = Model(
        {each.id: each for each in types},
        {code: read_locale(raw) for code, raw in raw_locales.items()},
    )
    locales = _guide_locales(site, model)
    pages = {name: each.model_dump() for name, each in site.pages.items()}
    lists = {name: each.model_dump() for name, each in site.lists.items()}
    others = [site.content.assets, site.base_url is None, lists, tags if lists else None]
    frame = Frame(
        site,
        model,
        {raw["sys"]["id"]: raw for raw in raw_types},
        tags,
        locales,
        _types_with_pages(model, site),
        _prefixes(locales),
        _segments(model, locales),
        brief([locales, pages, others, list(model.types), raw_types, raw_locales]),
    )
    wrong = [*unknown_fields(frame), *unknown_names(frame)]
    if wrong:
        raise ConfigError("config-invalid", "\n".join(wrong))
    return frame


def read_json(content: Path, path: str) -> Json:
    """Read a JSON file of the mirror, an empty object where there is none. Raises GuardError for a broken one."""
    try:
        data = read_bytes(content / path)
        return decode(data) if data is not None else {}
    except ValueError as error:
        raise GuardError(
            "mirror-broken", f"{content / path} is no JSON ({error}): take it back from git, or run sync --full"
        ) from None


def _guide_locales(site: Site, model: Model) -> tuple[str, ...]:
    known = model.locales
    if site.locales is None:
        default = model.default_locale
        return (default, *(code for code in known if code != default))
    unknown = [code for code in site.locales if code not in known]
    if unknown:
        raise ConfigError(
            "config-invalid", f"locales: the space has no {', '.join(unknown)}: it has {', '.join(known)}"
        )
    return tuple(dict.fromkeys(site.locales))


def _types_with_pages(model: Model, site: Site) -> tuple[str, ...]:
    unknown = [each for each in site.pages if each not in model.types]
    if unknown:
        has = ", ".join(model.types)
        raise ConfigError("config-invalid", f"pages: the space has no content type {', '.join(unknown)}: it has {has}")
    if site.pages:
        return tuple(each for each in model.types if each in site.pages)
    return tuple(each.id for each in model.types.values() if each.address_field)


def _prefixes(locales: tuple[str, ...]) -> dict[str, str]:
    """Give what each locale's addresses begin with: nothing for the guide's first one."""
    return {code: "/" if code == locales[0] else f"/{url_segment(code) or file_name(code)}/" for code in locales}


def _segments(model: Model, locales: tuple[str, ...]) -> dict[str, str]:
    """Give each content type's part of an address.

    One that meets a name of the guide's own gets an underscore; those that differ only by case get a suffix.
    """
    taken = {*OWN_FOLDERS, *(prefix.strip("/").lower() for prefix in _prefixes(locales).values())}
    plain = {each: url_segment(each) or file_name(each) for each in model.types}
    counts = Counter(segment.lower() for segment in plain.values())
    return {
        each: file_name(each, clash=True) if counts[segment.lower()] > 1 else segment + "_" * (segment.lower() in taken)
        for each, segment in plain.items()
    }
