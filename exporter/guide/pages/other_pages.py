"""Pages beside those of entries: the lists of site.yaml, feeds, the sitemap, robots.txt, and for what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.records import Page
from exporter.guide.pages.list_parts import count_of, letters_of, numbered_pages, value_segments
from exporter.guide.pages.sitemap import BUCKETS
from exporter.guide.pages.urls import FEED, chosen_url, letter_url, list_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel

LARGEST_SITEMAP = 1000
"""Addresses in one file of the sitemap, about; the protocol allows 50,000, but one change writes one of them anew."""


def type_lists(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the pages that list a content type; a long list is cut by letter."""
    for type_id in guide.types:
        for code in guide.locales:
            if count_of(index, type_id, code):
                yield Page("list", list_url(guide, type_id, code), code, None, type_id, "", "list.html")
                for letter in letters_of(index, type_id, code):
                    url = letter_url(guide, type_id, code, letter)
                    yield Page("list", url, code, None, type_id, letter, "list.html")


def chosen_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the pages of the lists of site.yaml."""
    for name, wanted in guide.site.lists.items():
        template = wanted.template or "list.html"
        for code in guide.locales:
            segments = value_segments(index, guide, name, code)
            for value in ("", *segments):
                list_id = f"@{name}/{value}" if value else f"@{name}"
                for number in range(numbered_pages(index, wanted, list_id, code) + 1):
                    url = chosen_url(guide, {"url": wanted.url}, name, code, segments.get(value, ""), number)
                    yield Page("list", url, code, None, list_id, str(number or ""), template)


def further_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield what a guide has besides its pages.

    The accent's style sheet; what the reader's device needs; with an address feeds, and what hosts and search engines
    look for.
    """
    if guide.site.theme.accent is not None:
        yield Page("style", "/accent.css", guide.locales[0], template="accent.css")
    if guide.site.offline is True:
        yield Page("manifest", "/manifest.webmanifest", guide.locales[0], template="manifest.webmanifest")
        for code in guide.locales:
            yield Page("offline", f"{guide.prefixes[code]}offline/", code, template="offline.html")
    if guide.site.base_url is not None:
        yield Page("missing", "/404.html", guide.locales[0], template="404.html")
        yield Page("robots", "/robots.txt", guide.locales[0], template="robots.txt")
        yield from _feeds(index, guide)


def _feeds(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield a feed for each list and locale that has something to tell."""
    segments = {
        (name, code): value_segments(index, guide, name, code) for name in guide.site.lists for code in guide.locales
    }
    for found, code in index.rows("SELECT DISTINCT type, locale FROM label WHERE type >= '+' AND type < ','"):
        list_id = found[1:]
        name, _, value = list_id.removeprefix("@").partition("/")
        if list_id.startswith("@") and name in guide.site.lists:
            definition = {"url": guide.site.lists[name].url}
            url = chosen_url(guide, definition, name, code, segments[name, code].get(value, ""))
        elif list_id in guide.types:
            url = list_url(guide, list_id, code)
        else:
            continue
        yield Page("feed", url + FEED, code, None, list_id, "", FEED)


def sitemap_pages(index: GuideIndex, guide: GuideModel) -> Iterator[Page]:
    """Yield the sitemap: one file, or as many as it takes and an index of them."""
    if guide.site.base_url is None:
        return
    shards = 1
    count = index.value("SELECT count(*) FROM page WHERE bucket NOT NULL")
    while count > shards * LARGEST_SITEMAP and shards < BUCKETS:
        shards *= 2
    first = guide.locales[0]
    yield Page("sitemap", "/sitemap.xml", first, letter=f"/{shards}" if shards > 1 else "0/1", template="sitemap.xml")
    for number in range(shards if shards > 1 else 0):
        yield Page("sitemap", f"/sitemap-{number + 1}.xml", first, letter=f"{number}/{shards}", template="sitemap.xml")
