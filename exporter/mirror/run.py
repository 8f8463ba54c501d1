"""A sync run: what it is asked for, what it has at hand, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.encoding import canonical, digest
from exporter.core.files import walk_files
from exporter.core.model import Change, Delete, Key, Upsert
from exporter.core.naming import file_folder
from exporter.mirror.start import Situation
from exporter.mirror.twins import markdown
from exporter.report.progress import UNHEARD, Stages
from exporter.report.sync_report import SyncReport
from exporter.source.sync import fetch_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.core.model import ContentType, Item
    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.state import SyncState
    from exporter.report.problems import Problem
    from exporter.report.sync_report import ItemChange
    from exporter.source.delivery import Delivery
    from exporter.source.model import ModelAnswers
    from exporter.source.sync import Received, SyncPage


class SyncOptions(NamedTuple):
    """What a sync is asked for.

    `deadline` is in seconds, for each request with its retries; `downloads` how many files are fetched at a time.
    `verbose` adds a note for every item; `lists_changes` fills `SyncOutcome.changes`, for a commit message. With
    `newer_than`, a time as `sys.updatedAt` has it, only what changed since then is asked for. `files_again`
    are ids of assets whose files are fetched though they are there. `stages` is told how far the sync has come.
    """

    full: bool = False
    allow_empty: bool = False
    deadline: float = 30.0
    downloads: int = 8
    verbose: bool = False
    lists_changes: bool = False
    newer_than: str | None = None
    files_again: frozenset[str] = frozenset()
    stages: Stages = UNHEARD


@dataclass(frozen=True)
class SyncOutcome:
    """What a sync did, what went wrong with single files, what is worth a sentence, and what became of which item."""

    report: SyncReport = field(default_factory=SyncReport)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    changes: tuple[ItemChange, ...] = ()

    def followed_by(self, later: SyncOutcome) -> SyncOutcome:
        """Return both as one; the later sync asked again for files that had failed, so only its failures count."""
        warnings = tuple(problem for problem in self.problems if problem.severity != "error")
        counts = ("upserted", "deleted", "unchanged", "assets_downloaded")
        total = {name: getattr(self.report, name) + getattr(later.report, name) for name in counts}
        report = replace(later.report, **total)
        return SyncOutcome(report, warnings + later.problems, self.notes + later.notes, self.changes + later.changes)


class Comparison(NamedTuple):
    """Content/ compared with the last sync: whether it is the same, and whether twins and files must be checked."""

    sound: bool
    recheck: bool


def settings_of(project: Project, fingerprints: Mapping[str, str]) -> str:
    """Return what the files of a mirror depend on besides the items; `fingerprints` are those of the model."""
    content = project.site.content
    return f"{markdown.VERSION} {content.formats} {content.assets} {sorted(fingerprints.items())}"


@dataclass(frozen=True)
class SyncRun:
    """What all steps of a run need. `source` is what `.syncstate` is to say of the source, `limit` items a page."""

    project: Project
    client: Delivery
    source: Mapping[str, Any]
    options: SyncOptions
    index: MirrorIndex
    answers: ModelAnswers
    limit: int

    @property
    def stages(self) -> Stages:
        """What is told how far the run has come."""
        return self.options.stages

    def situation(self, state: SyncState | None) -> Situation:
        """Return what decides where the run starts."""
        options, environment = self.options, self.client.environment_uuid
        return Situation(state, self.source, environment, options.full, self.searches, options.newer_than)

    def with_all(self, limit: int | None = None) -> SyncRun:
        """Return the run that asks for everything instead, with another limit where one is given."""
        return replace(self, options=self.options._replace(full=True), limit=limit or self.limit)

    def with_news(self) -> SyncRun:
        """Return the run that asks for what is new since this one."""
        return replace(self, options=self.options._replace(full=False))

    def compare_content(self, state: SyncState | None, *, whole: bool) -> Comparison:
        """Compare content/ with the last sync, and rebuild the index if it is not that of this mirror.

        Only the index's own marks are compared, unless the `whole` mirror is to be read.
        """
        marks = (state.mirror if state else None, self.settings())
        same_model = state is not None and dict(state.fingerprints) == self.fingerprints()
        if not whole and same_model and (self.index.meta("sum"), self.index.meta("settings")) == marks:
            return Comparison(sound=True, recheck=False)
        total = self.index.rebuild(self.project.content)
        recheck = not self.index.empty or any(walk_files(self.project.content / "entries"))
        sound = state is not None and total == state.mirror and not self.index.duplicates
        return Comparison(sound, recheck)

    def due_assets(self, state: SyncState | None, *, recheck: bool) -> set[str]:
        """Return the ids of assets whose files are looked for again: those that failed or were asked for, or all."""
        due = {*(state.pending if state else ()), *self.options.files_again}
        if recheck:
            due |= {row.key.id for row in self.index.all() if row.key.kind == "asset"}
        return due

    def folders_again(self) -> frozenset[str]:
        """Return the folders of content/ whose files are fetched though they are there."""
        rows = (self.index.find(Key("asset", identifier)) for identifier in self.options.files_again)
        return frozenset(file_folder(row.path) for row in rows if row is not None)

    def settings(self) -> str:
        """Return what the files of the mirror depend on besides the items."""
        return settings_of(self.project, self.fingerprints())

    def fingerprints(self) -> dict[str, str]:
        """Return the digests of what twins depend on besides the items."""
        parts = {"locales": self.answers.locales, "model": self.answers.content_types}
        return {name: digest(canonical(dict(raw))).hex() for name, raw in parts.items()}

    def pages(self, token: str | None, received: Received | None = None) -> Iterator[SyncPage]:
        """Yield what the space answers: the pages of a search, or of a sync from `token`."""
        search = self.project.site.source.search
        if search is not None:
            from exporter.source.newest import fetch_newest

            return fetch_newest(self.client, search, self.limit, datetime.now(UTC))
        if token is not None and self.options.newer_than is not None:
            from exporter.source.newer import fetch_newer

            return fetch_newer(self.client, self.options.newer_than, self.limit)
        return fetch_pages(self.client, token, self.limit, received)

    def wanted(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Yield the changes that `source.only` lets through; deletions name no content type and pass.

        An entry of the mirror that came back with a content type that is not wanted counts as deleted.
        """
        only = self.project.site.source.only
        for change in changes:
            entry = change.item if isinstance(change, Upsert) and change.key.kind == "entry" else None
            if only is None or entry is None or entry.content_type in only:
                yield change
            elif self.index.find(change.key) is not None:
                yield Delete(change.key, entry.sys)

    def mirrored_digest(self, key: Key) -> bytes | None:
        """Return the digest of an item as the mirror has it, or None."""
        row = self.index.find(key)
        return row.digest if row else None

    @property
    def searches(self) -> bool:
        """Whether the mirror holds what a search finds, which is asked for as a whole each time."""
        return self.project.site.source.search is not None

    @property
    def writes_twins(self) -> bool:
        """Whether the mirror holds Markdown twins."""
        return "markdown" in self.project.site.content.formats

    @property
    def downloads(self) -> bool:
        """Whether the mirror holds asset files."""
        return self.project.site.content.assets == "download"


def telling_apart(project: Project, item: Item, types: Mapping[str, ContentType]) -> tuple[str, ...]:
    """Return the field that tells an entry's address from those of others with its title: its date, without a slug."""
    content_type, wanted = types.get(item.content_type), project.site.pages.get(item.content_type)
    if content_type is None or content_type.slug_field or (wanted is not None and wanted.url is not None):
        return ()
    from exporter.guide.schema.field_roles import roles_of  # imported here: a sync with nothing new needs no roles

    date = roles_of(content_type).date
    return (date,) if date else ()
