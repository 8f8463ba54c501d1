"""Pages beside those of entries: the lists of site.yaml, feeds, the sitemap, robots.txt, and for what is not there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from exporter.guide.listings import CREATED, date_name
from exporter.guide.pages import Page, list_url
from exporter.guide.sitemap import BUCKETS
from exporter.layout import file_name, url_segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.config import ListPattern
    from exporter.guide.frame import Frame
    from exporter.guide.index import GuideIndex
    from exporter.guide.library import Library
    from exporter.spelling import Json

LARGEST_SITEMAP = 1000
"""Addresses in one file of the sitemap, about; the protocol allows 50,000, but one change writes one of them anew."""
FEED = "feed.xml"


def chosen_url(
    frame: Frame, definition: Mapping[str, Any], name: str, locale: str, segment: str = "", number: int = 0
) -> str:
    """Give the address of a list of site.yaml, of its part for a value, of a numbered page of it."""
    url = frame.prefixes[locale] + (definition.get("url") or f"/{name}/")[1:]
    url += f"{segment}/" if segment else ""
    return f"{url}page/{number}/" if number else url


def chosen_pages(index: GuideIndex, frame: Frame) -> Iterator[Page]:
    """Yield the pages of the lists of site.yaml."""
    for name, wanted in frame.site.lists.items():
        template = wanted.template or "list.html"
        for code in frame.locales:
            segments = value_segments(index, frame, name, code)
            for value in ("", *segments):
                list_id = f"@{name}/{value}" if value else f"@{name}"
                for number in range(numbered_pages(index, wanted, list_id, code) + 1):
                    url = chosen_url(frame, {"url": wanted.url}, name, code, segments.get(value, ""), number)
                    yield Page("list", url, code, None, list_id, str(number or ""), template)


def value_segments(index: GuideIndex, frame: Frame, name: str, locale: str) -> dict[str, str]:
    """Give the values that part a list, each with its segment of the address; those that meet get the value's id."""
    query = "SELECT DISTINCT type FROM label WHERE type > ? AND type < ? AND locale = ?"
    if name not in frame.site.lists or frame.site.lists[name].by is None:
        return {}
    values = [row[0].partition("/")[2] for row in index.rows(query, f"@{name}/", f"@{name}0", locale)]
    plain = {each: _segment(index, frame, each, locale) for each in values}
    counts = Counter(segment.casefold() for segment in plain.values())
    twice = {each for each, segment in plain.items() if counts[segment.casefold()] > 1 or segment == "page"}
    return {each: f"{segment}-{_ending(each)}" if each in twice else segment for each, segment in sorted(plain.items())}


def _segment(index: GuideIndex, frame: Frame, value: str, locale: str) -> str:
    kind, _, text = value.partition(":")
    if kind == "entry":
        facts = index.facts_of(value)
        parts = facts.parts if facts is not None else ()
        return next((each for name, code, each in parts if (name, code) == ("", locale)), "") or _ending(value)
    return url_segment(frame.tags.get(text, text) if kind == "tag" else text) or _ending(value)


def _ending(value: str) -> str:
    return file_name(value.partition(":")[2], clash=True)


def numbered_pages(index: GuideIndex, wanted: ListPattern, list_id: str, locale: str) -> int:
    """Give how many numbered pages a list has beside its main one, which holds the newest and is never short."""
    if wanted.per_page is None:
        return 0
    count: int = index.value("SELECT count(*) FROM label WHERE type = ? AND locale = ?", list_id, locale)
    return max(count // wanted.per_page - 1, 0)


def cut(keys: list[str], number: int, size: int) -> list[str]:
    """Give the entries of a page of a list: numbers count from the end, which is the oldest; 0 is the main page."""
    whole = max(len(keys) // size - 1, 0) * size
    end = len(keys) - (number - 1) * size
    return keys[end - size : end] if number else keys[: len(keys) - whole]


def further_pages(index: GuideIndex, frame: Frame) -> Iterator[Page]:
    """Yield what a guide with an address has beside its pages: feeds, and what hosts and search engines look for."""
    if frame.site.base_url is not None:
        yield Page("missing", "/404.html", frame.locales[0], template="404.html")
        yield Page("robots", "/robots.txt", frame.locales[0], template="robots.txt")
        yield from _feeds(index, frame)


def _feeds(index: GuideIndex, frame: Frame) -> Iterator[Page]:
    """Yield a feed for each list and locale that has something to tell."""
    segments = {
        (name, code): value_segments(index, frame, name, code) for name in frame.site.lists for code in frame.locales
    }
    for found, code in index.rows("SELECT DISTINCT type, locale FROM label WHERE type >= '+' AND type < ','"):
        list_id = found[1:]
        name, _, value = list_id.removeprefix("@").partition("/")
        if list_id.startswith("@") and name in frame.site.lists:
            definition = {"url": frame.site.lists[name].url}
            url = chosen_url(frame, definition, name, code, segments[name, code].get(value, ""))
        elif list_id in frame.types:
            url = list_url(frame, list_id, code)
        else:
            continue
        yield Page("feed", url + FEED, code, None, list_id, "", FEED)


def sitemap_pages(index: GuideIndex, frame: Frame) -> Iterator[Page]:
    """Yield the sitemap: one file, or as many as it takes and an index of them."""
    if frame.site.base_url is None:
        return
    shards = 1
    count = index.value("SELECT count(*) FROM page WHERE bucket NOT NULL")
    while count > shards * LARGEST_SITEMAP and shards < BUCKETS:
        shards *= 2
    first = frame.locales[0]
    yield Page("sitemap", "/sitemap.xml", first, letter=f"/{shards}" if shards > 1 else "0/1", template="sitemap.xml")
    for number in range(shards if shards > 1 else 0):
        yield Page("sitemap", f"/sitemap-{number + 1}.xml", first, letter=f"{number}/{shards}", template="sitemap.xml")


def answer_of_list(library: Library, list_id: str, kind: str, rest: str) -> Json:
    """Answer of a list: `d` what site.yaml says of it, `t` what dates its entries, `v/LOCALE` what it is parted by.

    `o/LOCALE` how many numbered pages it has, `p/LOCALE/NUMBER/SIZE` the keys on one of them.
    """
    name = list_id.removeprefix("@").partition("/")[0]
    wanted = library.frame.site.lists.get(name) if list_id.startswith("@") else None
    if kind == "t":
        return date_name(library.frame, wanted) if wanted is not None else CREATED
    if kind == "d":
        return dict(vars(wanted)) if wanted is not None else None
    if kind == "v":
        return value_segments(library.index, library.frame, name, rest)
    if kind == "o":
        return numbered_pages(library.index, wanted, list_id, rest) if wanted is not None else 0
    locale, number, size = rest.rsplit("/", 2)
    return cut(library.answer(library.subject(f"list:{list_id}"), f"k/{locale}//"), int(number), int(size))
