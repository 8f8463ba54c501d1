"""The sitemap: which addresses each of its files names, so that one change concerns one file.

What a file holds is decided by a digest of what a page shows, the same for all its locales; a file is an answer of the
library like any other, asked again where a page of its share came, went or changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.guide_index import subject_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel

BUCKETS = 1 << 16
_NAMED = ("entry", "home", "list")


def bucket_of(guide: GuideModel, page: Page) -> int | None:
    """Give the share of the sitemap that holds a page with all its locales; None for one that it does not name."""
    if page.kind not in _NAMED:
        return None
    return bucket(page.key or page.url.removeprefix(guide.prefixes.get(page.locale, "")))


def bucket(name: str) -> int:
    """Give the share of an entry's key, or of the end of an address."""
    return subject_number(name) % BUCKETS


def changed_files(index: GuideIndex, buckets: Iterable[int], keys: Iterable[str]) -> set[str]:
    """Give the subjects of the sitemap's files that name pages of these shares, or of these entries."""
    files = index.value("SELECT count(*) FROM page WHERE kind = 'sitemap' AND letter NOT LIKE '/%'")
    shares = {*buckets, *(bucket(key) for key in keys if key.startswith("entry:"))} if files else ()
    return {f"sitemap:{each * files // BUCKETS}/{files}" for each in shares}
