"""The frame of the guide: what all its pages stand in, read anew by every build: content model, locales, site.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from exporter.errors import ConfigError, GuardError
from exporter.files import read_bytes, walk_files
from exporter.guide.addresses import unknown_fields
from exporter.guide.listings import OWN_NAMES, unknown_names
from exporter.guide.roles import UNKNOWN, Roles, pages_of, parts_of, roles_of
from exporter.layout import LOCALES_PATH, TAGS_PATH, file_name, url_segment
from exporter.model import Model, read_content_type, read_locale
from exporter.settings import linked_fields
from exporter.spelling import Json, brief, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
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
_answer = partial(tuple.__new__, Answer)  # as Answer(…), in half of the time
_EMPTY: tuple[Json, ...] = (None, "", [], {})


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
        return linked_fields(self.site, self.model.types)

    def meant_by(self, plain: str) -> tuple[str, ...]:
        """Give the addresses that one may mean, its own first: editors name a page by its slug alone, `/about/`."""
        types = (each for each in self.types if each not in self.parts and plain != "/")
        return plain, *(f"/{self.segments[each]}{plain}" for each in types)

    def answer(self, item: Item, field_id: str, locale: str) -> Answer:
        """Give a field's value in a locale.

        A key that is present is the value, `null` too; a missing one is looked for along the fallback chain. A field
        that is not localised holds its value under the space's default locale, for all locales.
        """
        return self.answer_of(item.content_type, item.fields, field_id, locale)

    def answer_of(self, type_id: str, fields: Mapping[str, Json], field_id: str, locale: str) -> Answer:
        """Give the same for the fields of an entry of a content type, or of an asset (its type is empty).

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
        """Give what an item is called in a locale, else in the space's default: by its title, its texts, its type."""
        found = find_title(
            self.roles.get(item.content_type, UNKNOWN),
            (locale, self.default),
            lambda name, code: self.answer(item, name, code),
        )
        return found.value if found is not None else self.untitled(item.content_type)

    def untitled(self, type_id: str) -> str:
        """Give what an entry without a text is called: as its type is."""
        content_type = self.model.types.get(type_id)
        return content_type.name if content_type is not None else type_id

    def is_translated(self, item: Item, locale: str) -> bool:
        """Tell whether an item has anything in a locale itself, without any fallback."""
        return any(self.has_own(values, locale) for values in item.fields.values())

    @staticmethod
    def has_own(values: Json, locale: str) -> bool:
        """Tell whether a field, by its values, has something in a locale itself."""
        return isinstance(values, dict) and values.get(locale) not in _EMPTY

    def is_shown(self, item: Item, locale: str) -> bool:
        """Tell whether an item has a page in a locale: where it has anything in it, or falls back if site.yaml says so.

        A locale that falls back to none gets no page in either case.
        """
        if not self.site.untranslated:
            return self.is_translated(item, locale)
        return any(self.is_translated(item, code) for code in self.chains.get(locale, (locale,)))


_LONGEST_TITLE = 120
_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(.+)\1")
_OF_FILES = re.compile(r"[0-9_-]")
_NO_CHARACTER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def find_title(roles: Roles, locales: Iterable[str], ask: Callable[[str, str], Sequence[Json]]) -> Answer | None:
    """Find what an item is called: its title in one of some locales, else the first of its texts that has something.

    `ask` answers with value and locale for the id of a field and a locale.
    """
    codes = tuple(dict.fromkeys(locales))
    for name in roles.named_by:
        for code in codes:
            value, found = ask(name, code)
            text = _in_a_line(value) if value else ""
            if text and (name == roles.title or not text.startswith(("https://", "http://"))):
                surname = _in_a_line(ask(roles.surname, code)[0]) if roles.surname and name == roles.title else ""
                return Answer(f"{text} {surname}".strip(), found)
    return None


def _in_a_line(value: Json) -> str:
    """Give a title as one line, cut where it goes on too long to be one."""
    if not isinstance(value, str):
        return str(value) if type(value) in (int, float) else ""
    text = value.strip()
    if not text.isprintable():
        text = _NO_CHARACTER.sub("", text).strip()
        text = text if any(each.isprintable() and each != " " for each in text) else ""
    if "\n" in text:
        first = text.split("\n", 1)[0].lstrip("# ").strip()
        marked = _EMPHASIS.fullmatch(first)
        text = marked[2] if marked else first
    return text if len(text) <= _LONGEST_TITLE else f"{text[:_LONGEST_TITLE].rsplit(' ', 1)[0]}…"


def is_file_name(title: str, file: str) -> bool:
    """Tell whether an asset's title is only what its file was called when it came, which says nothing to readers."""
    stem = file.rpartition(".")[0] or file
    return title == file or (title == stem and _OF_FILES.search(title) is not None and " " not in title)


def sort_key(title: str) -> tuple[str, str]:
    """Order titles as people do: accents and case come second."""
    if title.isascii():
        return title.casefold(), title
    bare = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return bare.casefold(), title


def site_values(frame: Frame) -> dict[str, Json]:
    """Give what templates see of site.yaml."""
    site = frame.site
    return {
        "title": site.title,
        "description": site.description,
        "accent": site.theme.accent,
        "logo": site.theme.logo,
        "base_url": site.base_url,
    }


def read_frame(content: Path, site: Site) -> Frame:
    """Read the content model of the mirror. Raises GuardError where there is none yet or a file of it is broken.

    Raises ConfigError for what site.yaml asks that the space does not have.
    """
    if not (content / LOCALES_PATH).is_file():
        raise GuardError("mirror-missing", f"{content} holds no mirror yet: run sync (or build) first")
    files = (each for each in walk_files(content / _TYPES) if each.endswith(".json"))
    raw_types = [read_json(content, f"{_TYPES}/{each}") for each in files]
    locales = read_json(content, LOCALES_PATH)
    tags = read_json(content, TAGS_PATH)
    try:
        model = _read_model(raw_types, locales)
        names = {each: str(raw.get("name") or each) for each, raw in tags.items()}
    except (AttributeError, KeyError, TypeError):
        said = f"{content / 'model'} is no content model: take it back from git, or run sync --full"
        raise GuardError("mirror-broken", said) from None
    return _make_frame(site, model, raw_types, locales, names)


def make_frame(site: Site, raw_types: list[Json], raw_locales: Mapping[str, Json], tags: Mapping[str, str]) -> Frame:
    """Make the frame of a content model as delivered. Raises ConfigError."""
    return _make_frame(site, _read_model(raw_types, raw_locales), raw_types, raw_locales, tags)


def _read_model(raw_types: list[Json], raw_locales: Mapping[str, Json]) -> Model:
    types = sorted(
        (read_content_type(raw) for raw in raw_types), key=lambda each: (each.name.casefold(), each.name, each.id)
    )
    return Model({each.id: each for each in types}, {code: read_locale(raw) for code, raw in raw_locales.items()})


def _make_frame(
    site: Site, model: Model, raw_types: list[Json], raw_locales: Mapping[str, Json], tags: Mapping[str, str]
) -> Frame:
    locales = _guide_locales(site, model)
    pages = {name: vars(each) for name, each in site.pages.items()}
    lists = {name: vars(each) for name, each in site.lists.items()}
    others = [site.content.assets, site.untranslated, site.base_url is None, lists, tags if lists else None]
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
    return pages_of(model.types)


def _prefixes(locales: tuple[str, ...]) -> dict[str, str]:
    """Give what each locale's addresses begin with: nothing for the guide's first one."""
    return {code: "/" if code == locales[0] else f"/{url_segment(code) or file_name(code)}/" for code in locales}


def _segments(model: Model, locales: tuple[str, ...]) -> dict[str, str]:
    """Give each content type's part of an address.

    One that meets a name of the guide's own gets an underscore; those that differ only by case get a suffix.
    """
    taken = {*OWN_NAMES, *(prefix.strip("/").lower() for prefix in _prefixes(locales).values())}
    plain = {each: url_segment(each) or file_name(each) for each in model.types}
    counts = Counter(segment.lower() for segment in plain.values())
    return {
        each: file_name(each, clash=True) if counts[segment.lower()] > 1 else segment + "_" * (segment.lower() in taken)
        for each, segment in plain.items()
    }
