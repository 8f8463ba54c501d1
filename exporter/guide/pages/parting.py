"""What is added to the addresses of entries that want the same one: the date of each, else its id.

So an entry's address changes without a change of its own where another one comes or goes. A sync sees that beforehand,
by the pages of the last build, and records the addresses that are lost.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from exporter.core.errors import ConfigError, GuardError
from exporter.core.url_names import url_segment, with_ending
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.pages.addresses import base_address, dates_of
from exporter.guide.schema.read_model import read_guide_model

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from pathlib import Path

    from exporter.config.site_schema import SiteConfig
    from exporter.core.model import Item
    from exporter.guide.index.page_table import Contender
    from exporter.guide.schema.guide_model import GuideModel

T = TypeVar("T", bound="Hashable")


def endings(index: GuideIndex, contenders: list[Contender]) -> dict[int, str]:
    """Return what is added to the address of each page of those that want one, by its number; nothing to a lone one.

    A date is added where no other of them has it.
    """
    dates = {page.number: _date(index, page) for page in contenders}
    return _told_apart(dates, {page.number: page.key for page in contenders})


def _told_apart(dates: Mapping[T, str], keys: Mapping[T, str]) -> dict[T, str]:
    """Return the same by dates ("" for none) and keys of entries."""
    if len(dates) < 2:
        return {}
    counts = Counter(dates.values())
    return {page: date if date and counts[date] == 1 else _id(keys[page]) for page, date in dates.items()}


def _id(key: str) -> str:
    return url_segment(key.split(":", 1)[1]) or "entry"


def _date(index: GuideIndex, page: Contender) -> str:
    """Return the date of a page's entry in its locale, "" where it has none."""
    facts = index.items.facts_of(page.key)
    return next((date for code, date in facts.dates if code == page.locale), "") if facts is not None else ""


class Lost(NamedTuple):
    """An address that an entry loses in a locale, and the one that it gets, "" where that depends on its own change.

    Both are paths behind what all addresses of the locale begin with.
    """

    key: str
    locale: str
    path: str
    now: str


def find_losses(cache: Path, content: Path, site: SiteConfig, after: Mapping[str, Item | None]) -> tuple[Lost, ...]:
    """Return the addresses that entries lose where others come to want the same or cease to.

    `after` has the entries whose addresses change, by key, as they will be, None for those that go. An index that is
    broken or gone tells none; where site.yaml or the mirror is, the build will say so.
    """
    with suppress(sqlite3.Error, ConfigError, GuardError), closing(GuideIndex(cache / INDEX, read_only=True)) as index:
        return tuple(_lost_addresses(index, read_guide_model(content, site), after))
    return ()


def _lost_addresses(index: GuideIndex, guide: GuideModel, after: Mapping[str, Item | None]) -> Iterator[Lost]:
    bases: dict[str, str] = {}
    joining: dict[str, dict[str, str]] = {}
    for key, item in after.items():
        bases.update((page.base.lower(), page.base) for page in index.pages.of_entry(key))
        for base, date in _wanted(guide, item) if item is not None else ():
            bases.setdefault(base.lower(), base)
            joining.setdefault(base.lower(), {})[key] = date
    for folded, base in sorted(bases.items()):
        for lost in _lost_at(index, base, joining.get(folded, {}), after):
            start = len(guide.prefixes[lost.locale])
            if path := lost.path[start:].strip("/"):  # none for a home of the guide
                yield lost._replace(path=path, now=lost.now[start:].strip("/"))


def _wanted(guide: GuideModel, item: Item) -> Iterator[tuple[str, str]]:
    """Yield the address that an entry wants in each locale where it has a page, and its date there."""
    pattern = guide.site.pages.get(item.content_type)
    if item.content_type in guide.types and (pattern is None or pattern.url is None):
        dates = dict(dates_of(guide, item))
        for code in guide.locales:
            if guide.is_shown(item, code):
                yield base_address(guide, item, code), dates.get(code, "")


def _lost_at(
    index: GuideIndex, base: str, joining: Mapping[str, str], after: Mapping[str, Item | None]
) -> Iterator[Lost]:
    before = index.pages.wanting(base)
    now = {page.key: _date(index, page) for page in before if page.key not in after} | dict(joining)
    if len(before) < 2 and len(now) < 2:
        return
    added = _told_apart(now, {key: key for key in now})
    for page in before:
        stays = page.key in now
        if not stays and after[page.key] is None:
            continue
        url = (with_ending(page.wanted, added[page.key]) if added else page.wanted) if stays else ""
        if page.url != url and (stays or page.parted is not None):
            yield Lost(page.key, page.locale, page.url, url)
