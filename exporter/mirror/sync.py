"""The sync: stage what the space sends, apply it after the last page, replace the token last."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exporter.core.cache_database import remove_cache
from exporter.core.encoding import Json, canonical, decode
from exporter.core.errors import GuardError
from exporter.core.model import Key
from exporter.core.moved import read_moved, record_loss, record_move, write_moved
from exporter.mirror.apply import (
    Fetched,
    apply_plan,
    disk_of,
    fetch_files,
    guard_content,
    guard_plan,
    index_plan,
    keep_files,
    planned_sum,
)
from exporter.mirror.index import MirrorIndex
from exporter.mirror.plan import MirrorPlanner
from exporter.mirror.receive import receive
from exporter.mirror.refresh import refresh_twins, write_model
from exporter.mirror.run import SyncOutcome, SyncRun, telling_apart
from exporter.mirror.staging import Staging, throw_away
from exporter.mirror.start import Start, decide, note_after_rejection, stops_at_nothing
from exporter.mirror.state import SyncState, read_state, write_state
from exporter.mirror.steps import Phase
from exporter.report.problems import depth_problem, weigh
from exporter.report.sync_report import SyncReport
from exporter.source.failures import TokenRejectedError, TooBigError
from exporter.source.model import fetch_known_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.core.model import Item
    from exporter.mirror.plan import Disk
    from exporter.mirror.run import SyncOptions
    from exporter.source.delivery import Delivery


def sync(project: Project, client: Delivery, source: Mapping[str, Any], options: SyncOptions) -> SyncOutcome:
    """Bring content/ up to date with the space, then replace the token; return what was done.

    `source` is what `.syncstate` says of the source; another one than last time makes the sync a full one. Raises
    SourceError, with content/ and the token as they were, and GuardError.
    """
    started = time.monotonic()
    guard_content(project.content)

    def work(index: MirrorIndex) -> SyncOutcome:
        with options.stages.stage("requests"):
            answers = fetch_known_model(client, project.site.source)
        return _run_rounds(SyncRun(project, client, source, options, index, answers, project.site.source.limit))

    outcome = _with_sound_index(project, work)
    report = replace(
        outcome.report,
        requests=client.requests,
        sync_requests=client.sync_requests,
        bytes=client.bytes,
        seconds=round(time.monotonic() - started, 2),
    )
    return replace(outcome, report=report)


def _with_sound_index(project: Project, work: Callable[[MirrorIndex], SyncOutcome]) -> SyncOutcome:
    """Do work with the index; where it or staging turns out to be damaged, once again with new ones.

    Raises sqlite3.Error for what a new file does not mend, such as a full disk.
    """
    file = project.cache / "mirror.db"
    try:
        with closing(MirrorIndex(file)) as index:
            return work(index)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        damaged = SyncOutcome(notes=(f".export/ was damaged ({error}) and is rebuilt",))
    remove_cache(file)
    throw_away(project.cache / "staging")
    with closing(MirrorIndex(file)) as index:
        return damaged.followed_by(work(index))


def _run_rounds(first: SyncRun) -> SyncOutcome:
    """Run rounds until one has nothing to follow it."""
    outcome, run = _round(first)
    while run is not None:
        later, run = _round(run)
        outcome = outcome.followed_by(later)
    return outcome


def _round(run: SyncRun) -> tuple[SyncOutcome, SyncRun | None]:
    """Finish what an interrupted sync had begun, or sync anew; return the run that has to follow, too.

    One follows where the service wants another start, and where an interrupted sync had all its pages: then nothing was
    asked, and what came since is synced as well.
    """
    state = read_state(run.project.state_file)
    start = decide(run.situation(state))
    with closing(Staging(run.project.cache / "staging", _base(run, state, start.token))) as staging:
        interrupted = bool(staging.meta("planned"))
        lost = run.index.lacks_files(run.project.content)
        sound, recheck = run.compare_content(state, whole=start.full or lost)
        if not interrupted:
            compared = start.after_comparison(sound=sound)
            if compared != start:
                start = compared
                staging.discard(_base(run, state, None))
            if not staging.fits(run.mirrored_digest, empty=run.index.empty):
                staging.discard()
        note = start.note()
        notes = (note,) if note else ()
        had_all = bool(staging.meta("last")) and (interrupted or not run.searches)
        try:
            if not interrupted:
                receive(run, staging, start.token)
                with run.stages.stage("compare"):
                    _plan(run, staging, state, full=start.full, recheck=recheck)
        except (TokenRejectedError, TooBigError) as refused:
            note, following = _after_refusal(run, refused)
            return SyncOutcome(notes=(*notes, note)), following
        with run.stages.stage("apply"):
            applied = _apply(run, staging, state, start, recheck=recheck)
        outcome = SyncOutcome(notes=notes).followed_by(applied)
    return _finished_first(run, outcome) if had_all else (outcome, None)


def _after_refusal(run: SyncRun, refused: TokenRejectedError | TooBigError) -> tuple[str, SyncRun]:
    """Return the run to do where the service refused a token or a page, with the sentence that says so."""
    if isinstance(refused, TokenRejectedError):
        return note_after_rejection(refused.message), run.with_all()
    if run.limit == 1:
        raise refused
    limit = max(1, run.limit * 2 // 3)
    return f"{refused.message}: a full sync with {limit} items a page instead", run.with_all(limit)


def _finished_first(run: SyncRun, outcome: SyncOutcome) -> tuple[SyncOutcome, SyncRun]:
    """Return the outcome of an interrupted sync that was only finished, and the run for what came since."""
    run.index.update((), (), {"sum": ""})  # so that the next round compares content/ with what was just applied
    note = f"an interrupted {'search' if run.searches else 'sync'} was finished first"
    return replace(outcome, notes=(*outcome.notes, note)), run.with_news()


def _base(run: SyncRun, state: SyncState | None, token: str | None) -> str:
    """Return what a staging area belongs to: a sync of another start, source or model cannot continue in it."""
    at = [state.token, state.mirror] if state else None
    return canonical({"token": token, "at": at, "source": run.source, "settings": run.settings()}).decode()


def _plan(run: SyncRun, staging: Staging, state: SyncState | None, *, full: bool, recheck: bool) -> None:
    """Work out what is to be done and store it. With nothing staged and no file due there is nothing to do."""
    due = run.due_assets(state, recheck=recheck)
    if staging.empty and not due:
        return
    if stops_at_nothing(full=full, searches=run.searches, allow_empty=run.options.allow_empty):
        _guard_empty(run, staging)
    locales, again = run.answers.locales, run.folders_again()
    disk = disk_of(run.project.content, staging, locales, downloads=run.downloads, again=again)
    staging.remove_unused()
    moved, gone = _moved(run, staging, disk, full=full)
    staging.remember(moved=canonical(moved).decode(), gone=canonical(gone).decode())
    staging.store_plan(MirrorPlanner(staging, run.index, disk, full).steps(sorted(due)))
    mirror = planned_sum(staging, run.index, state.mirror if state else "", full=full)
    staging.remember(mirror=mirror, planned="yes")


def _guard_empty(run: SyncRun, staging: Staging) -> None:
    if not run.index.empty and next(staging.digests(), None) is None:
        staging.discard()
        raise GuardError(
            "space-empty",
            f"the space came back empty, but content/ holds {len(run.index)} items: nothing was removed; "
            "check source.space, or run with --allow-empty if it is meant",
        )


def _moved(run: SyncRun, staging: Staging, disk: Disk, *, full: bool) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the record of earlier addresses as it will be, and that of entries which deltas took away.

    The Sync API does not say whether an entry was deleted or unpublished. So the latter is kept in the index, and an
    entry that is published again has its redirects as long as that cache is there.
    """
    moved = read_moved(run.project.content)
    gone: dict[str, Json] = {} if full else decode((run.index.meta("gone") or "{}").encode())
    if full:
        kept = (staging.find(Key(*name.split(":", 1))) for name in moved if ":" in name)
        moved = {str(change.key): moved[str(change.key)] for change in kept if change is not None and change.digest}
    types = run.answers.read().types
    readdressed: dict[str, Item | None] = {}
    for change in staging.changes() if not run.index.empty else ():
        old, name = run.index.find(change.key), str(change.key)
        if change.digest is None:
            readdressed[name] = None
            gone.update({name: moved.pop(name)} if name in moved else {})
        elif change.number is not None and change.key.kind == "entry":
            before, after = disk.mirrored(old.path) if old is not None else None, disk.staged(change)
            if before is not None and after is not None:
                fields = (
                    *run.project.address_fields(after.content_type, types),
                    *telling_apart(run.project, after, types),
                )
                moved[name] = record_move(moved.get(name, {}), before, after, fields)
                if any(before.localized(field) != after.localized(field) for field in fields):
                    readdressed[name] = after
            elif after is not None:
                readdressed[name] = after
                if name in gone:
                    moved[name] = record_move(earlier := gone.pop(name), after, after, earlier)
    if full:
        readdressed |= {str(row.key): None for row in run.index.all() if staging.find(row.key) is None}
    _add_losses(run.project, moved, readdressed)
    return moved, gone


def _add_losses(project: Project, moved: dict[str, Json], readdressed: Mapping[str, Item | None]) -> None:
    """Add the addresses that other entries lose because these (None for one that goes) come to share one, or cease to.

    Only the last build knows which; where its index is gone, they stay lost.
    """
    if readdressed:
        from exporter.guide.pages.parting import find_losses  # imported here: most syncs need nothing of the guide
    for lost in find_losses(project.cache, project.content, project.site, readdressed) if readdressed else ():
        moved[lost.key] = record_loss(moved.get(lost.key, {}), lost.locale, lost.path, lost.now)


def _apply(run: SyncRun, staging: Staging, state: SyncState | None, start: Start, *, recheck: bool) -> SyncOutcome:
    """Carry out the plan, then replace the token, then sweep: the order is the invariant of `apply`."""
    content, scratch = run.project.content, run.project.cache
    done, fetched = SyncOutcome(), Fetched()
    cut = [*weigh((depth_problem(*place) for place in _cut_places(staging)), run.project.site.check)]
    if not staging.empty:
        guard_plan(staging, content)
        done = _counted(run, staging)
        fetched = fetch_files(staging, run.client, run.options.downloads, run.stages)
        keep_files(staging, content)
        run.index.update((), (), {"sum": ""})
        apply_plan(staging, content)
        write_moved(content, decode(staging.meta("moved").encode()), scratch)
        index_plan(staging, run.index)
    write_model(content, run.answers, scratch)
    if recheck:
        refresh_twins(content, run.index, run.answers.read(), scratch, wanted=run.writes_twins)
    new_state = _new_state(run, staging, state, fetched.failed)
    _mark_index(run, new_state)
    write_state(run.project.state_file, new_state, scratch)
    staging.discard()
    report = replace(
        done.report,
        full=start.full,
        search=run.searches or None,
        assets_downloaded=fetched.downloaded,
        assets_failed=len(fetched.problems),
        token_moved=new_state.token != (state.token if state else None),
    )
    return replace(
        done,
        report=report,
        problems=(*cut, *fetched.odd, *fetched.problems),
        notes=(*done.notes, *_model_notes(run, state)),
    )


def _cut_places(staging: Staging) -> Iterator[tuple[str, str, str]]:
    """Yield item, locale and field of the values that were nested too deep and are part of the mirror now."""
    for key, field, locale in dict.fromkeys(staging.cut_values()):
        change = staging.find(Key(*key.split(":", 1)))
        if change is not None and change.number is not None:
            yield key, locale, field


def _mark_index(run: SyncRun, state: SyncState) -> None:
    """Note in the index which mirror it belongs to, so that the next sync need not read content/."""
    marks = {"sum": state.mirror, "settings": run.settings()}
    if any(run.index.meta(name) != value for name, value in marks.items()):
        folders = canonical(run.index.folder_marks(run.project.content)).decode()
        run.index.update((), (), {**marks, "folders": folders})


def _model_notes(run: SyncRun, state: SyncState | None) -> Iterator[str]:
    """Yield a sentence where the content model or the locales are not those of the last sync."""
    now = run.fingerprints()
    before = state.fingerprints if state else now
    for name, subject in (("model", "the content model has"), ("locales", "the locales have")):
        if before.get(name) != now[name]:
            yield f"{subject} changed: model files, Markdown files and pages follow"


def _counted(run: SyncRun, staging: Staging) -> SyncOutcome:
    """Return what the plan does to items, before it is carried out."""
    items, changed = staging.count()
    removed = [key for key, source in staging.steps(Phase.INDEX) if not source]
    notes: list[str] = []
    if run.options.verbose:
        notes += (f"new or changed: {change.key}" for change in staging.changes() if change.number is not None)
        notes += (f"removed: {key}" for key in removed)
    report = SyncReport(upserted=changed, unchanged=items - changed, deleted=len(removed))
    if not run.options.lists_changes:
        return SyncOutcome(report, notes=tuple(notes))
    from exporter.mirror.message import item_changes

    changes = item_changes(staging, run.index, run.project.content, run.answers.read())
    return SyncOutcome(report, notes=tuple(notes), changes=tuple(changes))


def _new_state(run: SyncRun, staging: Staging, state: SyncState | None, failed: tuple[str, ...]) -> SyncState:
    """Return the state after this sync. Some sources store no token; an empty delta keeps the one it had."""
    token, mirror = (state.token, state.mirror) if state else (None, "")
    return SyncState(
        source=dict(run.source),
        token=(staging.meta("token") or token) if run.project.stores_token else None,
        mirror=staging.meta("mirror") or mirror,
        environment_uuid=run.client.environment_uuid or (state.environment_uuid if state else None),
        fingerprints=run.fingerprints(),
        pending=failed,
    )
