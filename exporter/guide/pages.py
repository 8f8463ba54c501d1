"""Which pages the guide has and where: planned as values from the library and site.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.errors import ConfigError
from exporter.guide.library import Library, sort_key
from exporter.layout import file_name, url_path, url_segment
from exporter.model import Item, Key
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from exporter.config import Site
    from exporter.guide.library import Moved

LONGEST_LIST = 200
"""Entries on one list page; a longer list is cut by the letter that titles begin with, which no insertion shifts."""

_OWN_NAMES = {"files", "updates", "offline", "search", "map"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be.

    Its address (from the guide's root, with slashes at both ends), template (empty for the one of its type), locale and
    subject: `key` is the entry that it shows; a list shows the type `type_id`, cut to a `letter` where it is long.
    """

    url: str
    template: str
    locale: str
    key: Key | None = None
    type_id: str = ""
    letter: str = ""

    @property
    def path(self) -> str:
        """The file under site/."""
        return f"{self.url[1:]}index.html"


@dataclass(frozen=True)
class Plan:
    """The pages of a guide and how to find one. `redirects` stand at earlier addresses and lead to `key`'s page."""

    locales: tuple[str, ...]
    types: tuple[str, ...]
    pages: tuple[Page, ...]
    redirects: tuple[Page, ...]
    by_url: Mapping[str, Page]
    by_key: Mapping[tuple[Key, str], Page]
    lists: Mapping[tuple[str, str], tuple[Page, ...]]
    prefixes: Mapping[str, str]
    problems: tuple[Problem, ...] = ()

    def page_of(self, key: Key, locale: str, chain: tuple[str, ...]) -> Page | None:
        """Find an entry's page: in the locale, in one that it falls back to, else in any; None where it has none."""
        for code in (locale, *chain, *self.locales):
            page = self.by_key.get((key, code))
            if page is not None:
                return page
        return None


def guide_locales(site: Site, library: Library) -> tuple[str, ...]:
    """Give the guide's locales, its default first. Raises ConfigError for one that the space does not have."""
    known = library.model.locales
    if site.locales is None:
        default = library.model.default_locale
        return (default, *(code for code in known if code != default))
    unknown = [code for code in site.locales if code not in known]
    if unknown:
        raise ConfigError(
            "config-invalid", f"locales: the space has no {', '.join(unknown)}: it has {', '.join(known)}"
        )
    return tuple(dict.fromkeys(site.locales))


def plan_pages(library: Library, site: Site, moved: Moved | None = None) -> Plan:
    """Work out all pages. Raises ConfigError for what site.yaml asks that the space does not have."""
    locales = guide_locales(site, library)
    types = _types_with_pages(library, site)
    planner = _Planner(library, site, _prefixes(locales), _segments(library, locales))
    lists = {(each, code): tuple(planner.list_pages(each, code)) for each in types for code in locales}
    problems: list[Problem] = []
    pages = [Page(planner.prefixes[code], "home.html", code) for code in locales]
    pages += [page for same in lists.values() for page in same]
    for each in types:
        pages += planner.entry_pages(each, problems)
    by_url: dict[str, Page] = {}
    for page in pages:
        other = by_url.setdefault(page.url.casefold(), page)
        if other is not page:
            raise ConfigError("address-clash", f"{_named(other)} and {_named(page)} have the same address {page.url}")
    by_key = {(page.key, page.locale): page for page in pages if page.key is not None}
    earlier = (page for page in planner.earlier_pages(moved or {}) if page.url.casefold() not in by_url)
    redirects = {page.url.casefold(): page for page in earlier if (page.key, page.locale) in by_key}
    return Plan(
        locales,
        types,
        tuple(pages),
        tuple(redirects.values()),
        {page.url: page for page in pages},
        by_key,
        lists,
        planner.prefixes,
        tuple(problems),
    )


def _named(page: Page) -> str:
    return str(page.key or (f"the list of {page.type_id}" if page.type_id else "the home page"))


def _types_with_pages(library: Library, site: Site) -> tuple[str, ...]:
    types = library.model.types
    unknown = [each for each in site.pages if each not in types]
    if unknown:
        raise ConfigError(
            "config-invalid", f"pages: the space has no content type {', '.join(unknown)}: it has {', '.join(types)}"
        )
    if site.pages:
        return tuple(each for each in types if each in site.pages)
    return tuple(each.id for each in types.values() if each.address_field)


def _prefixes(locales: tuple[str, ...]) -> dict[str, str]:
    """Give what each locale's addresses begin with: nothing for the guide's first one."""
    return {code: "/" if code == locales[0] else f"/{url_segment(code) or file_name(code)}/" for code in locales}


def _segments(library: Library, locales: tuple[str, ...]) -> dict[str, str]:
    """Give each content type's part of an address.

    One that meets a name of the guide's own gets an underscore; those that differ only by case get a suffix.
    """
    taken = {*_OWN_NAMES, *(prefix.strip("/").lower() for prefix in _prefixes(locales).values())}
    plain = {each: url_segment(each) or file_name(each) for each in library.model.types}
    counts = Counter(segment.lower() for segment in plain.values())
    return {
        each: file_name(each, clash=True) if counts[segment.lower()] > 1 else segment + "_" * (segment.lower() in taken)
        for each, segment in plain.items()
    }


@dataclass(frozen=True)
class _Planner:
    library: Library
    site: Site
    prefixes: Mapping[str, str]
    segments: Mapping[str, str]

    def list_pages(self, type_id: str, locale: str) -> Iterator[Page]:
        """Yield the pages that list a type; a long list is cut by letter."""
        url = f"{self.prefixes[locale]}{self.segments[type_id]}/"
        yield Page(url, "list.html", locale, type_id=type_id)
        entries = self.library.of_type(type_id)
        if len(entries) > LONGEST_LIST:
            for letter in sorted({first_letter(str(self.library.title(each, locale).value)) for each in entries}):
                yield Page(f"{url}~{_letter_segment(letter)}/", "list.html", locale, type_id=type_id, letter=letter)

    def entry_pages(self, type_id: str, problems: list[Problem]) -> list[Page]:
        """Give a page for each entry and locale that it has something in; addresses that meet are parted by the id."""
        wanted = self.site.pages.get(type_id)
        template = (wanted.template if wanted else None) or ""
        pages = [
            Page(self._address(item, code), template, code, item.key, type_id)
            for item in self.library.of_type(type_id)
            for code in self.prefixes
            if self.library.is_translated(item, code)
        ]
        met = _meeting(pages)
        if met and wanted and wanted.url:
            raise ConfigError("address-clash", f"{_clash(met[0])}: change one, or the pattern pages.{type_id}.url")
        problems += (
            Problem("warning", "address-clash", f"{_clash(same)}: each gets its id", str(same[0].key)) for same in met
        )
        pages = _part(pages, met, lambda key: url_segment(key.id) or "entry")
        return _part(pages, _meeting(pages), lambda key: file_name(key.id, clash=True))

    def _address(self, item: Item, locale: str) -> str:
        """Give an entry's address in a locale: the pattern of site.yaml filled in, else /type/slug/."""
        wanted = self.site.pages.get(item.content_type)
        if wanted is None or wanted.url is None:
            return f"{self.prefixes[locale]}{self.segments[item.content_type]}/{self._slug(item, locale)}/"
        return (
            self.prefixes[locale] + _PLACEHOLDER.sub(lambda found: self._filled(item, found[1], locale), wanted.url)[1:]
        )

    def _filled(self, item: Item, name: str, locale: str) -> str:
        value = self.library.answer(item, name, locale).value
        return (url_path(str(value)) if isinstance(value, str | int) else "") or url_segment(item.key.id) or "entry"

    def _slug(self, item: Item, locale: str) -> str:
        name = self.library.model.types[item.content_type].address_field
        texts = (self.library.answer(item, name, locale).value, self.library.title(item, locale).value, item.key.id)
        return next(filter(None, (url_path(each) for each in texts if isinstance(each, str))), "entry")

    def earlier_pages(self, moved: Moved) -> Iterator[Page]:
        """Yield a page for each address that an entry had before one of its address fields changed."""
        for name, fields in sorted(moved.items()):
            item = self.library.items.get(Key(*name.split(":", 1)))
            if item is None or item.content_type not in self.segments:
                continue
            for field_id, by_locale in fields.items():
                for code, values in by_locale.items():
                    for value in values:
                        before = _with_value(item, field_id, code, value)
                        for locale in self.prefixes:
                            yield Page(self._address(before, locale), "moved.html", locale, item.key)


def _with_value(item: Item, field_id: str, locale: str, value: str) -> Item:
    fields = {**item.fields, field_id: {**item.localized(field_id), locale: value}}
    return replace(item, raw={**item.raw, "fields": fields})


def _meeting(pages: Iterable[Page]) -> list[list[Page]]:
    """Give the groups of pages whose addresses are one where case is ignored."""
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault(page.url.casefold(), []).append(page)
    return [same for same in groups.values() if len(same) > 1]


def _part(pages: list[Page], met: list[list[Page]], ending: Callable[[Key], str]) -> list[Page]:
    urls = {page.url for same in met for page in same}
    return [
        replace(page, url=f"{page.url[:-1]}-{ending(page.key)}/") if page.url in urls and page.key else page
        for page in pages
    ]


def _clash(same: list[Page]) -> str:
    return f"{' and '.join(str(page.key) for page in same)} have the same address {same[0].url}"


def first_letter(title: str) -> str:
    """Give the letter that a title is filed under; `#` for what is no letter."""
    bare = unicodedata.normalize("NFKD", sort_key(title.strip())[0][:1])[:1].upper()
    return bare if bare.isalpha() else "#"


def _letter_segment(letter: str) -> str:
    return letter.lower() if letter.isascii() and letter.isalpha() else f"u{ord(letter):04x}"
