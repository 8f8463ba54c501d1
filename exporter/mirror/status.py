"""What the next sync would bring, and which files under content/ are not what was synced. Writes nothing anywhere."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.containment import PlainFolders
from exporter.core.encoding import canonical
from exporter.core.files import read_bytes
from exporter.core.model import Key, Upsert, item_digest, item_from_bytes, precedence
from exporter.core.naming import asset_files, item_folder, item_path
from exporter.mirror.apply import guard_content
from exporter.mirror.drift import find_drift
from exporter.mirror.index import MirrorIndex
from exporter.mirror.message import ItemTitles
from exporter.mirror.refresh import model_files
from exporter.mirror.run import SyncRun
from exporter.mirror.start import Reason, decide, note_after_rejection, stops_at_nothing
from exporter.mirror.state import read_state
from exporter.report.status_report import Listed, StatusReport
from exporter.source.failures import TokenRejectedError
from exporter.source.model import fetch_known_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.core.model import Change, Item
    from exporter.mirror.index import Row
    from exporter.mirror.run import SyncOptions
    from exporter.mirror.start import Start
    from exporter.mirror.state import SyncState
    from exporter.report.status_report import Drift
    from exporter.source.delivery import Delivery


class StatusOutcome(NamedTuple):
    """What the next sync would bring, and what is worth a sentence."""

    report: StatusReport
    notes: tuple[str, ...]


def find_status(
    project: Project, client: Delivery, source: Mapping[str, Any], options: SyncOptions, *, files: bool
) -> StatusOutcome:
    """Return what a sync with these options would bring; with `files`, what has drifted in content/, too.

    `source` is what `.syncstate` says of the source. Raises SourceError and GuardError.
    """
    guard_content(project.content)
    with closing(MirrorIndex(project.cache / "mirror.db", keep=False)) as index:
        with options.stages.stage("requests"):
            answers = fetch_known_model(client, project.site.source)
        run = SyncRun(project, client, source, options, index, answers, project.site.source.limit)
        outcome = _rehearse(run, read_state(project.state_file), files=files)
    report = replace(outcome.report, requests=client.requests, sync_requests=client.sync_requests)
    return StatusOutcome(report, outcome.notes)


def _rehearse(run: SyncRun, state: SyncState | None, *, files: bool) -> StatusOutcome:
    """Decide as the next sync will, in its order; drift is judged by the rows of the last sync where they are kept."""
    known = state is not None and run.index.meta("sum") == state.mirror
    drift = find_drift(run, state) if files and known else None
    start = decide(run.situation(state))
    with run.stages.stage("compare"):
        sound, recheck = run.compare_content(state, whole=start.full or run.index.lacks_files(run.project.content))
    if files and not known:
        drift = replace(find_drift(run, state), sum_differs=state is not None and not sound)
    start, notes = _with_notes(run, start, sound=sound)
    try:
        delta = _ask(run, start.token)
    except TokenRejectedError as rejected:
        notes.append(note_after_rejection(rejected.message))
        _, recheck = run.compare_content(state, whole=True)
        start = decide(run.with_all().situation(state))
        delta = _ask(run, None)
    if len(run.index) and delta.empty and _stops_at_nothing(run, start):
        notes.append("the space came back empty: the next sync stops there, unless --allow-empty is given")
    return StatusOutcome(_report(run, start, delta, run.due_assets(state, recheck=recheck), drift), tuple(notes))


def _with_notes(run: SyncRun, start: Start, *, sound: bool) -> tuple[Start, list[str]]:
    """Return the start after content/ was compared, and the sentences about it; a sync under way is not compared."""
    notes = [_note(start)]
    if (run.project.cache / "staging/sync.db").exists():
        what, then = ("search", "starts anew") if run.searches else ("sync", "finishes it first")
        notes.append(f"a {what} was interrupted: the next one {then}")
    elif (compared := start.after_comparison(sound=sound)) != start:
        start = compared
        notes.append(_note(start))
    return start, [note for note in notes if note]


def _note(start: Start) -> str | None:
    """Return why the next sync asks for everything; in a status this is news even where it would surprise nobody."""
    plain = start.reason.value if start.reason in (Reason.FIRST, Reason.NO_TOKEN) else None
    return start.note() or plain


def _stops_at_nothing(run: SyncRun, start: Start) -> bool:
    return stops_at_nothing(full=start.full, searches=run.searches, allow_empty=run.options.allow_empty)


class _Found(NamedTuple):
    """What a sync would do to an item, its title, the paths of asset files that it would fetch."""

    how: str
    title: str
    files: tuple[str, ...] = ()


@dataclass
class _Delta:
    """What the space answered: the rank of each key's winner, and the winners that differ from the mirror."""

    ranks: dict[Key, tuple[int, str]] = field(default_factory=dict)
    found: dict[Key, _Found] = field(default_factory=dict)
    empty: bool = True

    def take(self, change: Change, differing: Callable[[Change], Iterable[tuple[Key, _Found]]]) -> None:
        """Let a change win over an earlier one of its key, unless that has a higher rank."""
        rank = precedence(change)
        if rank > self.ranks.get(change.key, (-1, "")):
            self.ranks[change.key] = rank
            self.empty = self.empty and not isinstance(change, Upsert)
            self.found.pop(change.key, None)
            self.found.update(differing(change))


def _ask(run: SyncRun, token: str | None) -> _Delta:
    """Ask for a delta, or for everything; items are compared as they pass and not kept."""
    delta, titles = _Delta(), ItemTitles(run.answers.read())
    differing = partial(_differing, run, titles=titles)
    with run.stages.stage("receive"):
        received = run.client.bytes
        for page in run.pages(token):
            delta = _Delta() if page.anew else delta
            for change in run.wanted(page.changes):
                delta.take(change, differing)
            run.stages.advance("receive", page.size, run.client.bytes - received)
            received = run.client.bytes
    if token is None:
        rest = (row for row in run.index.all() if row.key not in delta.ranks)
        delta.found.update((row.key, _removed(run, row, titles)) for row in rest)
    return delta


def _differing(run: SyncRun, change: Change, titles: ItemTitles) -> Iterator[tuple[Key, _Found]]:
    """Yield what a change would do to the mirror, nothing where it has just that."""
    row = run.index.find(change.key)
    if not isinstance(change, Upsert):
        if row is not None:
            yield change.key, _removed(run, row, titles)
    elif row is None or row.digest != item_digest(change.key, canonical(change.item.raw)):
        how = "changed" if row else "new"
        yield change.key, _Found(how, titles.title(change.item), tuple(_to_fetch(run, change.item, row)))


def _removed(run: SyncRun, row: Row, titles: ItemTitles) -> _Found:
    return _Found("removed", titles.title_or_id(_mirrored(run, row), row.key))


def _mirrored(run: SyncRun, row: Row) -> Item | None:
    data = read_bytes(run.project.content / row.path)
    return item_from_bytes(data) if data is not None else None


def _to_fetch(run: SyncRun, item: Item, row: Row | None) -> Iterator[str]:
    """Yield the paths of an asset's files that are not there from the same address."""
    if item.key.kind != "asset" or not run.downloads:
        return
    alike = run.index.alike(item_folder(item.key, ""), item.key.id.lower())
    clash = any(other.key != item.key for other in alike)
    path = row.path if row is not None else item_path(item.key, "", clash=clash)
    before = _mirrored(run, row) if row is not None else None
    old_files = asset_files(before, path) if before is not None else ()
    folders = PlainFolders(run.project.content)
    present = {file.url for file in old_files if folders.find(file.path) is not None}
    yield from (file.path for file in asset_files(item, path) if file.url not in present)


def _report(run: SyncRun, start: Start, delta: _Delta, due: set[str], drift: Drift | None) -> StatusReport:
    by_key = sorted(delta.found.items())

    def listed(how: str) -> tuple[Listed, ...]:
        return tuple(Listed(str(key), found.title) for key, found in by_key if found.how == how)

    return StatusReport(
        full=start.full,
        search=run.searches or None,
        drift=drift,
        files=tuple(f"content/{path}" for path in sorted(_files_to_fetch(run, delta, due))),
        model=tuple(_model_changes(run)),
        new=listed("new"),
        changed=listed("changed"),
        removed=listed("removed"),
    )


def _files_to_fetch(run: SyncRun, delta: _Delta, due: set[str]) -> set[str]:
    """Return the paths of asset files that the sync would fetch, of changed assets and of those that are `due`."""
    paths = {path for found in delta.found.values() for path in found.files}
    keys = (Key("asset", identifier) for identifier in due)
    for row in filter(None, (run.index.find(key) for key in keys if key not in delta.found)):
        item = _mirrored(run, row)
        paths.update(_to_fetch(run, item, row) if item is not None else ())
    return paths


def _model_changes(run: SyncRun) -> Iterator[str]:
    """Yield the paths of the model's files that the next sync would write or remove."""
    content, files = run.project.content, model_files(run.answers)
    present = {f"model/content_types/{file.name}" for file in (content / "model/content_types").glob("*.json")}
    for path in sorted({*files, *present}):
        if read_bytes(content / path) != files.get(path):
            yield f"content/{path}"
