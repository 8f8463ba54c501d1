"""What the next sync would bring, and which files under content/ are not what was synced. Writes nothing anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.encoding import canonical
from exporter.core.files import read_bytes
from exporter.core.model import Key, Upsert, item_digest, item_from_bytes, precedence
from exporter.core.naming import asset_files, item_folder, item_path
from exporter.mirror.drift import find_drift
from exporter.mirror.index import MirrorIndex
from exporter.mirror.message import item_title
from exporter.mirror.refresh import model_files
from exporter.mirror.state import read_state
from exporter.mirror.sync import SyncRun
from exporter.report.report import Listed, Report, StatusReport, one_line
from exporter.source.delivery import TokenRejectedError
from exporter.source.model import fetch_known_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.core.model import Change, Item, Model
    from exporter.mirror.index import Row
    from exporter.mirror.state import SyncState
    from exporter.mirror.sync import SyncOptions
    from exporter.source.delivery import Delivery


def find_status(
    project: Project,
    client: Delivery,
    source: Mapping[str, Any],
    options: SyncOptions,
    report: Report,
    *,
    files: bool,
) -> None:
    """Say in `report.status` what a sync with these options would bring; with `files`, what has drifted in content/.

    `source` is what `.syncstate` says of the source. Raises SourceError and GuardError.
    """
    report.status = StatusReport()
    index = MirrorIndex.aside(project.cache / "mirror.db")
    try:
        limit = project.site.source.limit
        answers = fetch_known_model(client, project.site.source)
        run = SyncRun(project, client, source, options, report, index, answers, limit)
        _look(run, report.status, read_state(project.state_file), files=files)
    finally:
        index.close()
        report.status.requests, report.status.sync_requests = client.requests, client.sync_requests


def _look(run: SyncRun, status: StatusReport, state: SyncState | None, *, files: bool) -> None:
    """Take the decisions that the next sync will take, in its order; drift is by the last sync's rows if kept."""
    known = state is not None and run.index.meta("sum") == state.mirror
    if files and known:
        status.drift = find_drift(run, state)
    token = _token(run, state)
    sound, fresh = run.check_index(state, whole=token is None or run.index.is_lost(run.project.content))
    if files and not known:
        status.drift = find_drift(run, state)
        status.drift.sum_differs = state is not None and not sound
    if (run.project.cache / "staging/sync.db").exists():
        what, then = ("search", "starts anew") if run.searches else ("sync", "finishes it first")
        run.report.notes.append(f"a {what} was interrupted: the next one {then}")
    elif not sound and token is not None:
        run.report.notes.append("content/ is not what was synced last (edited, reverted?): a full sync")
        token = None
    try:
        delta = _ask(run, token)
    except TokenRejectedError as rejected:
        run.report.notes.append(f"{rejected.message}: a full sync instead")
        _, fresh = run.check_index(state, whole=True)
        token, delta = None, _ask(run, None)
    status.full, status.search = token is None, run.searches or None
    _list(run, status, delta, state, fresh=fresh)


def _token(run: SyncRun, state: SyncState | None) -> str | None:
    token = run.start_token(state)
    if state is None:
        run.report.notes.append("nothing was synced here yet")
    elif state.token is None and not run.searches:
        run.report.notes.append("no sync token is stored")
    return token


class _Found(NamedTuple):
    """What a sync would do to an item, its title, the paths of asset files that it would fetch."""

    how: str
    title: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Delta:
    """What the space answered: each key's winner by its rank alone, and those that differ from the mirror."""

    ranks: dict[Key, tuple[int, str]]
    found: dict[Key, _Found]
    empty: bool


def _ask(run: SyncRun, token: str | None) -> _Delta:
    """Ask for a delta, or for all; items are compared as they pass and not kept."""
    ranks: dict[Key, tuple[int, str]] = {}
    found: dict[Key, _Found] = {}
    model, empty = run.answers.read(), True
    for page in run.pages(token):
        if page.anew:
            ranks, found, empty = {}, {}, True
        for change in run.wanted(page.changes):
            rank = precedence(change)
            if rank > ranks.get(change.key, (-1, "")):
                ranks[change.key] = rank
                empty = empty and not isinstance(change, Upsert)
                found.pop(change.key, None)
                found.update(_judged(run, change, model))
    if token is None:
        left = (row for row in run.index.all() if row.key not in ranks)
        found.update((row.key, _removed(run, row, model)) for row in left)
    return _Delta(ranks, found, empty)


def _judged(run: SyncRun, change: Change, model: Model) -> Iterator[tuple[Key, _Found]]:
    """Yield what a change would do to the mirror, nothing where it has just that."""
    row = run.index.find(change.key)
    if not isinstance(change, Upsert):
        if row is not None:
            yield change.key, _removed(run, row, model)
    elif row is None or row.digest != item_digest(change.key, canonical(change.item.raw)):
        how = "changed" if row else "new"
        yield change.key, _Found(how, item_title(change.item, model), tuple(_to_fetch(run, change.item, row)))


def _removed(run: SyncRun, row: Row, model: Model) -> _Found:
    item = _mirrored(run, row)
    return _Found("removed", item_title(item, model) if item is not None else one_line(row.key.id))


def _mirrored(run: SyncRun, row: Row) -> Item | None:
    data = read_bytes(run.project.content / row.path)
    return item_from_bytes(data) if data is not None else None


def _to_fetch(run: SyncRun, item: Item, row: Row | None) -> Iterator[str]:
    """Yield the paths of an asset's files that do not lie there from the same address."""
    if item.key.kind != "asset" or not run.downloads:
        return
    alike = run.index.alike(item_folder(item.key, ""), item.key.id.lower())
    clash = any(each.key != item.key for each in alike)
    path = row.path if row is not None else item_path(item.key, "", clash=clash)
    before = _mirrored(run, row) if row is not None else None
    had = asset_files(before, path) if before is not None else ()
    standing = {file.url for file in had if (run.project.content / file.path).is_file()}
    yield from (file.path for file in asset_files(item, path) if file.url not in standing)


def _list(run: SyncRun, status: StatusReport, delta: _Delta, state: SyncState | None, *, fresh: bool) -> None:
    lists = {"new": status.new, "changed": status.changed, "removed": status.removed}
    for key, found in sorted(delta.found.items()):
        lists[found.how].append(Listed(str(key), found.title))
    fetched = {path for found in delta.found.values() for path in found.files}
    due = set(state.pending) if state else set()
    if fresh:
        due |= {row.key.id for row in run.index.all() if row.key.kind == "asset"}
    keys = (Key("asset", each) for each in due)
    rows = (run.index.find(key) for key in keys if key not in delta.found)
    for row in rows:
        item = _mirrored(run, row) if row is not None else None
        fetched.update(_to_fetch(run, item, row) if item is not None else ())
    status.files = [f"content/{path}" for path in sorted(fetched)]
    status.model = list(_model_changes(run))
    guarded = status.full and not run.searches and not run.options.allow_empty
    if guarded and delta.empty and len(run.index):
        run.report.notes.append("the space came back empty: the next sync stops there, unless --allow-empty is given")


def _model_changes(run: SyncRun) -> Iterator[str]:
    """Yield the paths of the model's files that the next sync would write or remove."""
    content, files = run.project.content, model_files(run.answers)
    there = {f"model/content_types/{file.name}" for file in (content / "model/content_types").glob("*.json")}
    yield from (f"content/{path}" for path in sorted({*files, *there}) if read_bytes(content / path) != files.get(path))
