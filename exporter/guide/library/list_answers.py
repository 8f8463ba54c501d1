"""Answers about the lists of site.yaml and the files of the sitemap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.pages.list_membership import CREATED, date_name
from exporter.guide.pages.list_parts import cut, numbered_pages, value_segments
from exporter.guide.pages.sitemap import BUCKETS
from exporter.guide.schema.dates import read_date, write_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.library.items import Items
    from exporter.guide.schema.guide_model import GuideModel


def answer_of_list(
    index: GuideIndex, guide: GuideModel, keys: Callable[[str, str], Sequence[str]], list_id: str, kind: str, rest: str
) -> Json:
    """Answer of a list: `d` what site.yaml says of it, `t` what dates its entries, `v/LOCALE` what it is parted by.

    `o/LOCALE` how many numbered pages it has, `p/LOCALE/NUMBER/SIZE` the keys on one of them. `keys` returns
    all keys of a list in a locale.
    """
    name = list_id.removeprefix("@").partition("/")[0]
    wanted = guide.site.lists.get(name) if list_id.startswith("@") else None
    if kind == "t":
        return date_name(guide, wanted) if wanted is not None else CREATED
    if kind == "d":
        return dict(vars(wanted)) if wanted is not None else None
    if kind == "v":
        return value_segments(index, guide, name, rest)
    if kind == "o":
        return numbered_pages(index, wanted, list_id, rest) if wanted is not None else 0
    locale, number, size = rest.rsplit("/", 2)
    return cut(keys(list_id, locale), int(number), int(size))


def addresses_in(index: GuideIndex, guide: GuideModel, items: Items, name: str) -> Json:
    """Answer which addresses a file names: for each page its date and its locales with their addresses."""
    number, files = map(int, name.split("/"))
    query = "SELECT coalesce(key, ''), locale, url FROM page WHERE bucket >= ? AND bucket < ?"
    found: dict[tuple[str, str], dict[str, str]] = {}
    for key, code, url in index.rows(query, -(-number * BUCKETS // files), -(-(number + 1) * BUCKETS // files)):
        found.setdefault((key, "" if key else url.removeprefix(guide.prefixes[code])), {})[code] = url
    keys = sorted(key for key, _ in found if key)
    dates = {each.key: _date(each.facts.get("updatedAt")) for each in items.load_all(keys)}
    return [
        [dates.get(key, ""), [[code, found[key, plain][code]] for code in guide.locales if code in found[key, plain]]]
        for key, plain in sorted(found)
    ]


def _date(value: Json) -> str:
    moment = read_date(value)
    return write_moment(moment) if moment is not None else ""
