"""Receive the pages of a sync into staging; those under way are kept, so that a kill costs one page at most."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING

from exporter.core.encoding import digest
from exporter.core.files import read_bytes, write_bytes
from exporter.mirror.twins.markdown import twins
from exporter.source.failures import TokenRejectedError, TooBigError

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.mirror.run import SyncRun
    from exporter.mirror.staging import Staging


def receive(run: SyncRun, staging: Staging, token: str | None) -> None:
    """Stage the pages that are not staged yet; an empty delta stages nothing.

    Raises TokenRejectedError and TooBigError, with nothing staged, where the service wants another start.
    """
    if staging.meta("last") and not run.searches:
        return
    model, writes_twins, is_first = run.answers.read(), run.writes_twins, run.index.empty
    try:
        for page in run.pages(staging.meta("token") or token, ReceivedPages(staging)):
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
    except (TokenRejectedError, TooBigError):
        staging.discard()
        raise


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

    def keep(self, token: str | None, body: bytearray) -> None:
        """Keep a page; a thread may do so once the staging area exists, even after its run has failed."""
        if self._staging.empty and not self._staging.closed:
            self._staging.begin()
        with suppress(FileNotFoundError):  # where the staging area was thrown away meanwhile
            write_bytes(str(self._file(token)), body)

    def drop(self, token: str | None) -> None:
        """Remove a page once its changes are staged."""
        with suppress(FileNotFoundError):
            self._file(token).unlink()
