"""Pages beside those of entries: lists, feeds, the sitemap, robots.txt, and what is shown where nothing lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.records import Page, PageKind
from exporter.guide.pages.home_pages import home_keys, is_listed, sole_key
from exporter.guide.pages.list_membership import BY_DATE
from exporter.guide.pages.list_parts import letters_of, numbered_pages, value_segments
from exporter.guide.pages.sitemap import SITEMAP_BUCKETS
from exporter.guide.pages.urls import (
    FEED,
    PLACE_FORMATS,
    chosen_url,
    letter_url,
    list_url,
    map_url,
    outline_url,
    overview_url,
    places_of,
    places_url,
    walk_url,
)
from exporter.guide.schema.type_traits import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel

LARGEST_SITEMAP = 1000
"""Addresses in one file of the sitemap, about; the protocol allows 50,000, but one change writes one of them anew."""
_LIST = "list.html"
_SITEMAP = "sitemap.xml"


def type_lists(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the pages that list a content type that is no part of pages; a long list is cut by letter.

    A type whose only entry is a home has none, nor has one with a single entry beside homes, which stands for it; but
    one that is named in `pages:` of site.yaml has its list all the same.
    """
    homes = {code: home_keys(index, guide, code) for code in guide.locales}
    for type_id in guide.types:
        if type_id in guide.embedded_types or _is_sole(index, guide, homes[guide.locales[0]], type_id):
            continue
        for code in guide.locales:
            if is_listed(index, homes[code], type_id, code):
                yield Page(PageKind.LIST, list_url(guide, type_id, code), code, type_id=type_id, template=_LIST)
                for letter in letters_of(index, type_id, code):
                    url = letter_url(guide, type_id, code, letter)
                    yield Page(PageKind.LIST, url, code, type_id=type_id, letter=letter, template=_LIST)


def _is_sole(index: GuideIndex, guide: GuideModel, homes: Mapping[str, str], type_id: str) -> bool:
    """Whether a content type has at most one entry beside `homes`, and no list of it for that."""
    if type_id in guide.site.pages:
        return False
    is_empty = not index.labels.has_more(type_id, guide.locales[0], 0)
    return is_empty or sole_key(index, guide, homes, type_id) is not None


def chosen_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the pages of the lists of site.yaml."""
    for name, wanted in guide.site.lists.items():
        template = wanted.template or _LIST
        for code in guide.locales:
            segments = value_segments(index, guide, name, code)
            for value in ("", *segments):
                list_id = f"@{name}/{value}" if value else f"@{name}"
                for number in range(numbered_pages(index, wanted, list_id, code) + 1):
                    url = chosen_url(guide, {"url": wanted.url}, name, code, segments.get(value, ""), number)
                    yield Page(PageKind.LIST, url, code, type_id=list_id, number=number, template=template)


def further_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield what a guide has besides its pages.

    The accent's style sheet; what the reader's device needs; with an address feeds, and what hosts and search engines
    look for.
    """
    if guide.site.theme.accent is not None:
        yield Page(PageKind.STYLE, "/accent.css", guide.locales[0], template="accent.css")
    if guide.site.offline is True:
        yield Page(PageKind.MANIFEST, "/manifest.webmanifest", guide.locales[0], template="manifest.webmanifest")
        for code in guide.locales:
            yield Page(PageKind.OFFLINE, f"{guide.prefixes[code]}offline/", code, template="offline.html")
    if guide.site.base_url is not None:
        yield Page(PageKind.MISSING, "/404.html", guide.locales[0], template="404.html")
        yield Page(PageKind.ROBOTS, "/robots.txt", guide.locales[0], template="robots.txt")
        yield from _feeds(index, guide)


def has_map(index: GuideIndex, guide: GuideModel) -> bool:
    """Whether any entry that stands for itself on maps is somewhere."""
    return guide.has_places and not index.points.is_empty(PLACES)


def map_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the map of all places, the drawings that pages share, and files for map applications."""
    if not has_map(index, guide):
        return
    if guide.site.maps.outline is not None:
        yield Page(PageKind.DRAWING, outline_url(guide), guide.locales[0], template="outline.svg")
    for code in guide.locales:
        yield Page(PageKind.MAP, map_url(guide, code), code, template="map.html")
        yield Page(PageKind.DRAWING, overview_url(guide, code), code, template="overview.svg")
        yield from _place_files(places_url(guide, "", code), Page(PageKind.PLACES, "", code))
        for list_id, segment in _located_lists(index, guide, code):
            url = places_url(guide, list_id, code, segment)
            yield from _place_files(url, Page(PageKind.PLACES, "", code, type_id=list_id))
        for type_id in (type_id for type_id, how in guide.located.items() if how.stops):
            for key in index.labels.keys(type_id, code):
                yield from _place_files(walk_url(guide, key, code), Page(PageKind.PLACES, "", code, key))


def _place_files(url: str, page: Page) -> Iterator[Page]:
    for ending, *_ in PLACE_FORMATS:
        yield page._replace(url=f"{url}.{ending}", template=f"places.{ending}")


def _located_lists(index: GuideIndex, guide: GuideModel, code: str) -> Iterator[tuple[str, str]]:
    """Yield the lists with places of their own files, those of values with the segments of their addresses."""
    types = places_of(guide)
    yield from ((type_id, "") for type_id in types if len(types) > 1)
    for name, wanted in guide.site.lists.items():
        if wanted.type in types:
            yield f"@{name}", ""
            segments = value_segments(index, guide, name, code)
            yield from ((f"@{name}/{value}", segment) for value, segment in segments.items())


def _feeds(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield a feed for each list and locale that has entries for one."""
    homes = home_keys(index, guide, guide.locales[0])
    segments = {
        (name, code): value_segments(index, guide, name, code) for name in guide.site.lists for code in guide.locales
    }
    types = (type_id for type_id in guide.types if type_id not in guide.embedded_types)
    listed = {type_id for type_id in types if not _is_sole(index, guide, homes, type_id)}
    for dated_list, code in index.labels.lists_by_prefix(BY_DATE):
        list_id = dated_list.removeprefix(BY_DATE)
        name, _, value = list_id.removeprefix("@").partition("/")
        if list_id.startswith("@") and name in guide.site.lists:
            definition = {"url": guide.site.lists[name].url}
            url = chosen_url(guide, definition, name, code, segments[name, code].get(value, ""))
        elif list_id in listed:
            url = list_url(guide, list_id, code)
        else:
            continue
        yield Page(PageKind.FEED, url + FEED, code, type_id=list_id, template=FEED)


def sitemap_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the sitemap: one file, or as many as it takes and an index of them."""
    if guide.site.base_url is None:
        return
    files, locale = 1, guide.locales[0]
    count = index.pages.count_in_sitemap()
    while count > files * LARGEST_SITEMAP and files < SITEMAP_BUCKETS:
        files *= 2
    if files == 1:
        yield Page(PageKind.SITEMAP, "/sitemap.xml", locale, sitemap_files=1, template=_SITEMAP)
        return
    yield Page(PageKind.SITEMAP_INDEX, "/sitemap.xml", locale, sitemap_files=files, template=_SITEMAP)
    for file in range(files):
        url = f"/sitemap-{file + 1}.xml"
        yield Page(PageKind.SITEMAP, url, locale, sitemap_file=file, sitemap_files=files, template=_SITEMAP)
