"""The sync run: stage what the space sends, apply it after the last page, move the token last."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from exporter.core.encoding import Json, canonical, decode, digest
from exporter.core.errors import GuardError
from exporter.core.files import walk_files
from exporter.core.model import Change, Delete, Key, Upsert
from exporter.mirror.apply import apply_plan, fetch_files, index_plan, keep_files, look_at, planned_sum
from exporter.mirror.moved import note_move, read_moved, write_moved
from exporter.mirror.plan import MirrorPlanner
from exporter.mirror.received import ReceivedPages
from exporter.mirror.recovery import with_index
from exporter.mirror.refresh import refresh_twins, write_model
from exporter.mirror.staging import Staging
from exporter.mirror.state import SyncState, read_state, write_state
from exporter.mirror.steps import Phase
from exporter.mirror.twins import markdown as formats
from exporter.report.report import Report, SyncReport
from exporter.source.delivery import TokenRejectedError, TooBigError
from exporter.source.model import fetch_known_model
from exporter.source.newest import fetch_newest
from exporter.source.sync import fetch_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.plan import Disk
    from exporter.source.delivery import Delivery
    from exporter.source.model import ModelAnswers
    from exporter.source.sync import SyncPage


@dataclass(frozen=True)
class SyncOptions:
    """What the command line asks of a sync. `deadline` is in seconds, for each request with its retries."""

    full: bool = False
    allow_empty: bool = False
    deadline: float = 30.0
    downloads: int = 8


def sync(project: Project, client: Delivery, source: Mapping[str, Any], options: SyncOptions, report: Report) -> None:
    """Bring content/ up to date with the space, then move the token.

    `source` is what `.syncstate` says of the source; another one than last time makes the sync a full one. Raises
    SourceError, with content/ and the token as they were, and GuardError.
    """
    start = time.monotonic()
    report.sync = SyncReport()

    def work(index: MirrorIndex) -> None:
        answers = fetch_known_model(client, project.site.source)
        limit = project.site.source.limit
        run: SyncRun | None = SyncRun(project, client, source, options, report, index, answers, limit)
        while run is not None:
            run = _rounds(run)

    try:
        with_index(project.cache, work, report.notes)
    finally:
        report.sync.requests, report.sync.sync_requests = client.requests, client.sync_requests
        report.sync.bytes, report.sync.seconds = client.bytes, round(time.monotonic() - start, 2)


def _rounds(run: SyncRun) -> SyncRun | None:
    """Sync; give the run to do instead where the service wants it otherwise, None where it is done."""
    whole = replace(run.options, full=True)
    try:
        run.round()
    except TokenRejectedError as rejected:
        run.report.notes.append(f"{rejected.message}: a full sync instead")
        return replace(run, options=whole)
    except TooBigError as refused:
        if run.limit == 1:
            raise
        smaller = replace(run, options=whole, limit=max(1, run.limit * 2 // 3))
        run.report.notes.append(f"{refused.message}: a full sync with {smaller.limit} items a page instead")
        return smaller
    return None


@dataclass(frozen=True)
class SyncRun:
    """What all steps of a run need."""

    project: Project
    client: Delivery
    source: Mapping[str, Any]
    options: SyncOptions
    report: Report
    index: MirrorIndex
    answers: ModelAnswers
    limit: int

    def round(self) -> None:
        """Finish what an interrupted sync had begun, or sync anew.

        Where all of its pages were there, nothing was asked: what came since is synced then too.
        """
        state = read_state(self.project.state_file)
        token = self.start_token(state)
        staging = self._staging(state, token)
        interrupted = bool(staging.meta("planned"))
        sound, fresh = self.check_index(state, whole=token is None or self.index.is_lost(self.project.content))
        if not sound and not interrupted and token is not None:
            self.report.notes.append("content/ is not what was synced last (edited, reverted?): a full sync")
            staging.discard()
            token, staging = None, self._staging(state, None)
        if not interrupted and not staging.is_of(self._digest, empty=self.index.empty):
            staging.discard()
        whole = bool(staging.meta("last")) and (interrupted or not self.searches)
        if not interrupted:
            self._receive(staging, token)
            self._plan(staging, state, full=token is None, fresh=fresh)
        self._apply(staging, state, fresh=fresh)
        if whole:
            self.report.notes.append(f"an interrupted {'search' if self.searches else 'sync'} was finished first")
            self.index.update((), (), {"sum": ""})
            self._forget_lost_files()
            replace(self, options=replace(self.options, full=False)).round()

    def _forget_lost_files(self) -> None:
        """Take back what was said of files that did not come: the round that follows asks for them again."""
        assert self.report.sync is not None
        self.report.problems.clear()
        self.report.sync.assets_failed = 0

    def _staging(self, state: SyncState | None, token: str | None) -> Staging:
        return Staging(self.project.cache / "staging", self._base(state, token))

    def check_index(self, state: SyncState | None, *, whole: bool) -> tuple[bool, bool]:
        """Make the index anew where it is not of this mirror, or the `whole` mirror is to be compared.

        Tells whether content/ is what was synced last, and whether twins and files have to be looked at again.
        """
        at = (state.mirror if state else None, self.settings())
        same_model = state is not None and dict(state.fingerprints) == self.fingerprints()
        if not whole and same_model and (self.index.meta("sum"), self.index.meta("settings")) == at:
            return True, False
        total = self.index.rebuild(self.project.content)
        fresh = not self.index.empty or any(walk_files(self.project.content / "entries"))
        return state is not None and total == state.mirror and not self.index.doubles, fresh

    def start_token(self, state: SyncState | None) -> str | None:
        """Give the token to go on from, None for a full sync; a note says why where that is not plain."""
        if state is None or self.options.full:
            return None
        how = "a search" if self.searches else "a full sync"
        if dict(state.source) != dict(self.source):
            self.report.notes.append(f"the source is another than last time: {how}")
            return None
        if state.environment_uuid and self.client.environment_uuid not in (None, state.environment_uuid):
            self.report.notes.append(f"the environment is another than last time (an alias was moved?): {how}")
            return None
        return state.token

    def _base(self, state: SyncState | None, token: str | None) -> str:
        """Say what a staging area belongs to: a sync of another start, source or model cannot go on in it."""
        at = [state.token, state.mirror] if state else None
        return canonical({"token": token, "at": at, "source": self.source, "settings": self.settings()}).decode()

    def settings(self) -> str:
        """Say what the mirror is written by besides the items."""
        content = self.project.site.content
        return f"{formats.VERSION} {content.formats} {content.assets} {sorted(self.fingerprints().items())}"

    def fingerprints(self) -> dict[str, str]:
        """Give the digests of what twins depend on besides the items."""
        parts = {"locales": self.answers.locales, "model": self.answers.content_types}
        return {name: digest(canonical(dict(raw))).hex() for name, raw in parts.items()}

    def _receive(self, staging: Staging, token: str | None) -> None:
        """Stage the pages that are not there yet; an empty delta stages nothing."""
        assert self.report.sync is not None
        self.report.sync.full, self.report.sync.search = token is None, self.searches or None
        if staging.meta("last") and not self.searches:
            return
        model, wanted, empty = self.answers.read(), self.markdown, self.index.empty
        try:
            for page in self.pages(staging.meta("token") or token, ReceivedPages(staging)):
                if page.anew:
                    staging.discard()
                changes = self.wanted(page.changes)
                first = [*islice(changes, 1)]
                if first or not page.last or token is None or not staging.empty:
                    staging.add_page(
                        chain(first, changes),
                        page.token,
                        page.last,
                        mirrored=None if empty else self._digest,
                        twins=lambda item: formats.twins(item, model) if wanted and item.key.kind == "entry" else {},
                    )
        except (TokenRejectedError, TooBigError):
            staging.discard()
            raise

    def pages(self, token: str | None, received: ReceivedPages | None = None) -> Iterator[SyncPage]:
        """Yield what the space answers: the pages of a search, or of a sync from `token`."""
        search = self.project.site.source.search
        if search is not None:
            return fetch_newest(self.client, search, self.limit, datetime.now(UTC))
        return fetch_pages(self.client, token, self.limit, received)

    @property
    def searches(self) -> bool:
        """Tell whether the mirror holds what a search finds, which is asked for as a whole each time."""
        return self.project.site.source.search is not None

    def wanted(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Yield what `only` lets through; deletions carry no content type and apply by id.

        An entry of the mirror that came back with a content type that is not wanted is as good as deleted.
        """
        only = self.project.site.source.only
        for change in changes:
            entry = change.item if isinstance(change, Upsert) and change.key.kind == "entry" else None
            if only is None or entry is None or entry.content_type in only:
                yield change
            elif self.index.find(change.key) is not None:
                yield Delete(change.key, entry.sys)

    def _digest(self, key: Key) -> bytes | None:
        row = self.index.find(key)
        return row.digest if row else None

    @property
    def markdown(self) -> bool:
        """Tell whether the mirror holds twins."""
        return "markdown" in self.project.site.content.formats

    @property
    def downloads(self) -> bool:
        """Tell whether the mirror holds asset files."""
        return self.project.site.content.assets == "download"

    def _plan(self, staging: Staging, state: SyncState | None, *, full: bool, fresh: bool) -> None:
        """Work out what is to be done and keep it. Nothing staged and no file due is nothing to do."""
        due = set(state.pending) if state else set()
        if fresh:
            due |= {row.key.id for row in self.index.all() if row.key.kind == "asset"}
        if staging.empty and not due:
            return
        if full and not self.options.allow_empty and not self.searches:
            self._guard_empty(staging)
        disk = look_at(self.project.content, staging, self.answers.locales, downloads=self.downloads)
        staging.tidy()
        staging.remember(moved=canonical(self._moved(staging, disk, full=full)).decode())
        staging.store_plan(MirrorPlanner(staging, self.index, disk, full).steps(sorted(due)))
        staging.remember(
            mirror=planned_sum(staging, self.index, state.mirror if state else "", full=full), planned="yes"
        )

    def _guard_empty(self, staging: Staging) -> None:
        if not self.index.empty and next(staging.digests(), None) is None:
            staging.discard()
            raise GuardError(
                "space-empty",
                f"the space came back empty, but content/ holds {len(self.index)} items: nothing was removed; "
                "check source.space, or run with --allow-empty if it is meant",
            )

    def _moved(self, staging: Staging, disk: Disk, *, full: bool) -> dict[str, Json]:
        """Give the record of earlier addresses as it will be."""
        moved = read_moved(self.project.content)
        if full:
            there = (staging.find(Key(*name.split(":", 1))) for name in moved if ":" in name)
            moved = {str(each.key): moved[str(each.key)] for each in there if each is not None and each.digest}
        types = self.answers.read().types
        for change in staging.changes() if not self.index.empty else ():
            old = self.index.find(change.key)
            if change.digest is None:
                moved.pop(str(change.key), None)
            elif change.number is not None and old is not None and change.key.kind == "entry":
                before, after = disk.mirrored(old.path), disk.staged(change)
                if before is not None and after is not None:
                    fields = self.project.address_fields(after.content_type, types)
                    moved[str(change.key)] = note_move(moved.get(str(change.key), {}), before, after, fields)
        return moved

    def _apply(self, staging: Staging, state: SyncState | None, *, fresh: bool) -> None:
        """Carry out the plan, then move the pointer, then sweep."""
        content, scratch = self.project.content, self.project.cache
        failed: list[str] = []
        if not staging.empty:
            self._count(staging)
            failed = fetch_files(staging, self.client, self.report, self.options.downloads)
            keep_files(staging, content)
            self.index.update((), (), {"sum": ""})
            apply_plan(staging, content)
            write_moved(content, decode(staging.meta("moved").encode()), scratch)
            index_plan(staging, self.index)
        write_model(content, self.answers, scratch)
        if fresh:
            refresh_twins(content, self.index, self.answers.read(), scratch, wanted=self.markdown)
        moved_on = self._state(staging, state, failed)
        self._note_model(state)
        made_of = {"sum": moved_on.mirror, "settings": self.settings()}
        if any(self.index.meta(name) != value for name, value in made_of.items()):
            self.index.update((), (), made_of)
        write_state(self.project.state_file, moved_on, scratch)
        assert self.report.sync is not None
        self.report.sync.token_moved = moved_on.token != (state.token if state else None)
        staging.discard()

    def _note_model(self, state: SyncState | None) -> None:
        """Say in the report where the content model or the locales are others than last time."""
        before = state.fingerprints if state else self.fingerprints()
        for name, words in (("model", "the content model has"), ("locales", "the locales have")):
            if before.get(name) != self.fingerprints()[name]:
                self.report.notes.append(f"{words} changed: model files, twins and pages follow")

    def _count(self, staging: Staging) -> None:
        assert self.report.sync is not None
        items, changed = staging.count()
        self.report.sync.upserted += changed
        self.report.sync.unchanged += items - changed
        for change in staging.changes() if self.report.verbose else ():
            if change.number is not None:
                self.report.detail(f"new or changed: {change.key}")
        for key, source in staging.steps(Phase.INDEX):
            if not source:
                self.report.sync.deleted += 1
                self.report.detail(f"removed: {key}")
        if self.report.told is not None:
            from exporter.mirror.message import item_changes

            for each in item_changes(staging, self.index, self.project.content, self.answers.read()):
                self.report.told(each)

    def _state(self, staging: Staging, state: SyncState | None, failed: list[str]) -> SyncState:
        """Give the pointer as it moves on. Some sources store no token; an empty delta keeps the one it had."""
        before = (state.token, state.mirror) if state else (None, "")
        return SyncState(
            source=dict(self.source),
            token=(staging.meta("token") or before[0]) if self.project.stores_token else None,
            mirror=staging.meta("mirror") or before[1],
            environment_uuid=self.client.environment_uuid or (state.environment_uuid if state else None),
            fingerprints=self.fingerprints(),
            pending=tuple(failed),
        )
