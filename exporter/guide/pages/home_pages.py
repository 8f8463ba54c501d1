"""The home page of the space itself: the one entry that editors named so, which is the home of the guide as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.records import Page, PageKind
from exporter.guide.schema.field_words import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.page_table import Contender
    from exporter.guide.schema.guide_model import GuideModel

HOME_NAMES = (
    *("home", "index", "start", "homepage", "home-page", "start-page", "startpage", "front-page", "frontpage"),
    *("startseite", "accueil", "inicio"),
)
"""What the address of a home page ends in, the best first; the slug `/` stands for `home`."""
_OF_PAGES = {"page", "pages", "layout", "layouts", "landing", "home", "homepage", "screen", "seite", "view"}
"""Words in the names of types whose entries are pages of a site."""
REDIRECT = "home.html"
"""What stands as the content type of the redirects that lead from where home pages would lie to the home."""


def wanted_homes(index: GuideIndex, guide: GuideModel) -> dict[str, Contender]:
    """Return the page that is the home in each locale where the space has one: with the best name, if only one has."""
    found = {}
    for code in guide.locales:
        named = {url: index.pages.wanting(url) for url in _addresses(guide, code)}
        by_name = ([page for url in named if url.endswith(f"/{name}/") for page in named[url]] for name in HOME_NAMES)
        contenders = next(filter(None, by_name), [])
        if len(contenders) == 1:
            found[code] = contenders[0]
    return found


def home_keys(index: GuideIndex, guide: GuideModel, code: str) -> dict[str, str]:
    """Return the entries that are no cards among others in a locale, with their content types.

    They are the home there, or in another locale and have no page in this one.
    """
    homes = ((other, page) for other in guide.locales for _, page in index.pages.at(guide.prefixes[other]))
    return {
        page.key: page.type_id
        for other, page in homes
        if page.kind == PageKind.ENTRY and page.key and (other == code or not index.pages.has_page(page.key, code))
    }


def is_listed(index: GuideIndex, homes: Mapping[str, str], type_id: str, code: str) -> bool:
    """Whether a content type has entries in a locale beside its `homes`."""
    return index.labels.has_more(type_id, code, sum(of_home == type_id for of_home in homes.values()))


def sole_key(index: GuideIndex, guide: GuideModel, homes: Mapping[str, str], type_id: str) -> str | None:
    """Return the only entry of a content type, or the only one beside its `homes` in the guide's first locale."""
    most = 2 + sum(of_home == type_id for of_home in homes.values())
    keys = index.labels.keys(type_id, guide.locales[0], most=most)
    others = [key for key in keys if key not in homes] if len(keys) > 1 else keys
    return others[0] if len(others) == 1 else None


def left_bases(index: GuideIndex, guide: GuideModel, numbers: AbstractSet[int]) -> set[str]:
    """Return the addresses that entries want which lie at a home of the guide and are none of these pages any more."""
    found = [
        (number, page.key)
        for code in guide.locales
        for number, page in index.pages.at(guide.prefixes[code])
        if page.kind == PageKind.ENTRY and number not in numbers
    ]
    return {own.base for number, key in found for own in index.pages.of_entry(key or "") if own.number == number}


def wanted_redirects(homes: Mapping[str, Contender]) -> list[Page]:
    """Return the redirects from where home pages would lie, by the locales of those."""
    return [
        Page(PageKind.MOVED, home.wanted, code, home.key, REDIRECT, template="moved.html")
        for code, home in homes.items()
    ]


def home_redirects(index: GuideIndex, guide: GuideModel) -> list[tuple[int, Page]]:
    """Return the redirects to homes that stand, with their numbers."""
    urls = [url for code in guide.locales for url in _addresses(guide, code)]
    return [found for found in index.pages.redirects_at(urls) if found[1].type_id == REDIRECT] if urls else []


def _addresses(guide: GuideModel, code: str) -> list[str]:
    """Return the addresses at which home pages would lie in a locale: those that no pattern of site.yaml makes."""
    types = (guide.model.types[type_id] for type_id in guide.types if type_id not in guide.embedded_types)
    segments = [
        guide.segments[content_type.id]
        for content_type in types
        if _OF_PAGES & {*words_of(content_type.id), *words_of(content_type.name)}
        and (content_type.id not in guide.site.pages or guide.site.pages[content_type.id].url is None)
    ]
    return [f"{guide.prefixes[code]}{segment}/{name}/" for segment in segments for name in HOME_NAMES]
