"""The sitemap: which addresses each of its files names, so that one change concerns one file.

What a file holds is decided by a digest of what a page shows, the same for all its locales; a file is an answer of the
library like any other, asked again where a page of its share came, went or changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.guide.index import subject_number
from exporter.guide.listings import read_moment, write_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.frame import Frame
    from exporter.guide.index import GuideIndex
    from exporter.guide.library import Library
    from exporter.guide.objects import View
    from exporter.guide.pages import Page
    from exporter.spelling import Json

BUCKETS = 1 << 16
_NAMED = ("entry", "home", "list")


def bucket_of(frame: Frame, page: Page) -> int | None:
    """Give the share of the sitemap that holds a page with all its locales; None for one that it does not name."""
    if page.kind not in _NAMED:
        return None
    return bucket(page.key or page.url.removeprefix(frame.prefixes.get(page.locale, "")))


def bucket(name: str) -> int:
    """Give the share of an entry's key, or of the end of an address."""
    return subject_number(name) % BUCKETS


def changed_files(index: GuideIndex, buckets: Iterable[int], keys: Iterable[str]) -> set[str]:
    """Give the subjects of the sitemap's files that name pages of these shares, or of these entries."""
    files = index.value("SELECT count(*) FROM page WHERE kind = 'sitemap' AND letter NOT LIKE '/%'")
    shares = {*buckets, *(bucket(key) for key in keys if key.startswith("entry:"))} if files else ()
    return {f"sitemap:{each * files // BUCKETS}/{files}" for each in shares}


def addresses_in(library: Library, name: str) -> Json:
    """Answer which addresses a file names: for each page its date and its locales with their addresses."""
    number, files = map(int, name.split("/"))
    query = "SELECT coalesce(key, ''), locale, url FROM page WHERE bucket >= ? AND bucket < ?"
    frame = library.frame
    found: dict[tuple[str, str], dict[str, str]] = {}
    for key, code, url in library.index.rows(query, -(-number * BUCKETS // files), -(-(number + 1) * BUCKETS // files)):
        found.setdefault((key, "" if key else url.removeprefix(frame.prefixes[code])), {})[code] = url
    keys = sorted(key for key, _ in found if key)
    dates = {each.key: _date(each.facts.get("updatedAt")) for each in library.items.load_all(keys)}
    return [
        [dates.get(key, ""), [[code, found[key, plain][code]] for code in frame.locales if code in found[key, plain]]]
        for key, plain in sorted(found)
    ]


def _date(value: Json) -> str:
    moment = read_moment(value)
    return write_moment(moment) if moment is not None else ""


class Sitemap:
    """The sitemap's file that is being rendered: its `urls`, or the `files` that it is an index of."""

    __slots__ = ("_view",)

    def __init__(self, view: View) -> None:
        self._view = view

    @property
    def files(self) -> tuple[str, ...]:
        """Where the other files lie; none where this one names pages."""
        number, _, files = self._view.page.letter.partition("/")
        return () if number else tuple(f"/sitemap-{each + 1}.xml" for each in range(int(files)))

    @property
    def urls(self) -> Iterator[dict[str, Any]]:
        """Each address with the date of its last change, if that is known, and the languages of the page if several.

        What readers of any other language get, `x-default`, is the page in the guide's own, if it stands there.
        """
        if self._view.page.letter.startswith("/"):
            return
        own = self._view.frame.locales[0]
        for date, places in self._view.ask(f"sitemap:{self._view.page.letter}"):
            default = [("x-default", url) for code, url in places if code == own]
            for _, url in places:
                yield {"url": url, "date": date, "alternates": [*places, *default] if len(places) > 1 else ()}
