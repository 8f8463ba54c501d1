"""The sitemap: which addresses each of its files names, so that one change concerns one file.

A page belongs to a bucket by a digest of what it shows, the same for all its locales; a file names the pages of some
buckets. Its addresses are an answer of the library like any other, asked for again where a page of one of its buckets
came, went or changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.records import PageKind
from exporter.guide.index.subjects import sitemap_subject, subject_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel

SITEMAP_BUCKETS = 1 << 16
_NAMED_KINDS = (PageKind.ENTRY, PageKind.HOME, PageKind.LIST, PageKind.MAP)


def bucket_of_page(guide: GuideModel, page: Page) -> int | None:
    """Return the sitemap's bucket of a page, with all its locales; None for a page that the sitemap does not name."""
    if page.kind not in _NAMED_KINDS:
        return None
    return sitemap_bucket(page.key or page.url.removeprefix(guide.prefixes.get(page.locale, "")))


def sitemap_bucket(name: str) -> int:
    """Return the sitemap's bucket of an entry's key, or of an address without its locale."""
    return subject_number(name) % SITEMAP_BUCKETS


def buckets_of_file(file: int, files: int) -> tuple[int, int]:
    """Return the first bucket of one of so many files, from 0, and the one after its last."""
    return -(-file * SITEMAP_BUCKETS // files), -(-(file + 1) * SITEMAP_BUCKETS // files)


def changed_files(index: GuideIndex, buckets: Iterable[int], keys: Iterable[str]) -> set[str]:
    """Return the subjects of the sitemap's files that name pages of these buckets, or of these entries."""
    files = index.pages.sitemap_files()
    if not files:
        return set()
    entries = (sitemap_bucket(key) for key in keys if key.startswith("entry:"))
    return {
        sitemap_subject(sitemap_bucket * files // SITEMAP_BUCKETS, files) for sitemap_bucket in (*buckets, *entries)
    }
