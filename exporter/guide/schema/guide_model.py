"""The guide's model: the content model, the locales and site.yaml, and what follows from them for all pages.

Every build reads it anew; items are not part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from exporter.config.settings import linked_fields
from exporter.core.model import LocalizedValue, Model
from exporter.core.url_names import url_path
from exporter.guide.schema.card_fields import CardFields, card_fields
from exporter.guide.schema.field_roles import UNKNOWN, Roles, embedded_types, roles_of
from exporter.guide.schema.titles import find_title
from exporter.guide.schema.type_traits import Located, helper_types, is_machinery, located_types, shows_itself
from exporter.guide.schema.wrappers import wrapped_pictures
from exporter.pictures.contrast import accent_colours
from exporter.pictures.icons import ICONS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.config.site_schema import ListPattern, SiteConfig
    from exporter.core.encoding import Json
    from exporter.core.model import Item


_NOTHING = LocalizedValue(None, None)
_localized_value = partial(tuple.__new__, LocalizedValue)  # as LocalizedValue(…), in half the time
_EMPTY: tuple[Json, ...] = (None, "", [], {})


@dataclass(frozen=True)
class GuideModel:
    """The content model as delivered and as read, and what follows from it and site.yaml.

    `locales` are the guide's, its default first; `types` the content types that have pages; `prefixes` what the
    addresses of a locale begin with; `segments` a content type's part of an address; `held` the types that are parts of
    pages by what lists of the space hold. `digest` is that of everything
    that decides which pages there are and where: while it is the same, the facts in the index hold.
    """

    site: SiteConfig
    model: Model
    definitions: Mapping[str, Json]
    tags: Mapping[str, str]
    locales: tuple[str, ...]
    types: tuple[str, ...]
    prefixes: Mapping[str, str]
    segments: Mapping[str, str]
    digest: bytes
    held: frozenset[str] = frozenset()

    @cached_property
    def default(self) -> str:
        """The space's default locale."""
        return self.model.default_locale

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """Each locale with the locales that it falls back to, itself first."""
        return {code: self.model.chain(code) for code in self.model.locales}

    @cached_property
    def unlocalized(self) -> AbstractSet[tuple[str, str]]:
        """The fields that are not localised: pairs of content type and field."""
        types = self.model.types.values()
        return {
            (content_type.id, field.id)
            for content_type in types
            for field in content_type.fields
            if not field.localized
        }

    @cached_property
    def lists(self) -> Mapping[str, tuple[tuple[str, ListPattern], ...]]:
        """The lists of site.yaml, with their names, by the content type whose entries they hold."""
        found: dict[str, tuple[tuple[str, ListPattern], ...]] = {}
        for name, pattern in self.site.lists.items():
            found[pattern.type] = (*found.get(pattern.type, ()), (name, pattern))
        return found

    @cached_property
    def linked_fields(self) -> AbstractSet[str]:
        """The fields that addresses read of linked entries."""
        return linked_fields(self.site, self.model.types)

    def meant_by(self, plain: str) -> tuple[str, ...]:
        """Return the addresses that one may mean, itself first.

        Editors name a page by its slug alone, `/about/`, and write that as the slug's field has it: `/Café Belém/`.
        """
        if plain == "/":
            return (plain,)
        own = f"/{url_path(plain)}/"
        written = (plain, own) if own not in (plain, "//") else (plain,)
        return tuple(way for path in written for way in (path, *(f"/{name}{path}" for name in self._own_segments)))

    @cached_property
    def _own_segments(self) -> tuple[str, ...]:
        """The segments of the content types with pages that are not embedded in others."""
        return tuple(self.segments[type_id] for type_id in self.types if type_id not in self.embedded_types)

    def answer(self, item: Item, field_id: str, locale: str) -> LocalizedValue:
        """Return a field's value in a locale.

        A key that is present has the value, `null` included; a missing one is looked up along the fallback chain. A
        field that is not localised holds its value under the space's default locale, for all locales; where the space
        had another default when it was written, or marks two as such, its only value is under that one.
        """
        return self.answer_of(item.content_type, item.fields, field_id, locale)

    def answer_of(self, type_id: str, fields: Mapping[str, Json], field_id: str, locale: str) -> LocalizedValue:
        """Return the same from the fields of an entry of a content type, or of an asset (whose type is empty).

        The content model does not say whether files are localised: the default locale's stands for all without one.
        """
        values = fields.get(field_id)
        if not isinstance(values, dict):
            return _NOTHING
        default = self.default
        if locale == default and locale in values:
            return _localized_value((values[locale], locale))
        found = next((code for code in self.chains.get(locale, (locale,)) if code in values), None)
        if found != default and default in values and (type_id, field_id) in self.unlocalized:
            found = default
        elif found is None and len(values) == 1 and (type_id, field_id) in self.unlocalized:
            found = next(iter(values))
        if found is None and not type_id and field_id == "file" and default in values:
            found = default
        return _localized_value((values[found], found)) if found is not None else _NOTHING

    @cached_property
    def embedded_types(self) -> AbstractSet[str]:
        """The content types whose entries are embedded in the pages of others."""
        return embedded_types(self.model.types, self.held)

    @cached_property
    def mere_parts(self) -> AbstractSet[str]:
        """The embedded types to which site.yaml gives no pages: what shows an entry of them is the page of another."""
        return self.embedded_types - self.site.pages.keys()

    @cached_property
    def mere_names(self) -> AbstractSet[str]:
        """The types that help to find others and have nothing to show but a name, as tags do."""
        helpers = helper_types(self.model.types, self.embedded_types)
        return {name for name in helpers if not shows_itself(self.model.types[name], self.embedded_types)}

    @cached_property
    def leading_types(self) -> tuple[str, ...]:
        """The content types with pages, one of which a guide offers first: they show something of their own."""
        helpers = helper_types(self.model.types, self.embedded_types)
        own = (name for name in self.types if name not in self.embedded_types and name not in helpers)
        return tuple(name for name in own if shows_itself(self.model.types[name], self.embedded_types))

    @cached_property
    def menus(self) -> AbstractSet[str]:
        """The content types that are menus and other frames of a site: they lead to pages and say nothing of them."""
        return {content_type.id for content_type in self.model.types.values() if is_machinery(content_type)}

    @cached_property
    def located(self) -> Mapping[str, Located]:
        """How the content types are on maps whose entries have pages and are somewhere; empty where none is."""
        return located_types(self.model.types, [name for name in self.types if name not in self.mere_parts])

    @cached_property
    def has_places(self) -> bool:
        """Whether any content type with pages has a Location field."""
        return any(how.fields for how in self.located.values())

    @cached_property
    def roles(self) -> Mapping[str, Roles]:
        """What the fields of each content type are for."""
        return {content_type.id: roles_of(content_type) for content_type in self.model.types.values()}

    @cached_property
    def cards(self) -> Mapping[str, CardFields]:
        """The fields of each content type that stand on its cards beside the title."""
        types = self.model.types.values()
        return {content_type.id: card_fields(content_type, self.roles[content_type.id]) for content_type in types}

    @cached_property
    def wrapped_pictures(self) -> Mapping[str, tuple[str, ...]]:
        """By content type, the fields that may link to an entry that only wraps a picture."""
        return wrapped_pictures(self.model.types)

    def title(self, item: Item, locale: str) -> str:
        """Return what an item is called in a locale: its title, a short text, or its type.

        It is what it is called in the default locale where it has no name there, else in that which links lead to.
        """
        roles = self.roles.get(item.content_type, UNKNOWN)
        found = find_title(roles, (locale, self.default), lambda name, code: self.answer(item, name, code))
        if found is None:
            codes = (*self.chains.get(locale, ()), *self.locales)
            shown = next((code for code in codes if self.is_shown(item, code)), "")
            found = find_title(roles, [shown], lambda name, code: self.answer(item, name, code)) if shown else None
        return found.value if found is not None else self.untitled(item.content_type)

    def untitled(self, type_id: str) -> str:
        """Return what an entry without any text is called: the name of its type."""
        content_type = self.model.types.get(type_id)
        return content_type.name if content_type is not None else type_id

    def is_translated(self, item: Item, locale: str) -> bool:
        """Whether an item has a value in a locale itself, without fallback."""
        return any(self.has_own(values, locale) for values in item.fields.values())

    @staticmethod
    def has_own(values: Json, locale: str) -> bool:
        """Whether a field has a value in a locale itself, by its values in all locales."""
        return isinstance(values, dict) and values.get(locale) not in _EMPTY

    def is_shown(self, item: Item, locale: str) -> bool:
        """Whether an item has a page in a locale: it has a value there, or falls back to one if site.yaml says so.

        In a locale whose fallback chain has no value either there is no page.
        """
        if not self.site.untranslated:
            return self.is_translated(item, locale)
        return any(self.is_translated(item, code) for code in self.chains.get(locale, (locale,)))


def site_values(guide: GuideModel) -> dict[str, Json]:
    """Return the values of site.yaml that templates see."""
    site = guide.site
    return {
        "title": site.title,
        "description": site.description,
        "licence": "",
        "accent": site.theme.accent,
        "accent_colours": accent_colours(site.theme.accent)._asdict() if site.theme.accent else None,
        "logo": site.theme.logo,
        "base_url": site.base_url,
        "outline": site.maps.outline,
        "search": site.search,
        "offline": site.offline is True,
        "avif": site.pictures.avif,
        "icons": [[path, size] for path, size in ICONS.items()] if site.offline is True else [],
    }


def is_own(guide: GuideModel, url: str, locale: str) -> bool:
    """Whether an address in a locale is the guide's own, where no page of an entry may lie."""
    return url.removeprefix(guide.prefixes[locale]).strip("/").split("/")[0].lower() in OWN_NAMES


OWN_NAMES = {
    *("files", "updates", "offline", "search", "map"),
    *("style.css", "pictures.css", "theme.js", "accent.css", "icon.svg", "sw.js", "manifest.webmanifest"),
    *("icon-192.png", "icon-512.png", "apple-touch-icon.png"),
}
"""Names at the guide's root that no page and no list may have."""


TAGS = "tags"
