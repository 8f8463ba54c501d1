"""Which pages the guide has and where: planned as values from the library and site.yaml."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.errors import ConfigError
from exporter.guide.library import Library, sort_key
from exporter.layout import url_path, url_segment
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.config import Site
    from exporter.model import Item, Key

LONGEST_LIST = 200
"""Entries on one list page; a longer list is cut by the letter that titles begin with, which no insertion shifts."""

_OWN_NAMES = {"assets", "files", "updates", "offline", "search", "map", "shell"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be: its address (from the guide's root, with slashes at both ends), template, locale and subject.

    `key` is the entry that it shows; a list shows the type `type_id`, cut to a `letter` where the list is long.
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
    """The pages of a guide and how to find one."""

    locales: tuple[str, ...]
    types: tuple[str, ...]
    pages: tuple[Page, ...]
    by_url: Mapping[str, Page]
    by_key: Mapping[tuple[Key, str], Page]
    problems: tuple[Problem, ...] = ()
    long_lists: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def prefix(self, locale: str) -> str:
        """Give what a locale's addresses begin with: nothing for the guide's first one."""
        return _prefix(locale, self.locales)

    def list_url(self, type_id: str, locale: str) -> str:
        """Give the address of a type's list."""
        return f"{self.prefix(locale)}{self.type_segment(type_id)}/"

    def type_segment(self, type_id: str) -> str:
        """Give a content type's part of an address; one that meets a name of the guide's own gets an underscore."""
        return _type_segment(type_id, self.locales)

    def page_of(self, key: Key, locale: str, chain: tuple[str, ...]) -> Page | None:
        """Find an entry's page: in the locale, in one that it falls back to, else in any; None where it has none."""
        for code in (locale, *chain, *self.locales):
            page = self.by_key.get((key, code))
            if page is not None:
                return page
        return None


def _prefix(locale: str, locales: tuple[str, ...]) -> str:
    return "/" if locale == locales[0] else f"/{url_segment(locale) or 'locale'}/"


def _type_segment(type_id: str, locales: tuple[str, ...]) -> str:
    segment = url_segment(type_id) or "type"
    taken = {*_OWN_NAMES, *(url_segment(code).lower() for code in locales)}
    return f"{segment}_" if segment.lower() in taken else segment


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


def plan_pages(library: Library, site: Site) -> Plan:
    """Work out all pages. Raises ConfigError for what site.yaml asks that the space does not have."""
    locales = guide_locales(site, library)
    types = _types_with_pages(library, site)
    problems: list[Problem] = []
    pages: list[Page] = [Page(_prefix(code, locales), "home.html", code) for code in locales]
    long_lists = set()
    for type_id in types:
        entries = list(library.of_type(type_id))
        for code in locales:
            lists = list(_list_pages(library, type_id, entries, code, locales))
            long_lists |= {(type_id, code)} if len(lists) > 1 else set()
            pages += lists
        pages += _entry_pages(library, site, type_id, entries, locales, problems)
    by_key = {(page.key, page.locale): page for page in pages if page.key is not None}
    by_url: dict[str, Page] = {}
    for page in pages:
        other = by_url.setdefault(page.url, page)
        if other is not page:
            raise ConfigError("address-clash", f"{_named(other)} and {_named(page)} have the same address {page.url}")
    return Plan(locales, types, tuple(pages), by_url, by_key, tuple(problems), frozenset(long_lists))


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


def _list_pages(
    library: Library, type_id: str, entries: list[Item], locale: str, locales: tuple[str, ...]
) -> Iterator[Page]:
    url = f"{_prefix(locale, locales)}{_type_segment(type_id, locales)}/"
    yield Page(url, "list.html", locale, type_id=type_id)
    if len(entries) > LONGEST_LIST:
        for letter in sorted({first_letter(str(library.title(each, locale).value)) for each in entries}):
            yield Page(f"{url}~{_letter_segment(letter)}/", "list.html", locale, type_id=type_id, letter=letter)


def first_letter(title: str) -> str:
    """Give the letter that a title is filed under; `#` for what is no letter."""
    bare = unicodedata.normalize("NFKD", sort_key(title.strip())[0][:1])[:1].upper()
    return bare if bare.isalpha() else "#"


def _letter_segment(letter: str) -> str:
    return letter.lower() if letter.isascii() and letter.isalpha() else f"u{ord(letter):04x}"


def _entry_pages(
    library: Library,
    site: Site,
    type_id: str,
    entries: list[Item],
    locales: tuple[str, ...],
    problems: list[Problem],
) -> list[Page]:
    """Give a page for each entry and locale that it has something in; addresses that meet are parted by the id."""
    wanted = site.pages.get(type_id)
    template = wanted.template if wanted and wanted.template else f"{type_id}.html"
    found: dict[str, list[Page]] = {}
    for item in entries:
        for code in locales:
            if library.is_translated(item, code):
                url = _address(library, site, item, code, locales)
                found.setdefault(url.casefold(), []).append(Page(url, template, code, item.key, type_id))
    pages = []
    for same in found.values():
        if len(same) > 1 and wanted and wanted.url:
            raise ConfigError("address-clash", _clash(same) + f": change one, or the pattern pages.{type_id}.url")
        if len(same) > 1:
            problems.append(Problem("warning", "address-clash", _clash(same) + ": each gets its id", str(same[0].key)))
        pages += [_with_id(page) for page in same] if len(same) > 1 else same
    return pages


def _clash(same: list[Page]) -> str:
    return f"{' and '.join(str(page.key) for page in same)} have the same address {same[0].url}"


def _with_id(page: Page) -> Page:
    assert page.key is not None
    url = f"{page.url[:-1]}-{url_segment(page.key.id) or 'entry'}/"
    return Page(url, page.template, page.locale, page.key, page.type_id)


def _address(library: Library, site: Site, item: Item, locale: str, locales: tuple[str, ...]) -> str:
    """Give an entry's address in a locale: the pattern of site.yaml filled in, else /type/slug/."""
    pattern = site.pages[item.content_type].url if item.content_type in site.pages else None
    if pattern is None:
        pattern = f"/{_type_segment(item.content_type, locales)}/{{}}/".replace("{}", _slug(library, item, locale))
    else:
        pattern = _PLACEHOLDER.sub(lambda found: _part(library, item, found[1], locale), pattern)
    return f"{_prefix(locale, locales)}{pattern[1:]}"


def _part(library: Library, item: Item, name: str, locale: str) -> str:
    value = library.answer(item, name, locale).value
    return (url_path(str(value)) if isinstance(value, str | int) else "") or url_segment(item.key.id) or "entry"


def _slug(library: Library, item: Item, locale: str) -> str:
    content_type = library.model.types[item.content_type]
    value = library.answer(item, content_type.address_field, locale).value
    title = library.title(item, locale).value
    texts = (str(each) for each in (value, title, item.key.id) if isinstance(each, str) and each)
    return next(filter(None, map(url_path, texts)), "entry")
