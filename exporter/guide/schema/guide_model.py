"""The frame of the guide: what all its pages stand in, read anew by every build: content model, locales, site.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from exporter.config.settings import linked_fields
from exporter.core.model import LocalizedValue, Model
from exporter.guide.schema.field_roles import UNKNOWN, Roles, parts_of, roles_of
from exporter.guide.schema.titles import find_title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.config.site_schema import ListPattern, SiteConfig
    from exporter.core.encoding import Json
    from exporter.core.model import Item


_NOTHING = LocalizedValue(None, None)
_answer = partial(tuple.__new__, LocalizedValue)  # as Answer(…), in half of the time
_EMPTY: tuple[Json, ...] = (None, "", [], {})


@dataclass(frozen=True)
class GuideModel:
    """The content model as delivered and as read, and what follows from it and site.yaml.

    `locales` are the guide's, its default first; `types` those that have pages; `prefixes` what each locale's addresses
    begin with; `segments` each content type's part of an address; `stamp` stands for all that places pages.
    """

    site: SiteConfig
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
        return linked_fields(self.site, self.model.types)

    def meant_by(self, plain: str) -> tuple[str, ...]:
        """Return the addresses that one may mean, itself first: editors name a page by its slug alone, `/about/`."""
        return (plain, *(f"/{segment}{plain}" for segment in self._own_segments)) if plain != "/" else (plain,)

    @cached_property
    def _own_segments(self) -> tuple[str, ...]:
        """The segments of the content types with pages whose entries are no parts of other pages."""
        return tuple(self.segments[type_id] for type_id in self.types if type_id not in self.parts)

    def answer(self, item: Item, field_id: str, locale: str) -> LocalizedValue:
        """Return a field's value in a locale.

        A key that is present is the value, `null` too; a missing one is looked for along the fallback chain. A field
        that is not localised holds its value under the space's default locale, for all locales.
        """
        return self.answer_of(item.content_type, item.fields, field_id, locale)

    def answer_of(self, type_id: str, fields: Mapping[str, Json], field_id: str, locale: str) -> LocalizedValue:
        """Return the same for the fields of an entry of a content type, or of an asset (its type is empty).

        The content model does not say whether files are localised: the default locale's stands for all without one.
        """
        values = fields.get(field_id)
        if not isinstance(values, dict):
            return _NOTHING
        default = self.default
        if locale == default and locale in values:
            return _answer((values[locale], locale))
        found = next((code for code in self.chains.get(locale, (locale,)) if code in values), None)
        if found != default and default in values and (type_id, field_id) in self.unlocalized:
            found = default
        if found is None and not type_id and field_id == "file" and default in values:
            found = default
        return _answer((values[found], found)) if found is not None else _NOTHING

    @cached_property
    def parts(self) -> AbstractSet[str]:
        """The content types whose entries are parts of other pages."""
        return parts_of(self.model.types)

    @cached_property
    def roles(self) -> Mapping[str, Roles]:
        """What the fields of each content type are for."""
        return {each.id: roles_of(each) for each in self.model.types.values()}

    def title(self, item: Item, locale: str) -> str:
        """Return what an item is called in a locale, else in the space's default: by its title, its texts, its type."""
        found = find_title(
            self.roles.get(item.content_type, UNKNOWN),
            (locale, self.default),
            lambda name, code: self.answer(item, name, code),
        )
        return found.value if found is not None else self.untitled(item.content_type)

    def untitled(self, type_id: str) -> str:
        """Return what an entry without a text is called: as its type is."""
        content_type = self.model.types.get(type_id)
        return content_type.name if content_type is not None else type_id

    def is_translated(self, item: Item, locale: str) -> bool:
        """Return whether an item has anything in a locale itself, without any fallback."""
        return any(self.has_own(values, locale) for values in item.fields.values())

    @staticmethod
    def has_own(values: Json, locale: str) -> bool:
        """Return whether a field, by its values, has something in a locale itself."""
        return isinstance(values, dict) and values.get(locale) not in _EMPTY

    def is_shown(self, item: Item, locale: str) -> bool:
        """Return whether an item has a page in a locale: where it has anything in it, or falls back if site.yaml says so.

        A locale that falls back to none gets no page in either case.
        """
        if not self.site.untranslated:
            return self.is_translated(item, locale)
        return any(self.is_translated(item, code) for code in self.chains.get(locale, (locale,)))


def site_values(guide: GuideModel) -> dict[str, Json]:
    """Return what templates see of site.yaml."""
    site = guide.site
    return {
        "title": site.title,
        "description": site.description,
        "accent": site.theme.accent,
        "logo": site.theme.logo,
        "base_url": site.base_url,
    }


def is_own(guide: GuideModel, url: str, locale: str) -> bool:
    """Return whether an address in a locale is the guide's own, where no page of an entry may lie."""
    return url.removeprefix(guide.prefixes[locale]).strip("/").split("/")[0].lower() in OWN_NAMES


OWN_NAMES = {"files", "updates", "offline", "search", "map", "style.css", "icon.svg"}


TAGS = "tags"
