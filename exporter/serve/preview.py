"""A live preview of drafts: what each sync of it asks for, and the marks on its pages."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from exporter.build.program_stamp import program_digest
from exporter.core.encoding import decode
from exporter.core.files import read_below
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.schema.dates import read_date, unix_time
from exporter.jobs import SyncChoices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.config.settings import Project
    from exporter.serve.rounds import Round

REQUESTS = 2
"""Requests of a round in which nothing is new: for entries and for assets."""
RECONCILED_EVERY = 600.0
"""Seconds between two full syncs: what was deleted is in no answer but theirs."""
_OVERLAP = 5.0
"""Seconds before the newest item from which on is asked: the service may list items late."""
PREVIEW_MARK = "Preview of drafts"
_DRAFT = "this page is a draft that was never published"
_WITHDRAWN = "this page is no longer published"
_CHANGED = "this page has changes that are not published"
_PUBLISHING = 1.0
"""Seconds by which `updatedAt` may be later than `publishedAt` though nothing was changed since."""


@dataclass
class PreviewSyncs:
    """What the next sync of a preview asks for.

    `newest` is the latest `sys.updatedAt` of the mirror, as Unix time; `full_at` the time of the last full sync, None
    before the first.
    """

    newest: float = 0.0
    full_at: float | None = None

    def choices(self, now: float) -> SyncChoices:
        """Return how to sync now: what is newer than the newest item, or everything where that is due."""
        if self.full_at is None or not self.newest or now - self.full_at >= RECONCILED_EVERY:
            return SyncChoices()
        since = datetime.fromtimestamp(max(0.0, self.newest - _OVERLAP), UTC)
        return SyncChoices(peek=True, newer_than=since.isoformat(timespec="milliseconds").replace("+00:00", "Z"))

    def note(self, done: Round, now: float) -> None:
        """Take note of a round that synced."""
        report = done.sync.sync if done.sync is not None else None
        if report is not None and report.full:
            self.full_at = now
        result = done.render.result if done.render is not None else None
        if result is not None:
            self.newest = max(self.newest, result.newest)


def mark_of(project: Project, path: str) -> str:
    """Return the words that stand on a page of a preview: that it is one, and what of its entry is not published."""
    url = f"/{path.removesuffix('index.html')}"
    with closing(GuideIndex(project.cache / INDEX, program_digest(), read_only=True)) as index:
        keys = [page.key for _, page in index.pages.at(url) if page.key is not None]
        file = index.items.path_of(keys[0]) if keys else None
    data = read_below(project.content, file) if file is not None else None
    return ": ".join(
        filter(None, (PREVIEW_MARK, _unpublished(decode(data).get("sys", {})) if data is not None else ""))
    )


def _unpublished(sys: Mapping[str, Any]) -> str:
    """Return what of an item is not published, "" for nothing.

    A draft has revision 0. The preview host says when an item was published, and nothing for one that is not now.
    """
    if not sys.get("revision"):
        return _DRAFT
    published, updated = (read_date(str(sys.get(name))) for name in ("publishedAt", "updatedAt"))
    if published is None or updated is None:
        return _WITHDRAWN if "firstPublishedAt" in sys else ""
    return _CHANGED if unix_time(updated) - unix_time(published) > _PUBLISHING else ""
