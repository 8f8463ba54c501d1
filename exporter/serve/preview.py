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
from exporter.jobs import SyncChoices

if TYPE_CHECKING:
    from exporter.config.settings import Project
    from exporter.serve.rounds import Round

RECONCILED_EVERY = 600.0
"""Seconds between two full syncs: what was deleted is in no answer but theirs."""
_OVERLAP = 5.0
"""Seconds before the newest item from which on is asked: the service may list items late."""
PREVIEW_MARK = "Preview of drafts"
_DRAFT = "this page is a draft that was never published"


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
    """Return the words that stand on a page of a preview: that it is one, and whether its entry is a draft."""
    url = f"/{path.removesuffix('index.html')}"
    with closing(GuideIndex(project.cache / INDEX, program_digest(), read_only=True)) as index:
        keys = [page.key for _, page in index.pages.at(url) if page.key is not None]
        file = index.items.path_of(keys[0]) if keys else None
    data = read_below(project.content, file) if file is not None else None
    return f"{PREVIEW_MARK}: {_DRAFT}" if data is not None and _is_draft(decode(data)) else PREVIEW_MARK


def _is_draft(raw: Any) -> bool:
    """Whether an item was never published: the preview host gives it revision 0."""
    return not raw.get("sys", {}).get("revision")
