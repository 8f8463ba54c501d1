"""Receive the pages of a sync into staging; those under way are kept, so that a kill costs one page at most."""

from __future__ import annotations

from contextlib import closing, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from exporter.core.containment import list_folder
from exporter.core.encoding import canonical, digest
from exporter.core.files import read_bytes, write_bytes
from exporter.core.model import Upsert, item_digest
from exporter.mirror.index import MirrorIndex
from exporter.mirror.run import settings_of
from exporter.mirror.start import Situation, decide
from exporter.mirror.state import read_state
from exporter.mirror.twins.markdown import twins
from exporter.source.failures import TokenRejectedError, TooBigError
from exporter.source.newer import fetch_newer
from exporter.source.sync import fetch_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.mirror.run import SyncRun
    from exporter.mirror.staging import Staging
    from exporter.mirror.state import SyncState
    from exporter.source.delivery import Delivery
    from exporter.source.sync import SyncPage


def finds_nothing(project: Project, client: Delivery, source: Mapping[str, Any], newer_than: str | None = None) -> bool:
    """Whether the space has no change since the last sync, by one request to `/sync` alone, and nothing is left to do.

    With `newer_than`, one request for entries and one for assets tell whether all that they list is in the mirror.
    The content model, locales and tags are taken to be those of the last sync: whoever polls asks for them less often.
    False is no answer, but means that a sync is due, which also deals with whatever is wrong. Raises SourceError.
    """
    state = read_state(project.state_file)
    token = decide(Situation(state, source, None, newer_than=newer_than)).token
    if state is None or token is None or state.pending or not is_settled(project, state):
        return False
    if newer_than is not None:
        return _has_all(project, fetch_newer(client, newer_than, project.site.source.limit))
    try:
        page = next(fetch_pages(client, token, project.site.source.limit))
    except TokenRejectedError:
        return False
    moved = state.environment_uuid and client.environment_uuid not in (None, state.environment_uuid)
    return page.last and page.empty and not moved


def _has_all(project: Project, pages: Iterable[SyncPage]) -> bool:
    """Whether the mirror has every item of some pages as it is there."""
    with closing(MirrorIndex(project.cache / "mirror.db")) as index:
        for change in (change for page in pages for change in page.changes):
            row = index.find(change.key)
            raw = change.item.raw if isinstance(change, Upsert) else None
            if row is None or raw is None or row.digest != item_digest(change.key, canonical(dict(raw))):
                return False
    return True


def is_settled(project: Project, state: SyncState) -> bool:
    """Whether content/ is as the last sync left it, by the index's own marks, and no sync was interrupted."""
    if list_folder(str(project.cache / "staging")).files:
        return False
    with closing(MirrorIndex(project.cache / "mirror.db")) as index:
        marks = index.meta("sum"), index.meta("settings")
        lost = index.lacks_files(project.content)
    return not lost and marks == (state.mirror, settings_of(project, state.fingerprints))


def receive(run: SyncRun, staging: Staging, token: str | None) -> None:
    """Stage the pages that are not staged yet; an empty delta stages nothing.

    Raises TokenRejectedError and TooBigError, with nothing staged, where the service wants another start.
    """
    if staging.meta("last") and not run.searches:
        return
    pages = run.pages(staging.meta("token") or token, ReceivedPages(staging))
    try:
        with run.stages.stage("receive"):
            _stage_pages(run, staging, token, pages)
    except (TokenRejectedError, TooBigError):
        staging.discard()
        raise


def _stage_pages(run: SyncRun, staging: Staging, token: str | None, pages: Iterator[SyncPage]) -> None:
    model, writes_twins, is_first = run.answers.read(), run.writes_twins, run.index.empty
    received = 0
    while (page := _next(run, pages)) is not None:
        if page.anew:
            staging.discard()
        changes = run.wanted(page.changes)
        first = [*islice(changes, 1)]
        if first or not page.last or token is None or not staging.empty:
            staging.add_page(
                chain(first, changes),
                page.token,
                page.last,
                mirrored=None if is_first else run.mirrored_digest,
                twins=lambda item: twins(item, model) if writes_twins and item.key.kind == "entry" else {},
            )
        run.stages.advance("receive", page.size, run.client.bytes - received)
        received = run.client.bytes


def _next(run: SyncRun, pages: Iterator[SyncPage]) -> SyncPage | None:
    """Return the next page, None after the last one; waiting for it counts as time of the requests."""
    with run.stages.timed("requests"):
        return next(pages, None)


class ReceivedPages:
    """The pages that are not staged yet, as they travelled: the one being staged, and the next one.

    A page that was only written in part cannot be read, and is asked for again.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging

    def _file(self, token: str | None) -> Path:
        name = "initial" if token is None else digest(token.encode("utf-8", "surrogatepass")).hex()
        return self._staging.folder / f"{name}.page"

    def find(self, token: str | None) -> bytes | None:
        """Return the page that was asked for with a token, or None."""
        return read_bytes(self._file(token))

    def keep(self, token: str | None, body: bytes | bytearray) -> None:
        """Keep a page; a thread may do so once the staging area exists, even after its run has failed."""
        if self._staging.empty and not self._staging.closed:
            self._staging.begin()
        with suppress(FileNotFoundError):  # where the staging area was thrown away meanwhile
            write_bytes(str(self._file(token)), body)

    def drop(self, token: str | None) -> None:
        """Remove a page once its changes are staged."""
        with suppress(FileNotFoundError):
            self._file(token).unlink()
